import Drivers
import Foundation
import Support

/// Kills the real program again and again while things go wrong and are mended, and asks the model for its verdict.
struct CrashRun {
    /// When a kill comes.
    enum Moment: CaseIterable {
        /// At any time of a life.
        case any
        /// Before the start is through.
        case startUp
        /// While the settings are read again.
        case reload
        /// While a receiver has a request and has not answered.
        case delivery
        /// Late, so that the agent gets something done between two kills.
        case late
    }

    let kills: Int
    private var random: SeededGenerator
    private let server: PostgresServer
    private let receiver: CrashReceiver
    private let folder: URL
    private let port: Int
    private let schedule: CrashSchedule
    private var killed: [Date] = []

    init(kills: Int, seed: UInt64) async throws {
        self.kills = kills
        random = SeededGenerator(seed: seed)
        server = try PostgresServer()
        port = try FreePort.find()
        receiver = try CrashReceiver(seed: random.next())
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-crash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try server.makeParlant()
        let targets = (1...8).map { "target-\($0)" }
        schedule = try CrashSchedule(targets: targets, server: server, seed: random.next())
        try rules.write(to: rulesFile, atomically: true, encoding: .utf8)
        try settings(isChanged: false).write(to: settingsFile, atomically: true, encoding: .utf8)
    }

    private var settingsFile: URL { folder.appendingPathComponent("tocsin.yaml") }
    private var history: URL { folder.appendingPathComponent("history.sqlite") }

    private var rulesFile: URL { folder.appendingPathComponent("ranges.yml") }

    /// The same trouble seen through a range, and through a recording rule over one: what a restart must not clear.
    ///
    /// After a restart such an alert is held while more than a quarter of the range and the interval is unknown. Both are
    /// short, so that it is over before the schedule takes a phase for seen.
    private var rules: String {
        """
        groups:
          - name: ranges
            interval: 200ms
            rules:
              - record: integration:unhealthy
                expr: max_over_time(parlant_tool_integration_state{state="unhealthy"}[400ms])
              - alert: UnhealthyRecorded
                expr: integration:unhealthy
                levels: { warning: { raise: "> 0", clear: "<= 0", for: 0s, clear_for: 0s } }
              - alert: UnhealthyInRange
                expr: max_over_time(parlant_tool_integration_state{state="unhealthy"}[400ms])
                levels: { warning: { raise: "> 0", clear: "<= 0", for: 0s, clear_for: 0s } }
        """
    }

    /// One receiver with a group for each target, one that hears of all in one group, one for each rule over a range.
    ///
    /// - Parameter isChanged: other thresholds and texts of the same meaning, so that a reload has something to do.
    private func settings(isChanged: Bool) -> String {
        """
        \(isChanged ? "external_labels: { reload: changed }" : "")
        server: { listen: "127.0.0.1:\(port)" }
        history: { path: "\(history.path)" }
        evaluation_interval: 1s
        databases:
          - name: parlant
            dsn: "\(server.dsn(user: "tocsin", database: "parlant"))"
            interval: 1s
            statements: { enabled: false }
            integrations: { enabled: true, interval: 200ms, stale_after: 1000h }
        overrides:
          - alert: IntegrationUnhealthy
            levels: { warning: { for: 0s, clear_for: \(isChanged ? 250 : 200)ms }, critical: { for: 3600s } }
        rule_files: [shipped, "\(rulesFile.path)"]
        route:
          receiver: each
          group_by: ["..."]
          group_wait: 50ms
          group_interval: 200ms
          routes:
            - { matchers: ['alertname = "UnhealthyInRange"'], receiver: range, group_by: ["..."] }
            - { matchers: ['alertname = "UnhealthyRecorded"'], receiver: recorded, group_by: ["..."] }
            - { matchers: ['alertname != ""'], receiver: each, group_by: ["..."], continue: true }
            - { matchers: ['alertname != ""'], receiver: all, group_by: [alertname] }
        receivers:
          - name: each
            webhook_configs: [{ url: "\(receiver.url("each"))" }]
          - name: all
            webhook_configs: [{ url: "\(receiver.url("all"))" }]
          - name: range
            webhook_configs: [{ url: "\(receiver.url("range"))" }]
          - name: recorded
            webhook_configs: [{ url: "\(receiver.url("recorded"))" }]
        """
    }

