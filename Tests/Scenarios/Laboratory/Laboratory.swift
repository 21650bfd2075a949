import Agent
import Alerting
import Drivers
import Foundation
import Probes
import PromQL
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

    /// Monday morning, when silence is noticed.
    static let monday = Timestamp(milliseconds: 1_795_428_000_000)
    private static let step = Duration.seconds(15)

    /// - Parameters:
    ///   - parlant: the mode of the schema's probes.
    ///   - only: the probes to run, by id; nil for all.
    ///   - except: those to leave out.
    init(
        _ database: ParlantDatabase, user: String = "postgres", parlant: String = "true", only: Set<String>? = nil,
        except: Set<String> = []
    ) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("lab-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = """
            databases:
              - name: main
                dsn: "\(database.dsn(user: user))"
                parlant: { enabled: \(parlant), schema: '\(database.schema.name)' }
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
        engine = Engine(
            assembly.engineConfiguration(of: loaded, probes: set.probes), startedAt: now)
    }

    /// Lets time pass: each probe asks when it is due, and the rules are evaluated.
    mutating func pass(_ time: Duration) async {
        let end = now + time
        while now < end {
            for probe in set.probes where due[probe.id].map({ $0 <= now }) ?? true {
                let at = now
                let batch = await ProbeRunner.run(probe, now: { at })
                if case .failure(_, let message) = batch.outcome { failures[probe.id] = message }
                engine.ingest(batch, at: now)
                due[probe.id] = now + probe.interval
            }
            _ = engine.advance(to: now, sending: 0)
            _ = engine.takeRecords()
            now = now + Self.step
        }
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
            await pass(Self.step)
            if wanted.isSubset(of: firing) { return now - start }
        }
        return nil
    }

    func close() async {
        for connection in set.connections { await connection.close() }
        await assembly.shutdown()
    }
}
