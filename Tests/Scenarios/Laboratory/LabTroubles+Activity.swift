import Support

extension LabTrouble {
    /// What goes on, and what regular maintenance leaves undone.
    static let activity: [LabTrouble] = [
        .trouble(
            .silence(), "ParlantSilent",
            mendedBy: [
                .advice(
                    "mend the application",
                    """
                    INSERT INTO parlant_event (session_id, "offset", event_type, content, created_at)
                        SELECT session_id, max("offset") + 1, 'customer_message', '{}', now() AT TIME ZONE 'UTC'
                        FROM parlant_event GROUP BY 1 ORDER BY 1 LIMIT 1;
                    """)
            ]),
        .trouble(.idleSessions(count: 25), "ParlantSessionsIdle", mendedBy: [.runbook("idle-sessions")]),
        .trouble(.oldEvents(), "ParlantRetentionLate", mendedBy: [.runbook("retention")]),
        LabTrouble(
            name: "old analytics", alerts: ["ParlantAnalyticsOld"],
            inject: script(
                """
                CREATE TABLE analytics_source AS SELECT current_date - 40 AS date;
                CREATE MATERIALIZED VIEW parlant_agent_analytics_daily AS SELECT date FROM analytics_source;
                CREATE UNIQUE INDEX ON parlant_agent_analytics_daily (date);
                UPDATE analytics_source SET date = current_date;
                """),
            remedies: [
                .advice("refresh", "REFRESH MATERIALIZED VIEW CONCURRENTLY parlant_agent_analytics_daily;")
            ]),
        .trouble(
            .deadTuples(), "TableBloat", base: .larger,
            mendedBy: [.advice("VACUUM", "VACUUM (ANALYZE) parlant_event;")]),
        .harmless(
            .bloat(), base: .larger, because: "empty pages are filled again; dead rows are what TableBloat watches"),
        .trouble(
            .staleStatistics(rows: 15_000), "StatisticsOld", mendedBy: [.runbook("stale-statistics")]),
        LabTrouble(
            name: "sequential scans", alerts: ["TableReadWhole"],
            // A row a page, above 100 MiB.
            inject: script(
                """
                CREATE TABLE archive (owner int, content text);
                ALTER TABLE archive ALTER content SET STORAGE PLAIN;
                INSERT INTO archive SELECT n % 5000, repeat('x', 5000) FROM generate_series(1, 14000) n;
                SELECT pg_stat_force_next_flush();
                SELECT 1;
                VACUUM ANALYZE archive;
                """),
            remedies: [.advice("add an index", "CREATE INDEX CONCURRENTLY ON archive (owner);")],
            background: (
                script: "\(String(repeating: "SELECT count(*) FROM archive WHERE owner = 7;\n", count: 15))"
                    + "SELECT pg_stat_force_next_flush();", every: .seconds(300), endsWithMending: false
            )),
        LabTrouble(
            name: "freeze age", alerts: [],
            harmless: "500 million transactions can't be made in minutes; the rule's own test has it",
            isOnlyDeclared: true,
            inject: { _ in [] }),
    ]

