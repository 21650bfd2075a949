import Agent
import Alerting
import Drivers
import Foundation
import Mending
import Probes
import PromQL
import Runbooks
import Settings
import Support

/// The shipped probes and rules on one real database, on a clock that the test turns: real answers, no waiting.
struct Laboratory {
    private let assembly: Assembly
    private let set: Assembly.ProbeSet
    var engine: Engine
    private var due: [String: Timestamp] = [:]
    private(set) var now: Timestamp
    private let began: Timestamp
    /// Rounds that failed, by probe.
    private(set) var failures: [String: String] = [:]
    /// What goes on in the database meanwhile, again and again.
    var background: (every: Duration, run: @Sendable () throws -> Void)?
    private var backgroundDue: Timestamp
    /// The diagnosis that each rule names as its evidence.
    private let evidence: [String: String]
    private let poller = PostgresPoller()
    private let mender: Mender
    private let shelf: RunbookShelf

    /// Monday morning, when silence is noticed.
    static let monday = Timestamp(milliseconds: 1_795_428_000_000)
    private static let step = Duration.seconds(15)
    /// After a while the steps are longer: twice a rule's interval is what its timers advance at most.
    private static let longStep = Duration.seconds(30)
    private static let longFrom = Duration.seconds(420)

    /// - Parameters:
    ///   - parlant: the mode of the schema's probes.
    ///   - only: the probes to run, by id; nil for all.
    ///   - except: those to leave out.
    ///   - jobs: the settings of pg_cron's jobs.
    ///   - overrides: changes of thresholds, as YAML in one line.
    init(
        _ database: ParlantDatabase, user: String = "postgres", parlant: String = "true", only: Set<String>? = nil,
        except: Set<String> = [], jobs: String = "{}", overrides: String = "[]"
    ) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("lab-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = """
            databases:
              - name: main
                dsn: "\(database.dsn(user: user))"
                parlant: { enabled: \(parlant), schema: '\(database.schema.name)' }
                jobs: \(jobs)
            overrides: \(overrides)
            route: { receiver: none }
            receivers: [{ name: none }]
            """
        try text.write(to: file, atomically: true, encoding: .utf8)
        let loaded = try LoadedConfiguration.load(
            settingsPath: file.path, environment: ["TOCSIN_ALERTS": Repository.root.path + "/Alerts"],
            executablePath: nil)
        assembly = Assembly(version: "laboratory", hostName: "laboratory")
        var set = assembly.probes(of: loaded.settings)
        set.probes.removeAll { !(only?.contains($0.id) ?? true) || except.contains($0.id) }
        self.set = set
        now = Self.monday
        began = now
        backgroundDue = now
        engine = Engine(
            assembly.engineConfiguration(of: loaded, probes: set.probes), startedAt: now)
        var evidence: [String: String] = [:]
        for case .alert(let rule) in loaded.groups.flatMap(\.rules) { evidence[rule.name] = rule.evidence }
        self.evidence = evidence
        let dsn = database.dsn()
        mender = Mender(
            MendingTarget(database: "main", dsn: dsn, writeDSN: dsn, schema: database.schema.name), poller: poller)
        shelf = try Self.shippedRunbooks()
    }

    private static func shippedRunbooks() throws -> RunbookShelf {
        let folder = Repository.root.appendingPathComponent("Alerts/runbooks")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        return RunbookShelf(
            try names.sorted().map { ($0, try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)) })
    }

    /// Lets time pass: each probe asks when it is due, and the rules are evaluated.
    mutating func pass(_ time: Duration) async {
        let start = now
        let end = now + time
        while now < end {
            if let background, now >= backgroundDue {
                do { try background.run() } catch { failures["background"] = "\(error)" }
                backgroundDue = now + background.every
            }
            for probe in set.probes where due[probe.id].map({ $0 <= now }) ?? true {
                let at = now
                let batch = await ProbeRunner.run(probe, now: { at })
                if case .failure(_, let message) = batch.outcome { failures[probe.id] = message }
                engine.ingest(batch, at: now)
                due[probe.id] = now + probe.interval
            }
            _ = engine.advance(to: now, sending: 0)
            _ = engine.takeRecords()
            now = now + (now - start < Self.longFrom ? Self.step : Self.longStep)
        }
    }

    /// Lets time go by in which nothing is asked: then all is due at once.
    mutating func jump(_ time: Duration) {
        now = now + time
    }

    /// The newest value of a metric that has one series; nil where it has none.
    func value(_ metric: String) -> Double? {
        engine.window.latest(at: now).first { $0.labels.metric == metric }?.value
    }

    /// The alerts that fire, by name.
    var firing: Set<String> { Set(engine.rules.alerts.values.filter(\.isOn).map(\.rule)) }

    /// What fires, with labels and value, for messages of tests.
    var described: [String] {
        engine.rules.alerts.values.filter(\.isOn).map { "\($0.rule) \($0.labels) \($0.value ?? .nan)" }.sorted()
    }

    /// Lets time pass until these alerts fire, at most so long.
    ///
    /// - Returns: how long it took; nil where they did not.
    mutating func time(until wanted: Set<String>, atMost: Duration) async -> Duration? {
        let start = now
        while now - start < atMost {
            await pass(now - start < Self.longFrom ? Self.step : Self.longStep)
            if wanted.isSubset(of: firing) { return now - start }
        }
        return nil
    }

    /// Lets time pass until nothing fires, at most so long.
    ///
    /// - Returns: how long it took; nil where something still fires.
    mutating func timeUntilQuiet(atMost: Duration) async -> Duration? {
        let start = now
        while now - start < atMost {
            await pass(now - start < Self.longFrom ? Self.step : Self.longStep)
            if firing.isEmpty { return now - start }
        }
        return nil
    }

    /// What the rules of these alerts name as evidence.
    func evidence(of alerts: Set<String>) -> String {
        Set(alerts.compactMap { evidence[$0] }).sorted().joined(separator: ", ")
    }

    // MARK: Mending

    /// How many rows a runbook's remedy would change.
    func plan(_ remedy: LabRemedy.Choice, _ values: [String: String]) async throws -> Int {
        let (runbook, found) = try find(remedy)
        return try await mender.plan(found, of: runbook, values: values).count
    }

    /// Applies it: as many rows as were planned.
    func apply(_ remedy: LabRemedy.Choice, _ values: [String: String], planned: Int) async throws -> Int {
        try await mender.apply(try find(remedy).remedy, values: values, planned: planned).changed
    }

    private func find(_ choice: LabRemedy.Choice) throws -> (runbook: Runbook, remedy: Remedy) {
        guard let runbook = shelf.runbook(choice.runbook),
            let remedy = runbook.remedy(choice.remedy ?? choice.runbook)
        else { throw Subprocess.Failure(description: "no remedy \(choice)") }
        return (runbook, remedy)
    }

    func close() async {
        for connection in set.connections { await connection.close() }
        await assembly.shutdown()
        poller.shutdown()
    }
}
