import Drivers
import Foundation
import PromQL
import Support
import Testing

@testable import Probes

/// Numbers that the probes give, against what the database itself counts.
@Suite("Activity and progress", .serialized)
struct ParlantActivityTests {
    private let now = Timestamp(milliseconds: 1_795_420_800_000)

    @Test("events by workspace and type are those of the last hour, and sum up")
    func events() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        let poller = PostgresPoller()
        let connection = PostgresConnection(
            PostgresSettings(dsn: database.dsn(), name: "main", schema: "public"), poller: poller)
        let result = await ParlantProbe.activity(name: "main", source: ParlantSource(connection: connection)).sample(
            at: now)
        #expect(result.failure == nil)
        var found: [String: Double] = [:]
        var recent = 0.0
        for sample in result.samples {
            guard let workspace = sample.labels["workspace"], let type = sample.labels["type"] else { continue }
            if sample.labels.metric == "parlant_events_last_hour" { found["\(workspace)|\(type)"] = sample.value }
            if sample.labels.metric == "parlant_events_last_5m" { recent += sample.value }
        }
        let wanted = try database.lines(
            """
            SELECT workspace_id, event_type, count(*) FROM parlant_event e JOIN parlant_session s ON s.id = session_id
             WHERE e.created_at >= (now() AT TIME ZONE 'UTC') - interval '1 hour' GROUP BY 1, 2
            """)
        #expect(wanted.count >= 5)
        for line in wanted {
            let parts = line.split(separator: "|").map(String.init)
            #expect(found["\(parts[0])|\(parts[1])"] == Double(parts[2]), "\(line)")
        }
        #expect(found.count == wanted.count)
        let last = try database.sql(
            "SELECT count(*) FROM parlant_event WHERE created_at >= (now() AT TIME ZONE 'UTC') - interval '5 minutes'")
        #expect(recent == Double(last) && recent > 0)
        await connection.close()
        poller.shutdown()
    }

    @Test("a build of an index says how far it is, and what sessions wait for and how long they run is told")
    func progress() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        let poller = PostgresPoller()
        let connection = PostgresConnection(PostgresSettings(dsn: database.dsn(), name: "main"), poller: poller)
        try database.sql(
            """
            CREATE FUNCTION slowly(int) RETURNS int LANGUAGE plpgsql IMMUTABLE
                AS $$ BEGIN PERFORM pg_sleep(0.002); RETURN $1; END $$;
            """)
        let build = try await HeldSession(in: database)
        try build.send("CREATE INDEX slow_idx ON parlant_event (slowly(\"offset\"));")
        let sleeper = try await database.longQuery()
        var ratio: Double?
        let isSeen = await eventually(within: 20) {
            let samples = await TablesProbe(name: "main", connection: connection).sample(at: now).samples
            ratio =
                samples.first {
                    $0.labels.metric == "tocsin_progress_ratio" && $0.labels["relname"] == "parlant_event"
                        && $0.labels["command"] == "CREATE INDEX"
                }?.value
            // PostgreSQL tells of a build that begins as if it were done, for a moment.
            return ratio.map { 0 < $0 && $0 < 1 } ?? false
        }
        #expect(isSeen, "\(ratio ?? -1)")

        let samples = await DatabaseProbe(name: "main", connection: connection).sample(at: now).samples
        func value(_ metric: String, _ labels: [String: String]) -> Double? {
            samples.first { sample in
                sample.labels.metric == metric && labels.allSatisfy { sample.labels[$0.key] == $0.value }
            }?.value
        }
        let waiting = ["datname": "parlant", "wait_event_type": "Timeout", "wait_event": "PgSleep"]
        #expect((value("tocsin_waiting_sessions", waiting) ?? 0) >= 1)
        #expect((value("tocsin_longest_query_seconds", ["datname": "parlant"]) ?? 0) > 0)
        #expect(value("tocsin_longest_query_seconds", ["datname": "postgres"]) == 0)
        // States are as they were before they were parted by waits: this probe's session, the build, the sleeper.
        #expect(value("pg_stat_activity_count", ["datname": "parlant", "state": "active"]) == 3)
        sleeper.end()
        build.end()
        await connection.close()
        poller.shutdown()
    }
}
