import PromQL
import Support
import Testing

/// A trouble of the laboratory: how it comes, which alerts it must raise, and what mends it.
struct LabTrouble: Sendable, CustomTestStringConvertible {
    /// The database that it is brought into.
    enum Base: Sendable {
        case healthy
        /// With more events, for what only shows in larger tables.
        case larger
        /// The one that pg_cron lives in.
        case jobs
    }

    typealias Injection = @Sendable (ParlantDatabase) async throws -> [HeldSession]

    let name: String
    /// Exactly these must fire.
    let alerts: Set<String>
    var base = Base.healthy
    /// Why nothing must fire; nil for a trouble.
    var harmless: String?
    /// Whether it can't be brought in at all, and is here only to say so.
    var isOnlyDeclared = false
    /// Brings it in; what it returns lasts as long as the trouble.
    let inject: Injection
    var remedies: [LabRemedy] = []
    /// Why its evidence is empty here; nil where it must show something.
    var whyNoEvidence: String?
    /// What goes on meanwhile, as a script, how often, and whether mending ends it.
    var background: (script: String, every: Duration, endsWithMending: Bool)?
    /// The role of the probes.
    var user = "postgres"
    var jobs = "{}"
    /// Thresholds that no test can wait for, made shorter.
    var overrides = "[]"

    /// The longest `for` of the shipped rules, one aside, and a little.
    static let longest = Duration.seconds(4_500)

    var testDescription: String { name }

    /// A script as an injection.
    static func script(_ text: String) -> Injection {
        { database in
            try database.sql(text)
            return []
        }
    }

    static func trouble(
        _ fault: ParlantFault, _ alerts: String..., base: Base = .healthy, mendedBy remedies: [LabRemedy]
    ) -> LabTrouble {
        LabTrouble(
            name: fault.name, alerts: Set(alerts), base: base, inject: Self.injection(of: fault), remedies: remedies)
    }

    static func harmless(_ fault: ParlantFault, base: Base = .healthy, because reason: String) -> LabTrouble {
        LabTrouble(name: fault.name, alerts: [], base: base, harmless: reason, inject: Self.injection(of: fault))
    }

    /// A fault that finds nothing after it was brought in was none.
    private static func injection(of fault: ParlantFault) -> Injection {
        { database in
            let rows = try database.inject(fault)
            guard !rows.isEmpty else { throw Subprocess.Failure(description: "\(fault) was not brought in") }
            return []
        }
    }
}

/// What ends a trouble.
enum LabRemedy: Sendable {
    /// A runbook's remedy; nil for the one of the runbook's name.
    struct Choice: Sendable, CustomStringConvertible {
        let runbook: String
        let remedy: String?

        var description: String { remedy.map { "\(runbook) (\($0))" } ?? runbook }
    }

    typealias Values = @Sendable (ParlantDatabase, [HeldSession]) throws -> [[String: String]]

    /// Planned and applied, once for each set of values.
    case runbook(Choice, Values)
    /// What the runbook advises and a person does, here by this script.
    case advice(String, String)
    /// Nothing: it ends by itself once its cause has ended.
    case time(String)

    static func runbook(_ runbook: String, _ remedy: String? = nil) -> LabRemedy {
        .runbook(Choice(runbook: runbook, remedy: remedy)) { _, _ in [[:]] }
    }

    /// One set of values for each line of a query.
    static func runbook(
        _ runbook: String, _ remedy: String? = nil, each value: String, of query: String,
        with others: [String: String] = [:]
    ) -> LabRemedy {
        .runbook(Choice(runbook: runbook, remedy: remedy)) { database, _ in
            try database.lines(query).map { others.merging([value: $0]) { $1 } }
        }
    }

    /// One set of values for each of the first sessions.
    static func sessions(_ remedy: String, first count: Int) -> LabRemedy {
        .runbook(Choice(runbook: "blocking", remedy: remedy)) { _, sessions in
            sessions.prefix(count).map { ["pid": "\($0.pid)"] }
        }
    }

    var described: String {
        switch self {
        case .runbook(let choice, _): "runbook \(choice)"
        case .advice(let text, _): "advice: \(text)"
        case .time(let text): text
        }
    }
}
