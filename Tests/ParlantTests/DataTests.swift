import Foundation
import Support
import Testing

/// The rows, small and large.
@Suite("Parlant data")
struct DataTests {
    @Test("are there in the numbers that were asked for, quickly")
    func numbers() throws {
        let database = try ParlantDatabase(on: Bench.server.get(), name: "numbers")
        let parts = try ParlantData.small.fill(database)
        // 0.8 s on two busy cores, vacuum and all; this is a bound for worse.
        #expect(parts.map(\.seconds).reduce(0, +) < 5, "\(parts)")
        let counts = ParlantSchema.known.map { "SELECT '\($0.name)', count(*) FROM \($0.name.quoted);" }
        let told = try database.lines(counts.joined(separator: "\n"))
        #expect(
            told == [
                "user|20", "workspace|5", "knowledge_base|10", "parlant_agent|50", "parlant_guideline|150",
                "parlant_canned_response|150", "parlant_term|150", "parlant_tool|20", "parlant_tool_integration|20",
                "parlant_agent_tool|100", "parlant_agent_knowledge_base|100", "parlant_journey|50",
                "parlant_journey_state|250", "parlant_journey_transition|300", "parlant_journey_guideline|50",
                "parlant_session|300", "parlant_event|5000", "parlant_variable|150",
            ])
    }

    @Test("hang together beyond what the troubles say")
    func sound() throws {
        let database = try Bench.healthy.get()
        let utc = "(now() AT TIME ZONE 'UTC')"
        let wrong = [
            "a session's workspace is not its agent's": """
            SELECT s.id FROM parlant_session s JOIN parlant_agent a ON a.id = agent_id
            WHERE s.workspace_id <> a.workspace_id
            """,
            "a tool of another workspace": """
            SELECT x.id FROM parlant_agent_tool x JOIN parlant_agent a ON a.id = agent_id
            JOIN parlant_tool t ON t.id = tool_id WHERE t.workspace_id <> a.workspace_id
            """,
            "a session counts its events wrongly": """
            SELECT s.id FROM parlant_session s JOIN parlant_event e ON e.session_id = s.id GROUP BY s.id
            HAVING count(*) <> event_count OR message_count <> count(*) FILTER (WHERE event_type::text LIKE '%message')
            """,
            "a session's times are not its events'": """
            SELECT s.id FROM parlant_session s JOIN parlant_event e ON e.session_id = s.id GROUP BY s.id
            HAVING min(e.created_at) <> started_at OR max(e.created_at) <> last_activity_at
            """,
            "a status without its end": """
            SELECT id FROM parlant_session WHERE (status = 'active') <> (ended_at IS NULL) OR ended_at < started_at
            """,
            "times to come": "SELECT id FROM parlant_event WHERE created_at > \(utc)",
            "a journey of another agent": """
            SELECT s.id FROM parlant_session s JOIN parlant_journey j ON j.id = current_journey_id
            JOIN parlant_journey_state t ON t.id = current_state_id
            WHERE j.agent_id <> s.agent_id OR t.journey_id <> j.id
            """,
            "two events at one time":
                "SELECT session_id FROM parlant_event GROUP BY session_id, created_at HAVING count(*) > 1",
        ]
        for (what, query) in wrong {
            #expect(try database.lines(query) == [], "\(what)")
        }
        #expect(
            try database.sql("SELECT count(*) > 10 FROM parlant_event WHERE created_at > \(utc) - interval '5 minutes'")
                == "t")
        #expect(try database.sql("SELECT count(DISTINCT event_type) FROM parlant_event") == "7")
    }

    @Test("are the same for one seed, and others for another")
    func seeds() throws {
        let key = "SELECT string_agg(id::text, ' ' ORDER BY id) FROM parlant_session"
        let healthy = try Bench.healthy.get().sql(key)
        let server = try Bench.server.get()
        #expect(try ParlantDatabase(on: server, name: "again", data: .small).sql(key) == healthy)
        var other = ParlantData.small
        other.seed = 2
        #expect(try ParlantDatabase(on: server, name: "other", data: other).sql(key) != healthy)
    }

    @Test("loaded in bulk are the same rows, with all indexes")
    func bulk() throws {
        var data = ParlantData.small
        data.isBulk = true
        let database = try ParlantDatabase(on: Bench.server.get(), name: "bulk", data: data)
        let ids = "SELECT md5(string_agg(id::text, ' ' ORDER BY id)) FROM parlant_event"
        #expect(try database.sql(ids) == Bench.healthy.get().sql(ids))
        #expect(try database.troubles(ParlantFault.all()) == [:])
        let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND connamespace = 'public'::regnamespace"
        #expect(try database.sql(keys) == "18")
    }

    /// Ten million events: minutes, and gigabytes of disk.
    @Test(
        "ten million events", .enabled(if: ProcessInfo.processInfo.environment["TOCSIN_LARGE_DATA"] == "1"),
        .timeLimit(.minutes(60)))
    func large() throws {
        let server = try PostgresServer(settings: ParlantData.bulkSettings)
        defer { server.stop() }
        let database = try ParlantDatabase(on: server)
        let parts = try ParlantData.large.fill(database)
        for part in parts { print("\(part.part): \(part.seconds.formatted(.number.precision(.fractionLength(1)))) s") }
        print(
            try database.sql(
                """
                SELECT relname, reltuples, pg_size_pretty(pg_table_size(oid)), pg_size_pretty(pg_indexes_size(oid))
                FROM pg_class WHERE relname IN ('parlant_event', 'parlant_session');
                SELECT pg_size_pretty(pg_database_size(current_database()));
                """))
        #expect(try database.sql("SELECT count(*) FROM parlant_event", limit: 600) == "10000000")
        #expect(try database.sql("SELECT count(*) FROM pg_class WHERE relpersistence = 'u'") == "0")
        #expect(try database.rows(of: .missingIndex()) == [] && database.rows(of: .otherIndex()) == [])
    }
}
