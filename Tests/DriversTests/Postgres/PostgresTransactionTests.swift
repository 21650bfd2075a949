import Drivers
import Support
import Testing

@Suite struct PostgresTransactionTests {
    private struct Stop: Error {}

    private func statement(_ sql: String) -> PostgresStatement { PostgresStatement(name: "test", sql: sql) }

    @Test func `Steps are committed together, and each tells how many rows it changed`() async throws {
        let bench = try PostgresBench()
        let connection = bench.connection(readOnly: false)
        try bench.server.psql("DROP TABLE IF EXISTS steps; CREATE TABLE steps (n int)")
        let counts = try await connection.inTransaction(.repeatableRead, deadline: .seconds(10)) { transaction in
            [
                try await transaction.query(statement("INSERT INTO steps VALUES (1), (2), (3)")).affected,
                try await transaction.query(statement("UPDATE steps SET n = 5 WHERE n > 1")).affected,
                try await transaction.query(statement("SELECT n FROM steps")).affected,
                try await transaction.query(statement("CREATE INDEX ON steps (n)")).affected,
                try await transaction.query(statement("DELETE FROM steps WHERE n = 99")).affected,
            ]
        }
        #expect(counts == [3, 2, 3, nil, 0])
        #expect(try bench.server.psql("SELECT count(*) FROM steps") == "3")
        await connection.close()
    }

    @Test func `What throws is rolled back, and the connection is of use again`() async throws {
        let bench = try PostgresBench()
        let connection = bench.connection(readOnly: false)
        try bench.server.psql("DROP TABLE IF EXISTS undone; CREATE TABLE undone (n int)")
        await #expect(throws: Stop.self) {
            try await connection.inTransaction(.repeatableRead, deadline: .seconds(10)) { transaction in
                _ = try await transaction.query(statement("INSERT INTO undone VALUES (1)"))
                throw Stop()
            }
        }
        #expect(try await connection.query(statement("SELECT count(*) AS n FROM undone")).first?.int("n") == 0)
        await connection.close()
    }

    @Test func `A failure that was passed over is not taken for a commit`() async throws {
        let bench = try PostgresBench()
        let connection = bench.connection(readOnly: false)
        let error = await bench.failure {
            try await connection.inTransaction(.repeatableRead, deadline: .seconds(10)) { transaction in
                _ = try? await transaction.query(statement("SELECT 1 / 0"))
            }
        }
        #expect(error?.message == "a statement failed, so nothing is committed")
        await connection.close()
    }

    @Test func `A transaction that only reads refuses to write`() async throws {
        let bench = try PostgresBench()
        let connection = bench.connection(readOnly: false)
        let error = await bench.failure {
            _ = try await connection.inTransaction(.readOnly, deadline: .seconds(10)) { transaction in
                try await transaction.query(statement("CREATE TABLE never (n int)"))
            }
        }
        #expect(error?.sqlState == "25006")
        await connection.close()
    }

    @Test func `A transaction can't be used once it is over`() async throws {
        let bench = try PostgresBench()
        let connection = bench.connection(readOnly: false)
        let kept = try await connection.inTransaction(.readOnly, deadline: .seconds(10)) { $0 }
        let error = await bench.failure { _ = try await kept.query(statement("SELECT 1")) }
        #expect(error?.kind == .closed)
        await connection.close()
    }
}
