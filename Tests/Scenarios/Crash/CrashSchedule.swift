import Drivers
import Foundation
import Support
import Synchronization

/// Breaks and mends targets in the real database, at random times that are known afterwards.
///
/// A phase lasts until the agent has certainly seen it: until the database itself has counted several of its samples
/// in one life of the agent, and that life has gone on for a while. So the model needs no knowledge of the agent.
final class CrashSchedule: Sendable {
    private struct Phase {
        var episodes: [CrashModel.Episode] = []
        /// The database's count of the agent's samples when the phase began, or when the present life did.
        var countAtStart: Int64 = 0
        var life = 0
        var seenAt: Date?
        var isSeen = true
        var nextChange = Date()

        var isWrong: Bool { episodes.last.map { $0.ended == nil } ?? false }
    }

    private struct State {
        var phases: [String: Phase]
        var random: SeededGenerator
        var life = 0
        var isAlive = false
        var isFinishing = false
        /// The database's count at the last look.
        var count: Int64 = 0
        var failure: String?
    }

    private let state: Mutex<State>
    private let connection: PostgresConnection
    private let poller = PostgresPoller()
    private let task: Mutex<Task<Void, Never>?> = Mutex(nil)

    /// Samples of one life after which a phase has been seen, and how long that life must go on.
    private static let samples: Int64 = 5
    private static let settling: TimeInterval = 0.3

    init(targets: [String], server: PostgresServer, seed: UInt64) throws {
        state = Mutex(
            State(
                phases: Dictionary(uniqueKeysWithValues: targets.map { ($0, Phase()) }),
                random: SeededGenerator(seed: seed)))
        try server.setIntegrations(targets)
        connection = PostgresConnection(
            PostgresSettings(
                dsn: server.dsn(database: "parlant"), name: "schedule", connectTimeout: .seconds(10),
                statementTimeout: .seconds(10), readOnly: false),
            poller: poller)
    }

    var episodes: [String: [CrashModel.Episode]] { state.withLock { $0.phases.mapValues(\.episodes) } }

    func agentStarted() {
        state.withLock { state in
            state.life += 1
            state.isAlive = true
        }
    }

    func agentEnds() {
        state.withLock { $0.isAlive = false }
    }

    /// Begins to break and mend.
    func start() {
        let work = Task {
            while !Task.isCancelled {
                do {
                    try await step()
                } catch {
                    state.withLock { $0.failure = "\(error)" }
                }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        task.withLock { $0 = work }
    }

    /// Mends everything and waits until that has been seen.
    func finish() async throws {
        state.withLock { $0.isFinishing = true }
        let isOver = await eventually(within: 60) {
            state.withLock { state in state.phases.values.allSatisfy { !$0.isWrong && $0.isSeen } }
        }
        task.withLock { $0?.cancel() }
        await connection.close()
        poller.shutdown()
        guard isOver else {
            let state = state.withLock { $0 }
            throw Subprocess.Failure(
                description: "the schedule did not come to its end: \(state.failure ?? "no sample seen"); "
                    + "\(state.count) samples counted; waiting: \(state.phases.filter { !$0.value.isSeen })")
        }
    }

    private func step() async throws {
        // Read before the count: what is counted for this life was taken in it.
        let before = state.withLock { (life: $0.life, isAlive: $0.isAlive) }
        // Only the statement that samples them: others read the same table too.
        let rows = try await connection.query(
            PostgresStatement(
                name: "samples",
                sql: """
                    SELECT coalesce(sum(calls), 0)::bigint AS samples
                    FROM pg_stat_statements JOIN pg_roles ON pg_roles.oid = userid
                    WHERE rolname = 'tocsin' AND query LIKE '%parlant_tool_integration%AS judged%'
                    """))
        let count = try rows.first?.int("samples") ?? 0
        let due = state.withLock { state -> [(target: String, isWrong: Bool)] in
            state.count = count
            guard state.life == before.life else { return [] }
            return state.phases.keys.sorted().compactMap { look(at: $0, count: count, isAlive: before.isAlive, &state) }
        }
        for change in due { try await toggle(change.target, toWrong: !change.isWrong) }
    }

    /// Notes whether a phase has been seen, and whether its time is over.
    private func look(
        at target: String, count: Int64, isAlive: Bool, _ state: inout State
    ) -> (target: String, isWrong: Bool)? {
        guard var phase = state.phases[target] else { return nil }
        defer { state.phases[target] = phase }
        let now = Date()
        if !phase.isSeen {
            if phase.life != state.life {
                (phase.life, phase.countAtStart, phase.seenAt) = (state.life, count, nil)
            } else if isAlive, state.isAlive, count >= phase.countAtStart + Self.samples {
                phase.seenAt = phase.seenAt ?? now
                phase.isSeen = phase.seenAt.map { now.timeIntervalSince($0) > Self.settling } ?? false
            }
        }
        guard phase.isSeen else { return nil }
        if state.isFinishing { return phase.isWrong ? (target, true) : nil }
        return phase.nextChange <= now ? (target, phase.isWrong) : nil
    }

    private func toggle(_ target: String, toWrong: Bool) async throws {
        let began = Date()
        _ = try await connection.query(
            PostgresStatement(
                name: "toggle",
                sql: "UPDATE parlant_tool_integration SET health_status = '\(toWrong ? "unhealthy" : "healthy")' "
                    + "WHERE target_id = '\(target)'"))
        let ended = Date()
        state.withLock { state in
            guard var phase = state.phases[target] else { return }
            if toWrong {
                phase.episodes.append(.init(began: began, ended: nil))
            } else if !phase.episodes.isEmpty {
                phase.episodes[phase.episodes.count - 1].ended = ended
            }
            // A life of its own number, so that the count begins anew at the next look.
            (phase.life, phase.isSeen, phase.seenAt) = (-1, false, nil)
            phase.nextChange = ended.addingTimeInterval(Double.random(in: 0...3, using: &state.random))
            state.phases[target] = phase
        }
    }
}
