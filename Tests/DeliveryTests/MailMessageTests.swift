import Alerting
import Foundation
import PromQL
import Testing

@testable import Delivery

@Suite("Mails")
struct MailMessageTests {
    /// What Python's mail parser reads.
    struct Parsed: Decodable {
        let headers: [[String]]
        let defects: [String]
        let kinds: [String]
        let plain: String
        let html: String

        func header(_ name: String) -> String? { headers.first { $0[0].lowercased() == name.lowercased() }?[1] }
    }

    static let parser = """
        import email, email.policy, json, sys
        m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
        parts = list(m.walk())
        defects = [repr(d) for p in parts for d in p.defects] + [repr(d) for h in m.values() for d in h.defects]
        print(json.dumps({"headers": [[k, str(v)] for k, v in m.items()], "defects": defects,
            "kinds": [p.get_content_type() for p in parts],
            "plain": m.get_body(("plain",)).get_content(), "html": m.get_body(("html",)).get_content()}))
        """

    static func parse(_ text: String) throws -> Parsed {
        let output = try Tool.run("/usr/bin/python3", ["-c", parser], input: Array(text.utf8))
        return try JSONDecoder().decode(Parsed.self, from: Data(output.utf8))
    }

    private func mail(
        _ notification: Alerting.Notification, key: String = "k-1", headers: [String: String] = [:]
    ) -> String {
        MailMessage(
            notification: notification, key: key, from: MailAddress(name: "Töcsin", address: "tocsin@example.org"),
            to: [
                MailAddress(name: "Ops \"at night\", all", address: "ops@example.org"),
                MailAddress(address: "b@example.org"),
            ], headers: headers, context: Samples.context()
        ).text
    }

    @Test(
        "every mail is well-formed, in short lines of ASCII, and both parts come back whole",
        arguments: Samples.all.keys.sorted())
    func wellFormed(name: String) throws {
        let notification = try #require(Samples.all[name])
        let text = mail(notification, headers: ["X-Team": "dätabase\r\nBcc: evil@example.org"])
        #expect(text.utf8.allSatisfy { $0 == 0x0D || $0 == 0x0A || (0x20...0x7E).contains($0) })
        let lines = text.components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
        let parsed = try Self.parse(text)
        #expect(parsed.defects.isEmpty)
        #expect(parsed.kinds == ["multipart/alternative", "text/plain", "text/html"])
        let wording = MessageWording(notification, context: Samples.context())
        #expect(parsed.plain.trimmed == MailPlainText(wording: wording).text.trimmed)
        #expect(parsed.html.trimmed == MailHTML(wording: wording).text.trimmed)
        #expect(parsed.html.utf8.count < 100_000)
        #expect(parsed.header("Subject") == MailMessage.subject(wording))
        #expect(parsed.header("From") == "Töcsin <tocsin@example.org>")
        #expect(parsed.header("To") == #""Ops \"at night\", all" <ops@example.org>, b@example.org"#)
        #expect(parsed.header("Date") == "Mon, 23 Nov 2026 10:05:14 +0000")
        #expect(parsed.header("X-Team") == "dätabase Bcc: evil@example.org")
        #expect(parsed.header("Auto-Submitted") == "auto-generated")
        // Nothing could add a header.
        let names = Set(parsed.headers.map { $0[0] })
        #expect(names.isDisjoint(with: ["Bcc", "X-Evil", "Cc"]))
        #expect(parsed.headers.count == names.count)
    }

    @Test("the headers that a mail needs can't be set by the settings")
    func reservedHeaders() throws {
        let headers = [
            "Subject": "x", "to": "x@y", "Bcc": "x@y", "Content-Type": "x", "Message-Id": "x", "X-Tocsin-Key": "x",
            "Bad Name": "x", "Bad:": "x", "": "x", "Reply-To": "team@example.org",
        ]
        let parsed = try Self.parse(mail(Samples.raised, headers: headers))
        #expect(parsed.header("Reply-To") == "team@example.org")
        #expect(!parsed.headers.contains { $0[1] == "x" || $0[1] == "x@y" })
    }

    @Test("the mails of an alert join in one thread")
    func threads() {
        func thread(_ notification: Alerting.Notification, _ key: String = "k") -> MailThread {
            MailThread(notification, key: key, host: "agent.example.org")
        }
        let root = thread(Samples.firedWarning, "k1")
        #expect(root.inReplyTo == nil)
        #expect(root.references.isEmpty)
        #expect(root.messageID.hasSuffix(".1795428131000@agent.example.org>"))
        for (index, later) in [Samples.raised, Samples.lowered, Samples.resolved, Samples.reminder].enumerated() {
            let thread = thread(later, "later-\(index)")
            #expect(thread.messageID == "<later-\(index)@agent.example.org>")
            #expect(thread.inReplyTo == root.messageID)
            #expect(thread.references == [root.messageID])
        }
        // The same for each attempt, whatever the key; a new episode begins a new thread.
        #expect(thread(Samples.firedWarning, "k2") == root)
        let again = Samples.message([Samples.alert(startedAt: Samples.now - .seconds(1))])
        #expect(thread(again).messageID != root.messageID)
        // Another destination has ids of its own: one mailbox may get mail from both.
        var other = Samples.firedWarning
        other.destination = Destination(receiver: "ops", channel: "email", index: 1)
        #expect(thread(other).messageID != root.messageID)
    }

