@testable import Drivers
import Foundation
import Testing

/// What the driver makes of texts, without a server.
@Suite("PostgreSQL texts")
struct PostgresTextTests {
    @Test(
        "a timestamp becomes milliseconds and back",
        arguments: [
            ("1970-01-01 00:00:00.000+00", 0), ("1969-12-31 23:59:59.999+00", -1),
            ("2026-11-23 08:00:08.289+00", 1_795_420_808_289), ("2000-02-29 00:00:00.000+00", 951_782_400_000),
            ("0001-01-01 00:00:00.000+00", -62_135_596_800_000), ("0001-12-31 00:00:00.000+00 BC", -62_135_683_200_000),
            ("infinity", Int64.max), ("-infinity", Int64.min),
        ] as [(String, Int64)])
    func timestamps(text: String, milliseconds: Int64) {
        #expect(PostgresTime.milliseconds(text) == milliseconds)
        #expect(PostgresTime.text(milliseconds: milliseconds) == text)
    }

    @Test(
        "other forms of a timestamp are read as well",
        arguments: [
            ("1970-01-01", 0), ("1970-01-01 00:00:01", 1_000), ("1970-01-01 00:00:00.5", 500),
            ("1970-01-01 00:00:00.123999", 123), ("1970-01-01 05:30:00+05:30", 0), ("1969-12-31 19:00:00-05", 0),
            ("1970-01-01 00:53:28+00:53:28", 0), ("294276-12-31 23:59:59", 9_224_318_015_999_000),
        ] as [(String, Int64)])
    func moreTimestamps(text: String, milliseconds: Int64) {
        #expect(PostgresTime.milliseconds(text) == milliseconds)
    }

    @Test(
        "what is no timestamp is refused, however large its numbers",
        arguments: [
            "", "now", "1970", "1970-13-01", "1970-01-32", "1970-01-01 25:00:00", "1970-01-01 00:00",
            "1970-01-01 a:b:c",
            "9223372036854775807-01-01", "1970-01-01 00:00:00+99999999999999999999", "1970-01-01 00:00:00 00", "1 BC",
            "1970-01-01 00:00:00.1.2", "1970-01-01 00:00:00.x",
        ])
    func noTimestamps(text: String) {
        #expect(PostgresTime.milliseconds(text) == nil)
    }

    @Test("the ends of time can be written without a trap")
    func extremes() {
        #expect(PostgresTime.text(milliseconds: .max - 1).hasSuffix("+00"))
        #expect(PostgresTime.text(milliseconds: .min + 1).hasSuffix("BC"))
    }

    @Test(
        "a DSN that libpq reads is fine, in both forms",
        arguments: [
            "host=db port=5432 user=me password='my secret'", "postgresql://me:p%40ss@db:5432/app?sslmode=require",
            "postgres://db1:1,db2:2/app?target_session_attrs=read-write", "host=/var/run/postgresql dbname=app",
        ])
    func readable(dsn: String) {
        #expect(PostgresSettings.check(dsn: dsn) == nil)
    }

    @Test(
        "a DSN that can't be read is refused, and no piece of the password is shown",
        arguments: [
            "postgresql://u:hunter2@[bad/x", "postgresql://u:%zzhunter2@db/x", "host=db password=hunter2 hunter2x",
            "password=a hunter2=b host=db", "postgresql://u:hun@hunter2@db/x", "postgresql://u:hunter2/hunter2@db/x",
            "postgresql://u:1/hunter2@db/x", "postgresql://u:p@db/x?hunter2=1", "password='hunter2",
            "hunter2 password=1",
        ])
    func unreadable(dsn: String) {
        let problem = PostgresSettings.check(dsn: dsn)
        #expect(problem != nil)
        #expect(problem?.contains("hunter2") == false, "\(problem ?? "")")
        let settings = PostgresSettings(dsn: dsn, name: "main")
        #expect(!"\(settings)".contains("hunter2"))
        #expect(settings.keyword("password") == nil)
    }

