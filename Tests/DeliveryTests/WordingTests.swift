import Alerting
import PromQL
import Testing

@testable import Delivery

import struct Foundation.TimeZone

@Suite("What messages say")
struct WordingTests {
    private func plain(_ notification: Notification) -> String {
        MailPlainText(wording: MessageWording(notification, context: Samples.context())).text
    }

    private static let tail = """
        -- 
        As of 2026-11-23 10:05:14 UTC
        Tocsin 0.1.0 on agent.example.org, group {}:{alertname="PoolUtilizationHigh", pool="web"}, message
        """

    private static let links = """
          Runbook    https://tocsin.example/runbooks/pool-exhaustion
          History    https://tocsin.example/api/tocsin/v1/history?alert=d79c4c615755c239
          Labels     instance=web, pool=web
        """

    private static let description = """
        Nearly all connections are busy.
        Once all are, requests queue & time out.
        """

    @Test("a new warning is told with value, time, description and evidence")
    func firedWarning() {
        #expect(
            plain(Samples.firedWarning) == """
                WARNING: Pool web is 97% used

                Began to fire at level warning.

                  Value      0.83 (raises at > 0.80)
                  Since      10:02:11 UTC, 3 min 3 s ago
                  Peak       0.99
                  Clears at  < 0.90
                \(Self.links)

                \(Self.description)

                Who holds the connections:

                pid   state                query
                4711  active               SELECT * FROM parlant_tool_calls WHERE status = 'open'
                12    idle in transaction  UPDATE a SET b = 1
                … 3 more rows

                \(Self.tail) 1
                """)
    }

    @Test("a raised, a lowered and a repeated level say what they were")
    func levels() {
        let facts = "  Since      10:02:11 UTC, 3 min 3 s ago\n  Peak       0.99\n  Clears at  < 0.90\n\(Self.links)"
        let rest = "\(facts)\n\n\(Self.description)\n\n\(Self.tail)"
        #expect(
            plain(Samples.raised) == """
                CRITICAL (was warning): Pool web is 97% used

                Rose from warning to critical.

                  Value      0.97 (raises at > 0.95)
                \(rest) 2
                """)
        #expect(
            plain(Samples.lowered) == """
                WARNING (was critical): Pool web is 97% used

                Critical is over, still warning.

                  Value      0.91 (raises at > 0.95)
                \(rest) 3
                """)
        #expect(
            plain(Samples.reminder) == """
                STILL CRITICAL: Pool web is 97% used

                A reminder: nothing has changed since the last message.

                Still critical.

                  Value      0.97 (raises at > 0.95)
                \(rest) 1
                """)
    }

    @Test("a resolve tells how long it lasted, and one that passed tells both its times")
    func over() {
        let links = Self.links.split(separator: "\n").map { $0.prefix(9) + " " + $0.dropFirst(9) }
            .joined(separator: "\n")
        #expect(
            plain(Samples.resolved) == """
                RESOLVED: Pool web is 97% used

                Resolved after 3 min 1 s.

                  Cleared at  0.62 (clears at < 0.90)
                  Fired       10:02:11 UTC
                  Cleared     10:05:12 UTC
                  Peak        0.99
                \(links)

                \(Self.tail) 4
                """)
        #expect(
            plain(Samples.passed) == """
                RESOLVED: Pool web is 97% used

                Fired 10:02:11 UTC, cleared 10:05:12 UTC, before it could be told.

                  Cleared at  0.62 (clears at < 0.90)
                  Peak        0.99
                \(links)

                \(Self.description)

                \(Self.tail) 1
                """)
    }

    @Test("of several alerts the news come first, by level, and the unchanged are only named")
    func order() {
        let wording = MessageWording(Samples.mixed, context: Samples.context())
        #expect(wording.headline == "CRITICAL: 3 firing, 1 resolved: PoolUtilizationHigh")
        #expect(wording.alerts.map(\.title) == ["Pool b is full", "PoolUtilizationHigh (pool=a)", "Pool c is full"])
        #expect(wording.others.map(\.title) == ["Pool old is full"])
        #expect(plain(Samples.mixed).contains("Also in this group:\n\n  STILL CRITICAL: Pool old is full\n"))
    }

    @Test("the subject stays while the state changes, so that mails join in threads")
    func subjects() {
        let table: [(Notification, String)] = [
            (Samples.firedWarning, "[FIRING:1 warning] PoolUtilizationHigh (web)"),
            (Samples.raised, "[FIRING:1 critical] PoolUtilizationHigh (web)"),
            (Samples.resolved, "[RESOLVED] PoolUtilizationHigh (web)"),
            (Samples.mixed, "[FIRING:3 critical] PoolUtilizationHigh"),
            (Samples.message([Samples.alert()], occasion: .test), "[TEST] PoolUtilizationHigh (web)"),
            (Samples.message([Samples.alert()], group: [:]), "[FIRING:1 warning] PoolUtilizationHigh (web)"),
            (
                Samples.message([Samples.alert()], group: ["pool": "web"]),
                "[FIRING:1 warning] PoolUtilizationHigh (web)"
            ),
            (Samples.message([Samples.alert(level: nil)], group: [:]), "[FIRING:1] PoolUtilizationHigh (web)"),
            (Samples.message([], occasion: .test, group: [:]), "[TEST] no alerts"),
        ]
        for (notification, subject) in table {
            #expect(MailMessage.subject(MessageWording(notification, context: Samples.context())) == subject)
        }
    }

    @Test("stale, missing and flapping alerts say so")
    func states() {
        var stale = Samples.alert(.unchanged)
        stale.isStale = true
        var missing = Samples.alert()
        missing.hasNoData = true
        var flaps = Samples.alert(.flapping)
        flaps.isFlapping = true
        var still = flaps
        still.change = .unchanged
        func wording(_ alert: NotifiedAlert) -> AlertWording {
            AlertWording(alert, at: Samples.now, context: Samples.context())
        }
        #expect(wording(stale).notes == ["The value is unknown at the moment, so the alert is held as it was."])
        #expect(wording(stale).facts.first?.name == "Last known value")
        #expect(wording(missing).notes.first?.hasPrefix("No data: ") == true)
        #expect(wording(flaps).tag == "FLAPPING")
        #expect(wording(flaps).notes.isEmpty)
        #expect(wording(still).notes.first?.hasPrefix("It flaps") == true)
        #expect(wording(Samples.alert(.steady)).state == "Steady again, and firing at level warning.")
        let removed = { () -> NotifiedAlert in
            var alert = Samples.alert(.resolved, firing: false)
            alert.resolvedReason = "the rule was removed"
            return alert
        }()
        #expect(wording(removed).state == "Resolved after 3 min 1 s: the rule was removed.")
    }

    @Test("the message's own notes are told")
    func notes() {
        let fallback = Samples.message(
            [Samples.alert()], occasion: .fallback, note: "The receiver a did not take this: x")
        let test = Samples.message([Samples.alert()], occasion: .test)
        func notes(_ notification: Notification) -> [String] {
            MessageWording(notification, context: Samples.context()).notes
        }
        #expect(notes(fallback) == ["The receiver a did not take this: x"])
        #expect(notes(test) == ["This is a test of the receiver ops: nothing is wrong."])
        #expect(notes(Samples.firedWarning).isEmpty)
        #expect(MessageWording(test, context: Samples.context()).headline == "TEST: WARNING: Pool web is 97% used")
    }

    @Test("runbooks lead to the agent, or where their own address says")
    func runbooks() {
        let context = Samples.context(externalURL: "https://tocsin.example/")
        #expect(context.runbookURL("a b/c") == "https://tocsin.example/runbooks/a%20b%2Fc")
        #expect(context.runbookURL("https://wiki.example/a|b") == "https://wiki.example/a%7Cb")
        #expect(Samples.context(externalURL: nil).runbookURL("pool") == nil)
        #expect(Samples.context(externalURL: nil).historyURL("1") == nil)
    }

    @Test(
        "numbers are readable",
        arguments: [
            (0, "0"), (0.97, "0.97"), (0.123456, "0.1235"), (12.3456, "12.35"), (999.96, "1,000"),
            (1234567.8, "1,234,568"),
            (1_073_741_824, "1,073,741,824"), (-5, "-5"), (-0.5, "-0.5"), (1e18, "1e+18"), (0.00001234, "1.234e-05"),
            (99999e-10, "1e-05"), (.leastNonzeroMagnitude, "4.941e-324"), (.nan, "NaN"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"),
            (-0.0, "0"), (0.1 + 0.2, "0.3"), (1.7976931348623157e308, "1.798e+308"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(NumberText.format(value) == text)
    }

    @Test(
        "spans of time are told in two units at most",
        arguments: [
            (0, "under 1 s"), (45, "45 s"), (60, "1 min"), (200, "3 min 20 s"), (725, "12 min"), (7_500, "2 h 5 min"),
            (7_205, "2 h"), (349_200, "4 d 1 h"), (-5, "under 1 s"),
        ])
    func spans(seconds: Int, text: String) {
        #expect(TimeText.span(.seconds(seconds)) == text)
    }

    @Test("times are told in the receiver's zone, with the day where it is another")
    func zones() throws {
        let berlin = TimeText(timeZone: try #require(TimeZone(identifier: "Europe/Berlin")))
        let kolkata = TimeText(timeZone: try #require(TimeZone(identifier: "Asia/Kolkata")))
        let newYork = TimeText(timeZone: try #require(TimeZone(identifier: "America/New_York")))
        #expect(berlin.full(Samples.now) == "2026-11-23 11:05:14 UTC+1")
        // Half a year before, the clocks were an hour on.
        #expect(berlin.full(Samples.now - .seconds(150 * 86_400)) == "2026-06-26 12:05:14 UTC+2")
        #expect(kolkata.full(Samples.now) == "2026-11-23 15:35:14 UTC+5:30")
        #expect(newYork.full(Samples.now) == "2026-11-23 05:05:14 UTC-5")
        #expect(berlin.short(Samples.start, besides: Samples.now) == "11:02:11 UTC+1")
        #expect(newYork.short(Samples.now - .seconds(6 * 3_600), besides: Samples.now) == "2026-11-22 23:05:14 UTC-5")
    }

    @Test("texts are cleaned of what could harm, and what is cut off is counted")
    func texts() {
        #expect(SafeText.cleaned("a\r\nb\rc\u{0}\u{1B}[1m\u{202E}d\te") == "a\nb\nc[1md\te")
        #expect(SafeText.line("  a \r\n\n b\u{2028}c ") == "a b c")
        let long = SafeText.shortened(String(repeating: "ä", count: 1_500), to: 100)
        #expect(long.count <= 100)
        #expect(long.hasSuffix("ä… (1,434 more characters)"))
        #expect(SafeText.shortened(String(repeating: "x", count: 30), to: 10) == "xxxxxxxxx…")
        #expect(SafeText.shortened("just fits", to: 9) == "just fits")
    }

    @Test("a table keeps to its width, its length and its rows")
    func tables() {
        let evidence = Evidence(
            title: "t", columns: ["n", "text"], rows: (0..<30).map { ["\($0)", String(repeating: "y", count: 99)] },
            omittedRows: 5)
        let text = TextTable(evidence, cellWidth: 10, limit: 150, maxRows: 20).text
        #expect(text.count <= 150)
        let lines = text.split(separator: "\n")
        #expect(lines.first == "n   text")
        #expect(lines[1] == "0   yyyyyyyyy…")
        #expect(lines.last == "… \(30 + 5 - (lines.count - 2)) more rows")
    }
}