    @Test("a resolve joins though its alert was told together with others, and a late first mail has its own id")
    func groupThreads() {
        let first = Samples.alert(labels: ["pool": "a"])
        let second = Samples.alert(labels: ["pool": "b"], startedAt: Samples.start + .seconds(5))
        let told = MailThread(Samples.message([second, first]), key: "k1", host: "h")
        #expect(told.inReplyTo == nil)
        #expect(told.references.count == 1)
        var over = second
        over.change = .resolved
        let resolve = MailThread(Samples.message([over]), key: "k2", host: "h")
        #expect(resolve.references == told.references)
        var late = Samples.message([first])
        late.createdAt = first.startedAt + .seconds(3_600)
        let lateThread = MailThread(late, key: "k 3>", host: "b\u{e4}d host.")
        #expect(lateThread.messageID == "<k3@bdhost>")
        #expect(lateThread.references == [told.messageID.replacing("@h>", with: "@bdhost>")])
        #expect(MailThread(Samples.many(500), key: "k", host: "").references.count == 19)
        #expect(MailThread(Samples.message([]), key: "k", host: "").messageID == "<k@localhost>")
    }

    @Test("HTML shows any text as text and links only to the web")
    func html() {
        let wording = MessageWording(Samples.nasty, context: Samples.context())
        let html = MailHTML(wording: wording).text
        for forbidden in ["<script", "<!channel", "<b>\u{3c}", "href=\"javascript", "href=\"https://evil", "\u{202E}"] {
            #expect(!html.contains(forbidden))
        }
        #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(html.components(separatedBy: "href=").count - 1 == 2)
        #expect(html.components(separatedBy: "href=\"https://tocsin.example/").count - 1 == 2)
        #expect(MailHTML.escaped("<a href=\"x\" id='y'>&") == "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;")
    }

    @Test("a diagnosis that failed, or found nothing, is a sentence in both parts, and is shown as text")
    func failedEvidence() {
        let wording = MessageWording(Samples.failedEvidence, context: Samples.context())
        let (html, plain) = (MailHTML(wording: wording).text, MailPlainText(wording: wording).text)
        #expect(html.contains("<b>blocking/tree on main, 10:05:12 UTC</b>"))
        #expect(html.contains("No evidence: &lt;!channel&gt; @here &lt;https://evil.example|click&gt;"))
        #expect(!html.contains("<!channel") && !html.contains("\u{202E}") && !html.contains("<th"))
        #expect(plain.contains("blocking/tree on main, 10:05:12 UTC:\n\nNo evidence: <!channel> @here"))
        #expect(plain.contains("\nBcc:") == false)
        let empty = Evidence(title: "", columns: ["a"], rows: [])
        #expect(TextTable.sentence(empty) == "The query found no rows.")
        #expect(TextTable.sentence(Samples.evidence) == nil)
    }

    @Test("many alerts are told in part and counted in whole")
    func counts() {
        let wording = MessageWording(Samples.many(500), context: Samples.context())
        let text = MailPlainText(wording: wording).text
        #expect(text.hasPrefix("CRITICAL: 500 firing: PoolUtilizationHigh\n"))
        #expect(text.components(separatedBy: "Began to fire").count - 1 == 15)
        #expect(text.contains("\n  … and 435 more\n"))
        #expect(MailHTML(wording: wording).text.contains("… and 435 more"))
    }

    @Test(
        "quoted-printable keeps lines short and ends whole",
        arguments: [
            ("a=b", "a=3Db\r\n"), ("a \nb", "a=20\r\nb\r\n"), ("ä\t", "=C3=A4=09\r\n"), ("", "\r\n"),
            (String(repeating: "x", count: 76), String(repeating: "x", count: 76) + "\r\n"),
            (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx\r\n"),
            (String(repeating: "x", count: 74) + "=y", String(repeating: "x", count: 74) + "=\r\n=3Dy\r\n"),
        ])
    func quotedPrintable(text: String, expected: String) {
        #expect(QuotedPrintable.encode(text) == expected)
    }

    @Test("headers are encoded and folded, and never longer than a line may be")
    func headers() throws {
        #expect(MailHeader.text("Subject", "plain\r\nBcc: x") == "Subject: plain Bcc: x\r\n")
        #expect(MailHeader.text("Subject", "äö") == "Subject: =?UTF-8?B?w6TDtg==?=\r\n")
        // What looks encoded is encoded, so that it is shown as it is.
        #expect(MailHeader.text("Subject", "=?utf-8?q?x?=").contains("=?UTF-8?B?"))
        let long = String(repeating: "Überlastung 😀 ", count: 20).trimmed
        let folded = MailHeader.text("Subject", long)
        #expect(folded.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        let whole =
            folded + "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
            + "Content-Type: text/plain\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\nx\r\n--b--\r\n"
        #expect(try Self.parse(whole).header("Subject") == long)
        #expect(
            [0, 1, 2, 3, 4].map { Base64Text.encode(Array("abcd".utf8.prefix($0))) }
                == ["", "YQ==", "YWI=", "YWJj", "YWJjZA=="])
    }
}
