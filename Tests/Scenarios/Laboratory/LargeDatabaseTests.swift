import Foundation
import PromQL
import Support
import Testing

/// What the probes cost on ten million events and 100,000 sessions. `Tests/Benchmarks/guide` runs it: filling takes
/// minutes and 4 GB, so it is no part of every run.
@Suite(
    "Large database", .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["TOCSIN_LARGE_DATA"] != nil, "set TOCSIN_LARGE_DATA=1"))
struct LargeDatabaseTests {
    /// The server's own account of what the role did since the last reset, by statement, most time first.
    private func account(_ database: ParlantDatabase) throws -> [(milliseconds: Double, calls: Int, text: String)] {
        try database.lines(
            """
            SELECT (sum(total_exec_time + total_plan_time))::numeric(12, 3), sum(calls),
                   left(regexp_replace(query, '\\s+', ' ', 'g'), 110)
              FROM public.pg_stat_statements WHERE userid = 'tocsin'::regrole GROUP BY 3 ORDER BY 1 DESC
            """
        ).map { line in
            let parts = line.split(separator: "|", maxSplits: 2)
            return (Double(parts[0]) ?? .nan, Int(parts[1]) ?? 0, String(parts[2]))
        }
    }

    private func wholeScans(_ database: ParlantDatabase) throws -> String {
        try database.sql(
            "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'parlant_event' AND schemaname = 'public'")
    }

    /// How long the agent's session has had a processor, by the kernel's account.
    private func processorMilliseconds(_ database: ParlantDatabase) throws -> Double {
        let pid = try database.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'tocsin'")
        let words = try String(contentsOfFile: "/proc/\(pid)/schedstat", encoding: .utf8).split(separator: " ")
        return (words.first.flatMap { Double($0) } ?? .nan) / 1_000_000
    }

    private func reset(_ database: ParlantDatabase) throws {
        try database.sql("SELECT public.pg_stat_statements_reset()")
    }

    /// A statement of a probe, and the plan that the server ran it by.
    private struct RunPlan {
        let statement: String
        let plan: String
        /// Partial indexes and other tables have longer names.
        var readsEventsWhole: Bool {
            plan.split(separator: "\n").contains { line in
                line.contains("Seq Scan on parlant_event ") || line.hasSuffix("Seq Scan on parlant_event")
            }
        }
    }

    /// What auto_explain wrote into the server's log.
    private func plans(_ server: PostgresServer) throws -> [RunPlan] {
        let log = try String(contentsOf: server.folder.appendingPathComponent("data/server.log"), encoding: .utf8)
        return log.components(separatedBy: "  plan:\n").dropFirst().map { entry in
            let words = entry.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            // Up to the next line of the log's own.
            let lines = entry.split(separator: "\n").prefix { $0.hasPrefix("\t") || $0.hasPrefix(" ") }
            return RunPlan(statement: String(words.prefix(110)), plan: lines.joined(separator: "\n"))
        }
    }

    @Test("the probes' cost", .timeLimit(.minutes(30)))
    func cost() async throws {
        var settings = ParlantData.bulkSettings
        settings["pg_stat_statements.track_planning"] = "on"
        settings["shared_preload_libraries"] = "'pg_stat_statements,auto_explain'"
        let server = try PostgresServer(settings: settings)
        defer { server.stop() }
        var data = ParlantData.large
        if let events = ProcessInfo.processInfo.environment["TOCSIN_LARGE_EVENTS"].flatMap({ Int($0) }) {
            data.events = events
        }
        let database = try ParlantDatabase(on: server, data: data)
        try server.psql(Repository.text("Deploy/role.sql"), database: database.name)
        let scans = try wholeScans(database)

        // The first round connects and warms the caches, as hours of rounds would have.
        var laboratory = try Laboratory(database, user: "tocsin", except: ["references:main"])
        await laboratory.pass(.seconds(15))
        #expect(laboratory.failures == [:])
        // The server's account is of the time that passes, also while others have the processor: of five rounds the
        // quietest counts, and what the session had of a processor is told beside it.
        var rounds: [(elapsed: Double, used: Double, statements: [(milliseconds: Double, calls: Int, text: String)])] =
            []
        for _ in 1...5 {
            try reset(database)
            let before = try processorMilliseconds(database)
            laboratory.jump(.seconds(900))
            await laboratory.pass(.seconds(15))
            let used = try processorMilliseconds(database) - before
            let statements = try account(database)
            rounds.append((statements.reduce(0) { $0 + $1.milliseconds }, used, statements))
        }
        #expect(laboratory.failures == [:])
        await laboratory.close()
        let used = rounds.map(\.used).min() ?? .infinity
        let quietest = rounds.min { $0.elapsed < $1.elapsed }
        let cycle = quietest?.statements ?? []
        print(
            "a round of every regular probe: \((quietest?.elapsed ?? .nan).rounded()) ms of database time in "
                + "\(cycle.reduce(0) { $0 + $1.calls }) statements, \(used.rounded()) ms of a processor "
                + "(five rounds: \(rounds.map { "\($0.elapsed.rounded())/\($0.used.rounded())" }.joined(separator: ", ")))"
        )
        for one in cycle.prefix(12) { print("  \(one.milliseconds) ms  \(one.text)") }
        #expect(min(used, quietest?.elapsed ?? .infinity) < 50)

        laboratory = try Laboratory(database, user: "tocsin", only: ["references:main"])
        try reset(database)
        let sweeps = 40
        await laboratory.pass(.seconds(15 * sweeps))
        let sweep = try account(database)
        let each = sweep.reduce(0) { $0 + $1.milliseconds } / Double(sweeps)
        let progress = laboratory.value("parlant_reference_sweep_progress_ratio") ?? .nan
        print("a round of the sweep: \((each * 10).rounded() / 10) ms of database time")
        print(
            "after \(sweeps) rounds (\(sweeps / 4) minutes at the default) \((progress * 1_000).rounded() / 10) % of a pass; "
                + "a whole pass takes about \((Double(sweeps) / 240 / progress * 10).rounded() / 10) hours")
        #expect(each < 40)
        #expect(laboratory.failures == [:])
        await laboratory.close()

        // Every probe once more, each statement with its plan: some are asked by nobody's clock but their own.
        try database.sql("ALTER ROLE tocsin SET auto_explain.log_min_duration = 0")
        laboratory = try Laboratory(database, user: "tocsin")
        await laboratory.pass(.seconds(60))
        await laboratory.close()
        let plans = try plans(server)
        let onEvents = plans.filter { $0.plan.contains("parlant_event") }
        print(
            "plans: \(plans.count), of which \(onEvents.count) read the event table; whole: "
                + "\(plans.count { $0.readsEventsWhole })")
        #expect(onEvents.count > 10)
        for plan in plans where plan.readsEventsWhole { Issue.record("\(plan.statement)\n\(plan.plan)") }

        let after = try wholeScans(database)
        print("scans of the whole event table: \(after == scans ? "0" : "from \(scans) to \(after)")")
        #expect(after == scans)
    }
}