    /// Statements, sessions and locks.
    static let sessions: [LabTrouble] = [
        LabTrouble(
            name: "slow statement", alerts: ["StatementSlow"],
            inject: script("CREATE ROLE lab_app; GRANT SELECT ON ALL TABLES IN SCHEMA public TO lab_app;"),
            remedies: [.time("the statement is mended: slow-statements")],
            background: (
                script: "SET ROLE lab_app;\nSELECT title, pg_sleep(0.2) FROM parlant_session LIMIT 1;\n"
                    + String(repeating: "SELECT 1;\n", count: 40), every: .seconds(15), endsWithMending: true
            )),
        LabTrouble(
            name: "slow agent listing", alerts: ["ParlantQuerySlow"],
            // A rule of row security that takes long, for this query.
            inject: script(
                """
                ALTER TABLE parlant_agent ENABLE ROW LEVEL SECURITY;
                CREATE POLICY slow ON parlant_agent USING (CASE WHEN current_query() LIKE '%count(ps.id) AS active_sessions%'
                    THEN pg_sleep(0.15) IS NOT NULL ELSE true END);
                """),
            remedies: [
                .advice(
                    "drop the policy",
                    "DROP POLICY slow ON parlant_agent; ALTER TABLE parlant_agent DISABLE ROW LEVEL SECURITY;")
            ], whyNoEvidence: "nobody but Tocsin runs that query here, and its own are left out",
            user: "tocsin"),
        LabTrouble(
            name: "long query (2s, not 5m)", alerts: ["LongQuery"],
            inject: { try await lasting([$0.longQuery()]) }, remedies: [.sessions("cancel", first: 1)],
            overrides: "[{ alert: LongQuery, levels: { warning: { raise: '> 2', clear: '< 1' } } }]"),
        LabTrouble(
            name: "long transaction (2s, not 5m)", alerts: ["LongTransaction"],
            inject: { database in
                let session = try await HeldSession(in: database)
                try session.send("BEGIN;\n" + String(repeating: "SELECT pg_sleep(0.1);\n", count: 2_000))
                return try await lasting([session])
            }, remedies: [.sessions("terminate", first: 1)],
            overrides: "[{ alert: LongTransaction, levels: { warning: { raise: '> 2', clear: '< 1' } } }]"),
        LabTrouble(
            name: "idle in transaction (2s, not 2m)", alerts: ["IdleInTransaction"],
            inject: { try await lasting([$0.idleInTransaction()]) }, remedies: [.sessions("terminate", first: 1)],
            overrides: "[{ alert: IdleInTransaction, levels: { warning: { raise: '> 2', clear: '< 1' } } }]"),
        LabTrouble(
            name: "blocked sessions", alerts: ["SessionsBlocked"], inject: { try await $0.blockingChain() },
            remedies: [.sessions("terminate", first: 2)]),
        LabTrouble(
            name: "many sessions wait for the same", alerts: ["SessionsWaiting"],
            inject: { database in
                var sessions: [HeldSession] = []
                for _ in 1...11 { sessions.append(try await database.longQuery()) }
                return sessions
            }, remedies: [.sessions("cancel", first: 7)]),
    ]

    /// The server's clock can't be turned: for what it measures, real time passes.
    private static func lasting(_ sessions: [HeldSession]) async throws -> [HeldSession] {
        try await Task.sleep(for: .seconds(3))
        return sessions
    }

    /// pg_cron's. The runs are written as pg_cron writes them; a real one is in the tests of the probe.
    static let jobs: [LabTrouble] = [
        LabTrouble(
            name: "failed job", alerts: ["CronJobFailed"], base: .jobs,
            inject: script("\(clean) SELECT cron.schedule('cleanup', '0 2 1 1 *', 'SELECT 1');" + run("failed")),
            remedies: [.advice("mend the job's statement, and run it", run("succeeded"))]),
        LabTrouble(
            name: "late job", alerts: ["CronJobLate"], base: .jobs,
            inject: script(
                "\(clean) SELECT cron.schedule('cleanup', '0 * * * *', 'SELECT 1');"
                    + run("succeeded", ago: "90 minutes")),
            remedies: [.advice("let pg_cron work again", run("succeeded"))]),
        LabTrouble(
            name: "missing job", alerts: ["CronJobMissing"], base: .jobs,
            inject: script("\(clean)"),
            remedies: [
                .advice("schedule it", "SELECT cron.schedule('cleanup-old-events', '0 2 1 1 *', 'SELECT 1');")
            ], jobs: "{ expected: [cleanup-old-events] }"),
    ]

    private static let clean = "TRUNCATE cron.job, cron.job_run_details;"

    private static func run(_ status: String, ago: String = "0 minutes") -> String {
        """
        INSERT INTO cron.job_run_details (jobid, runid, status, start_time, end_time)
            SELECT jobid, nextval('cron.runid_seq'), '\(status)', now() - interval '\(ago)', now() - interval '\(ago)'
            FROM cron.job;
        """
    }

    /// All that the guide speaks of but the orphans of each reference, which come together.
    static let all = schema + data + tools + activity + sessions + jobs
}
