import Foundation
import Support
import Testing

/// A fault of the database: how it is made, what the agent must say, and how it ends.
struct DatabaseFault: CustomTestStringConvertible {
    let name: String
    let injected: String
    /// What the log must name.
    let says: String
    var serverSettings: [String: String] = [:]
    var encoding = "UTF8"
    /// Whether the server can be asked how many sessions there are while it lasts.
    var isReachable = true
    let inject: @Sendable (FaultBench) async throws -> [RunningProgram]
    let mend: @Sendable (FaultBench) async throws -> Void

    var testDescription: String { name }

    private static func sql(_ script: String) -> @Sendable (FaultBench) async throws -> [RunningProgram] {
        { bench in
            try bench.server.psql(script, database: "parlant")
            return []
        }
    }

    private static func mending(_ script: String) -> @Sendable (FaultBench) async throws -> Void {
        { bench in try bench.server.psql(script, database: "parlant") }
    }

    private static func session(_ bench: FaultBench, _ script: String) throws -> RunningProgram {
        try RunningProgram(
            "psql", ["-X", "-q", "-d", bench.server.dsn(database: "parlant"), "-c", script],
            log: bench.agent.folder.appendingPathComponent("session-\(UUID().uuidString)"))
    }

    private static let endKilledSessions =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tocsin'"

    private static let endSleepers =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND pid <> pg_backend_pid()"

    static let all: [DatabaseFault] = [
        DatabaseFault(
            name: "refused", injected: "the server is stopped", says: "onnection", isReachable: false,
            inject: { bench in
                bench.server.stopServer()
                return []
            }, mend: { try $0.server.start() }),
        DatabaseFault(
            name: "crash of the server", injected: "`pg_ctl -m immediate stop`, started again after 3 s",
            says: "onnection", isReachable: false,
            inject: { bench in
                bench.server.stopServer(immediately: true)
                return []
            }, mend: { try $0.server.start() }),
        DatabaseFault(
            name: "slow handshake", injected: "the postmaster gets SIGSTOP: the kernel accepts, nobody answers",
            says: "did not answer within", isReachable: false,
            inject: { bench in
                // In one session and in this order: ended first, the agent could connect again before the stop.
                try bench.server.psql(
                    "COPY (SELECT 1) TO PROGRAM 'kill -STOP $(head -n 1 postmaster.pid)';\n\(endKilledSessions)")
                return []
            }, mend: { try $0.server.signalPostmaster(SIGCONT) }),
        DatabaseFault(
            name: "killed backends",
            injected: "`pg_terminate_backend` of every session of the agent, hundreds of times a second",
            says: "onnection",
            inject: { bench in
                [
                    try session(
                        bench,
                        "DO $$ BEGIN FOR i IN 1..2000 LOOP PERFORM pg_terminate_backend(pid) FROM pg_stat_activity "
                            + "WHERE usename = 'tocsin'; PERFORM pg_sleep(0.002); "
                            + "PERFORM pg_stat_clear_snapshot(); END LOOP; END $$")
                ]
            }, mend: { _ in }),
        DatabaseFault(
            name: "too many connections", injected: "every connection of the server is taken",
            says: "connection slots", serverSettings: ["max_connections": "12", "superuser_reserved_connections": "2"],
            inject: { bench in
                // The connection for diagnoses, which is closed after a while without one, would leave a slot free.
                try bench.server.psql(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'tocsin diagnosis'"
                )
                let taken = try (0..<10).map { _ in try session(bench, "SELECT pg_sleep(60)") }
                try await Task.sleep(for: .milliseconds(500))
                try bench.server.psql(endKilledSessions)
                return taken
            }, mend: mending(endSleepers)),
        DatabaseFault(
            name: "locked table", injected: "`LOCK TABLE … IN ACCESS EXCLUSIVE MODE`", says: "lock timeout",
            inject: { bench in
                [
                    try session(
                        bench,
                        "BEGIN; LOCK TABLE parlant_tool_integration IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(60)")
                ]
            }, mend: mending(endSleepers)),
        DatabaseFault(
            name: "statement without end", injected: "the table is a view with `pg_sleep(600)`",
            says: "statement timeout",
            inject: sql(
                """
                ALTER TABLE parlant_tool_integration RENAME TO kept;
                CREATE VIEW parlant_tool_integration AS SELECT kept.* FROM kept, (SELECT pg_sleep(600)) AS slow;
                GRANT SELECT ON parlant_tool_integration TO tocsin
                """),
            mend: mending("DROP VIEW parlant_tool_integration; ALTER TABLE kept RENAME TO parlant_tool_integration")),
        DatabaseFault(
            name: "huge result", injected: "the table is a view of 5,000 rows for each", says: "larger than",
            inject: sql(
                """
                ALTER TABLE parlant_tool_integration RENAME TO kept;
                CREATE VIEW parlant_tool_integration AS SELECT kept.* FROM kept, generate_series(1, 5000);
                GRANT SELECT ON parlant_tool_integration TO tocsin
                """),
            mend: mending("DROP VIEW parlant_tool_integration; ALTER TABLE kept RENAME TO parlant_tool_integration")),
        DatabaseFault(
            name: "revoked grant", injected: "`REVOKE SELECT … FROM tocsin`", says: "GRANT SELECT",
            inject: sql("REVOKE SELECT ON parlant_tool_integration FROM tocsin"),
            mend: mending("GRANT SELECT ON parlant_tool_integration TO tocsin")),
        DatabaseFault(
            name: "login forbidden", injected: "`ALTER ROLE tocsin NOLOGIN`, its session ended",
            says: "not permitted to log in",
            inject: sql("ALTER ROLE tocsin NOLOGIN; \(endKilledSessions)"), mend: mending("ALTER ROLE tocsin LOGIN")),
        DatabaseFault(
            name: "missing table", injected: "the table is renamed", says: "not found",
            inject: sql("ALTER TABLE parlant_tool_integration RENAME TO kept"),
            mend: mending("ALTER TABLE kept RENAME TO parlant_tool_integration")),
    ]
}
