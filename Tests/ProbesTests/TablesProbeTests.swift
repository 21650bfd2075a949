import Drivers
import PromQL
import Support
import Testing

@testable import Probes

@Suite("Indexes", .serialized)
struct TablesProbeTests {
    @Test("invalid, double and unread indexes are counted, those of a partitioned table and the system's are not")
    func indexes() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        try server.psql("CREATE DATABASE app")
        try server.psql(
            """
            CREATE TABLE a (x int, y text);
            INSERT INTO a SELECT n, repeat('y', 100) || n FROM generate_series(1, 200000) n;
            CREATE INDEX a_once ON a (x);
            CREATE INDEX a_twice ON a (x);
            CREATE INDEX a_wide ON a (y);
            CREATE INDEX a_broken ON a (x, y);
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_broken'::regclass;
            -- Not valid until each partition has one; and twice the same.
            CREATE TABLE p (x int) PARTITION BY RANGE (x);
            CREATE TABLE p_1 PARTITION OF p FOR VALUES FROM (1) TO (10);
            CREATE INDEX p_only ON ONLY p (x);
            CREATE INDEX p_again ON ONLY p (x);
            VACUUM ANALYZE a;
            """, database: "app")
        let poller = PostgresPoller()
        let connection = PostgresConnection(
            PostgresSettings(dsn: server.dsn(database: "app"), name: "main"), poller: poller)
        let result = await TablesProbe(name: "main", connection: connection).sample(
            at: Timestamp(milliseconds: 1_795_420_800_000))
        #expect(result.failure == nil)
        func value(_ name: String) -> Double? { result.samples.first { $0.labels.metric == name }?.value }
        #expect(value("tocsin_invalid_indexes") == 1)
        #expect(value("tocsin_duplicate_indexes") == 1)
        // The small ones on a number are below 8 MiB.
        #expect(value("tocsin_unused_indexes") == 1)
        await connection.close()
        poller.shutdown()
    }
}
