import Drivers
import Foundation
import Support
import Testing

/// A database with the Parlant tables, the real agent before it, and a receiver: what most faults need.
///
/// The target `canary` is wrong from the start, so its alert fires before the fault; it must neither resolve nor be
/// announced again because of it.
final class FaultBench {
    let server: PostgresServer
    let receiver: HTTPReceiver
    var agent: AgentProcess
    private let settings: String
    private let history: URL?

    /// - Parameters:
    ///   - dsn: where the agent connects; nil for the server's own.
    ///   - encoding: the database's.
    init(
        server given: PostgresServer? = nil, dsn: ((PostgresServer) -> String)? = nil, encoding: String = "UTF8",
        history: URL? = nil, environment: [String: String] = [:], network: DroppingNetwork? = nil
    ) async throws {
        self.history = history
        server = try given ?? PostgresServer()
        if given == nil { try Self.prepare(server, encoding: encoding) }
        receiver = try HTTPReceiver(port: 0, address: network?.receiverAddress ?? "127.0.0.1") { _ in .init() }
        settings = """
            databases:
              - name: parlant
                dsn: "\(dsn?(server) ?? server.dsn(user: "tocsin", database: "parlant"))"
                interval: 500ms
                timeout: 1s
                lock_timeout: 500ms
                statements: { enabled: false }
                integrations: { enabled: true, interval: 500ms, stale_after: 1000h }
            overrides:
              - alert: IntegrationUnhealthy
                levels: { warning: { for: 0s, clear_for: 500ms }, critical: { for: 3600s } }
              - { alert: DatabaseDown, enabled: false }
              - { alert: ConnectionsNearLimit, enabled: false }
              - { alert: SessionsBlocked, enabled: false }
              - { alert: TocsinHistoryUnwritable, enabled: false }
            route: { receiver: ops, group_by: ["..."], group_wait: 100ms, group_interval: 200ms }
            receivers: [{ name: ops, webhook_configs: [{ url: "\(receiver.url)" }] }]
            """
        agent = try await AgentProcess(
            settings, host: network?.agentAddress ?? "127.0.0.1", environment: environment, history: history,
            run: network?.run ?? [])
        let isAnnounced = await eventually(within: 20) { self.told == ["canary fired"] }
        guard isAnnounced else {
            throw Subprocess.Failure(description: "not announced: \(told)\n\(agent.program.logText)")
        }
        try await settle()
    }

    /// The database with three targets, of which one is wrong.
    static func prepare(_ server: PostgresServer, encoding: String = "UTF8") throws {
        try server.makeParlant(encoding: encoding)
        try server.setIntegrations(["canary", "calm", "third"], unhealthy: ["canary"])
    }

    func end() {
        agent.remove()
        receiver.stop()
        server.stop()
    }

    /// `canary fired` and the like, in the order in which the receiver heard it.
    var told: [String] { Told.all(in: receiver).map { "\($0.labels["target"] ?? $0.alert) \($0.change)" } }

    func set(_ target: String, _ health: String, on other: PostgresServer? = nil) throws {
        try (other ?? server).setHealth(of: target, health)
    }

    func metrics() async throws -> String { try await agent.get("/metrics") }

    /// Waits until nothing is left to send.
    func settle() async throws {
        let isSettled = try await eventually(within: 10) { try await metrics().contains("tocsin_outbox_messages 0\n") }
        #expect(isSettled, "messages are still under way")
        // Until that is written down as well.
        try await Task.sleep(for: .milliseconds(300))
    }

    /// Whether a probe's last round went well.
    func isUp(_ probe: String = "integrations:parlant") async throws -> Bool {
        try await metrics().split(separator: "\n").contains { line in
            line.hasPrefix("probe_up{") && line.contains("probe=\"\(probe)\"") && line.hasSuffix(" 1")
        }
    }

    /// The last line of the log about a failed probe.
    var lastFailure: String {
        agent.program.lastLine(with: "WARNING probe ")
    }

    /// How many sessions the agent has at the server, of those for sampling or of those for diagnoses, whichever are
    /// more: one of each is as it should be.
    func sessions() throws -> Int {
        Int(
            try server.psql(
                """
                SELECT coalesce(max(count), 0) FROM (SELECT count(*) FROM pg_stat_activity WHERE usename = 'tocsin'
                                                      GROUP BY application_name) each
                """)) ?? -1
    }

    /// Starts the agent again with the same history.
    func restart(environment: [String: String] = [:]) async throws {
        agent = try await AgentProcess(settings, folder: agent.folder, environment: environment, history: history)
    }
}