    @Test("a misspelt keyword is named where no password can be near")
    func misspelt() {
        #expect(PostgresSettings.check(dsn: "hots=db user=me")?.contains("hots") == true)
    }

    @Test("settings show where they lead, never the password")
    func shown() {
        let settings = PostgresSettings(dsn: "postgresql://me:hunter2@db:6000/app", name: "main")
        #expect("\(settings)" == "main (host=db port=6000 dbname=app user=me)")
        #expect(settings.keyword("user") == "me")
        #expect(settings.keyword("password") == nil)
    }

    @Test(
        "a failed connection is sorted by the server's code, in whatever language it speaks, else by libpq's words",
        arguments: [
            (
                "connection to server at \"db\", port 1 failed: FATAL:  28P01: Passwort falsch\nLOCATION:  auth.c\n",
                .authentication, "28P01"
            ),
            ("connection to server at \"db\" failed: FATAL:  57P03: fährt hoch\nLOCATION:  x\n", .server, "57P03"),
            (
                "connection to server failed: ERROR:  08P01: no more connections allowed (max_client_conn)", .server,
                "08P01"
            ),
            ("connection to server failed: FATAL:  08P01: no such database: app", .authentication, "08P01"),
            ("connection to server at \"ssl.example\" (10.0.0.1), port 1 failed: Connection refused", .refused, nil),
            ("connection to server at \"db\", port 1 failed: SSL error: certificate verify failed", .tls, nil),
            ("could not translate host name \"tls\" to address: Name or service not known", .dns, nil),
            ("connection to server at \"db\", port 1 failed: Connection timed out", .connectTimeout, nil),
            ("server closed the connection unexpectedly", .connect, nil),
        ] as [(String, PostgresError.Kind, String?)])
    func connectErrors(message: String, kind: PostgresError.Kind, sqlState: String?) {
        let error = PostgresError(connecting: message, user: "me")
        #expect(error.kind == kind)
        #expect(error.sqlState == sqlState)
        #expect(!error.message.contains("LOCATION"))
        if let sqlState { #expect(!error.message.contains(sqlState)) }
    }

    @Test(
        "a missing right names the GRANT that gives it",
        arguments: [
            ("permission denied for table orders", "GRANT SELECT ON orders TO \"my role\";"),
            ("permission denied for schema Shop", "GRANT USAGE ON SCHEMA \"Shop\" TO \"my role\";"),
            ("permission denied for materialized view totals", "GRANT SELECT ON totals TO \"my role\";"),
            ("keine Berechtigung", "the role my role lacks a GRANT for it"),
        ])
    func grants(message: String, hint: String) {
        #expect(PostgresError.hint(sqlState: "42501", message: message, user: "my role") == hint)
    }

    @Test("a wait ends once, by what comes first")
    func waits() async {
        let poller = PostgresPoller()
        let first = PostgresWait()
        #expect(first.end(.ready))
        #expect(!first.end(.timeout))
        #expect(await poller.wait(for: first, until: .now + .seconds(60)) == .ready)
        #expect(await poller.wait(for: PostgresWait(), until: .now - .seconds(1)) == .timeout)
        let task = Task { await poller.wait(for: PostgresWait(), until: .now + .seconds(60)) }
        task.cancel()
        #expect(await task.value == .cancelled)
        poller.shutdown()
        #expect(await poller.wait(for: PostgresWait(), until: .now + .seconds(60)) == .cancelled)
    }

    @Test("a step that hangs is left behind at the deadline, and those after it have their turn")
    func hangingSteps() async {
        let poller = PostgresPoller()
        let gate = PostgresWait()
        defer { gate.end(.ready) }
        for _ in 0..<20 {
            let late = await poller.connectStep(until: .now + .milliseconds(5)) {
                while !gate.isOver { usleep(1_000) }
            }
            guard case .left(.timeout) = late else {
                Issue.record("\(late)")
                return
            }
        }
        gate.end(.ready)
        let next = await poller.connectStep(until: .now + .seconds(20)) { 2 }
        guard case .done(2) = next else {
            Issue.record("\(next)")
            return
        }
    }
}