    /// Runs to the end.
    ///
    /// - Returns: the verdict, and what the last lives of the agent logged.
    mutating func run() async throws -> (verdict: CrashModel.Verdict, log: String) {
        defer {
            receiver.stop()
            server.stop()
        }
        try await killMigrations(max(2, kills / 20))
        schedule.start()
        while killed.count < kills {
            let moment = Moment.allCases.randomElement(using: &random) ?? .any
            receiver.refuse(Int.random(in: 0..<10, using: &random) == 0)
            try await killOne(at: moment)
        }
        receiver.refuse(false)
        let agent = try start()
        schedule.agentStarted()
        do {
            try await schedule.finish()
        } catch {
            let log = agent.logText
            let isRunning = agent.isRunning
            let status = agent.stop(SIGTERM)
            throw Subprocess.Failure(
                description: "\(error); the last agent \(isRunning ? "ran and ended" : "had ended") with \(status)\n"
                    + "\(folder.path)\n\(log.suffix(4_000))")
        }
        let isQuiet = await quiet()
        let log = agent.logText
        let status = agent.stop(SIGTERM)
        let model = CrashModel(
            receivers: ["/each", "/all", "/range", "/recorded"], episodes: schedule.episodes, kills: killed)
        var verdict = model.verdict(on: receiver.tellings)
        if !isQuiet { verdict.wrong.append("the receiver is still being told after a minute and a half") }
        if status != 0 { verdict.wrong.append("the last agent ended with \(status)") }
        if verdict.isGood { try FileManager.default.removeItem(at: folder) }
        return (verdict, "\(folder.path)\n\(log.suffix(4_000))")
    }

    private func start() throws -> RunningProgram {
        try RunningProgram(
            AgentProcess.binary, ["run", "--config", settingsFile.path],
            environment: ["TOCSIN_ALERTS": AgentProcess.alerts],
            log: folder.appendingPathComponent("log"))
    }

    /// Kills first starts, while the tables are made: now and then with what the last one left, else with nothing.
    private mutating func killMigrations(_ count: Int) async throws {
        for _ in 0..<count {
            if Bool.random(using: &random) {
                for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
                    try? FileManager.default.removeItem(atPath: history.path + suffix)
                }
            }
            let agent = try start()
            let until = Date().addingTimeInterval(5)
            while !FileManager.default.fileExists(atPath: history.path), Date() < until { usleep(500) }
            usleep(UInt32.random(in: 0...20_000, using: &random))
            kill(agent)
        }
    }

    private mutating func killOne(at moment: Moment) async throws {
        let agent = try start()
        schedule.agentStarted()
        switch moment {
        case .any: try await pause(0...1_200)
        case .startUp: try await pause(0...150)
        case .late: try await pause(1_200...2_500)
        case .reload:
            try await pause(300...1_200)
            try settings(isChanged: Bool.random(using: &random)).write(
                to: settingsFile, atomically: true, encoding: .utf8)
            agent.signal(SIGHUP)
            try await pause(0...60)
        case .delivery:
            let pid = agent.processIdentifier
            let (asked, request) = AsyncStream.makeStream(of: Void.self)
            receiver.onNextRequest {
                // At once, in the receiver's own thread: the answer has not been given.
                Foundation.kill(pid, SIGKILL)
                request.finish()
            }
            let patience = Task {
                try? await Task.sleep(for: .seconds(3))
                request.finish()
            }
            for await _ in asked {}
            patience.cancel()
            receiver.onNextRequest(nil)
        }
        kill(agent)
    }

    private mutating func pause(_ range: ClosedRange<Int>) async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: range, using: &random)))
    }

    private mutating func kill(_ agent: RunningProgram) {
        schedule.agentEnds()
        let now = Date()
        agent.stop(SIGKILL)
        killed.append(now)
    }

    /// Waits until nothing has been told for a while, longer than the longest pause between two attempts: what was refused in
    /// several lives is tried again only then.
    private func quiet() async -> Bool {
        var count = receiver.tellings.count
        var since = Date()
        return await eventually(within: 90) {
            let now = receiver.tellings.count
            if now != count { (count, since) = (now, Date()) }
            return Date().timeIntervalSince(since) > 17
        }
    }
}
