import Drivers
import Support
import Testing

/// What a session gives, against a real server.
@Suite("PostgreSQL session")
struct PostgresSessionTests {
    private let bench: PostgresBench

    init() throws {
        bench = try PostgresBench()
    }

    @Test("every type is decoded by its column's name")
    func decodesTypes() async throws {
        let rows = try await bench.connection().query(
            .sql(
                """
                SELECT 7::int8 AS i, 5.00::numeric AS whole, 1.5::float8 AS f, 'NaN'::numeric AS nan,
                       12.25::numeric AS n, '-infinity'::float8 AS down, true AS t, false AS "no", NULL AS nothing,
                       'grüß «☃»' AS words,
                       timestamp '2026-11-23 08:00:00.5' AS plain, timestamptz '2026-11-23 08:00:00.289+02' AS zoned,
                       'infinity'::timestamp AS forever, date '1969-12-31' AS day
                """))
        let row = try #require(rows.first)
        #expect(try row.int("i") == 7)
        #expect(try row.int("whole") == 5)
        #expect(try row.double("f") == 1.5)
        #expect(try row.double("nan")?.isNaN == true)
        #expect(try row.double("n") == 12.25)
        #expect(try row.double("down") == -.infinity)
        #expect(try row.bool("t") == true)
        #expect(try row.bool("no") == false)
        #expect(try row.isNull("nothing"))
        #expect(try row.int("nothing") == nil)
        #expect(try row.text("words") == "grüß «☃»")
        #expect(try row.text(at: 9) == "grüß «☃»")
        #expect(try row.timestamp("plain") == 1_795_420_800_500)
        #expect(try row.timestamp("zoned") == 1_795_413_600_289)
        #expect(try row.timestamp("forever") == .max)
        #expect(try row.timestamp("day") == -86_400_000)
    }

    @Test("a value of another type, or a column that is not there, is an error that names it")
    func wrongTypes() async throws {
        let rows = try await bench.connection().query(
            PostgresStatement(name: "words", sql: "SELECT 'many' AS words, 1.5 AS half"))
        let row = try #require(rows.first)
        let failures: [(String, PostgresError?)] = [
            ("words", await bench.failure { _ = try row.int("words") }),
            ("half", await bench.failure { _ = try row.int("half") }),
            ("words", await bench.failure { _ = try row.double("words") }),
            ("words", await bench.failure { _ = try row.bool("words") }),
            ("words", await bench.failure { _ = try row.timestamp("words") }),
            ("missing", await bench.failure { _ = try row.text("missing") }),
        ]
        for (column, error) in failures {
            #expect(error?.kind == .decoding)
            #expect(error?.statement == "words")
            #expect(error?.message.contains("`\(column)`") == true)
        }
    }

    @Test(
        "the session is set as promised",
        arguments: [
            ("TimeZone", "UTC"), ("application_name", "tocsin"), ("default_transaction_read_only", "on"),
            ("statement_timeout", "5s"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "1min"),
            ("client_encoding", "UTF8"),
        ])
    func sessionSettings(name: String, value: String) async throws {
        let connection = bench.connection()
        #expect(try await connection.value("SELECT current_setting('\(name)')") == value)
        #expect(await !connection.setsPerBatch)
    }

    @Test("the DSN's own options and application name are kept")
    func ownOptions() async throws {
        let connection = bench.connection(
            bench.server.dsn() + " options='-c work_mem=7MB' application_name=mine")
        #expect(try await connection.value("SELECT current_setting('work_mem')") == "7MB")
        #expect(try await connection.value("SELECT current_setting('application_name')") == "mine")
        #expect(try await connection.value("SELECT current_setting('lock_timeout')") == "1s")
    }

    @Test("version, time to connect and state of the connection can be asked")
    func facts() async throws {
        let connection = bench.connection()
        #expect(await !connection.isConnected)
        #expect(await connection.serverVersion == nil)
        #expect(try await connection.ping() > .zero)
        #expect(await connection.isConnected)
        #expect(await connection.serverVersion ?? 0 >= 130_000)
        #expect(await connection.lastConnectDuration ?? .zero > .zero)
        await connection.close()
        #expect(await !connection.isConnected)
        #expect(await bench.failure { _ = try await connection.ping() }?.kind == .closed)
    }

