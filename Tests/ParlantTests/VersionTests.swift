import Support
import Testing

/// The versions of PostgreSQL that the tests run against.
@Suite("PostgreSQL versions")
struct VersionTests {
    @Test("each is there, and is what it says", arguments: PostgresServer.Version.wanted)
    func version(number: Int) throws {
        let version = try PostgresServer.Version.find(number)
        #expect(PostgresServer.Version.all.contains(version))
        let server = try PostgresServer(version: version)
        defer { server.stop() }
        let told = try #require(Int(server.psql("SHOW server_version_num")))
        #expect(told / 10_000 == number)
        // 16's package has it not.
        #expect(version.hasStatements == (number != 16))
        if version.hasStatements {
            let statements = "CREATE EXTENSION pg_stat_statements; SELECT count(*) > 0 FROM pg_stat_statements"
            #expect(try server.psql(statements) == "t")
        }
    }

    @Test("a version that is missing says what to do")
    func missing() {
        #expect {
            try PostgresServer.Version.find(99)
        } throws: {
            "\($0)".contains("run Deploy/postgres-versions")
        }
    }
}