    @Test("it reads only: a write is refused, alone and in a batch")
    func readOnly() async throws {
        let write = PostgresStatement(name: "write", sql: "CREATE TABLE never (a int)")
        let connection = bench.connection()
        for error in [
            await bench.failure { _ = try await connection.query(write) },
            await bench.failure { _ = try await connection.batch([write]) },
        ] {
            #expect(error?.sqlState == "25006")
            #expect(error?.statement == "write")
        }
    }

    @Test("a connection that may write does, alone and in a batch")
    func writes() async throws {
        let connection = bench.connection(readOnly: false)
        let rows = try await connection.batch([
            .sql("CREATE TEMPORARY TABLE notes (text text)"), .sql("INSERT INTO notes VALUES ($1)", .text("kept")),
            .sql("SELECT text FROM notes"),
        ])
        #expect(rows.map(\.count) == [0, 0, 1])
        _ = try await connection.query(.sql("INSERT INTO notes VALUES ('and more')"))
        #expect(try await connection.value("SELECT string_agg(text, ' ') FROM notes") == "kept and more")
    }

    @Test("parameters are values, never SQL")
    func parameters() async throws {
        let nasty = "'; DROP TABLE x; --"
        let rows = try await bench.connection().query(
            .sql(
                """
                SELECT $1::text AS a, $2::int8 AS b, $3::timestamptz AS c, $4::float8 AS d, $5::text AS e,
                       $6::bool AS f, $7::timestamp AS g, $8::float8 AS h
                """, .text(nasty), .int(-5), .timestamp(-1), .double(.infinity), .null, .bool(true), .timestamp(.max),
                .double(0.1)))
        let row = try #require(rows.first)
        #expect(try row.text("a") == nasty)
        #expect(try row.int("b") == -5)
        #expect(try row.timestamp("c") == -1)
        #expect(try row.double("d") == .infinity)
        #expect(try row.isNull("e"))
        #expect(try row.bool("f") == true)
        #expect(try row.timestamp("g") == .max)
        #expect(try row.double("h") == 0.1)
    }

    @Test(
        "what can't be sent or read is refused, and the next statement works",
        arguments: [
            PostgresStatement(name: "zero", sql: "SELECT $1::text", parameters: [.text("a\0b")]),
            PostgresStatement(name: "zero", sql: "SELECT 1 \0"),
            PostgresStatement(name: "copy", sql: "COPY (SELECT 1) TO STDOUT"),
        ])
    func refused(statement: PostgresStatement) async throws {
        let connection = bench.connection()
        let error = await bench.failure { _ = try await connection.query(statement) }
        #expect(error?.kind == .decoding)
        #expect(error?.statement == statement.name)
        _ = try await connection.ping()
    }

    @Test("two commands in one statement are refused by the server")
    func twoCommands() async throws {
        let error = await bench.failure { _ = try await bench.connection().query(.sql("SELECT 1; SELECT 2")) }
        #expect(error?.sqlState == "42601")
    }

    @Test("a missing right names the object and the GRANT, a missing table its place")
    func serverErrors() async throws {
        try bench.server.psql("CREATE TABLE guarded (a int); CREATE ROLE poor LOGIN")
        let connection = bench.connection(bench.server.dsn(user: "poor"))
        let denied = await bench.failure { _ = try await connection.query(.sql("SELECT * FROM guarded")) }
        #expect(denied?.sqlState == "42501")
        #expect(denied?.description.contains("GRANT SELECT ON guarded TO poor;") == true)
        let missing = await bench.failure { _ = try await connection.query(.sql("SELECT * FROM nowhere")) }
        #expect(missing?.sqlState == "42P01")
        #expect(missing?.position == 15)
        #expect(missing?.description.contains("nowhere") == true)
    }

    @Test("a batch that fails leaves the connection fit for the next")
    func failedBatch() async throws {
        let connection = bench.connection()
        let error = await bench.failure {
            _ = try await connection.batch([.sql("SELECT 1"), PostgresStatement(name: "bad", sql: "SELECT nothing")])
        }
        #expect(error?.sqlState == "42703")
        #expect(error?.statement == "bad")
        #expect(try await connection.batch([.sql("SELECT 1 AS a")]).first?.first?.int("a") == 1)
        #expect(try await connection.batch([]).isEmpty)
    }
}
