import Alerting
import PromQL
import Testing

@testable import Delivery

@Suite("Slack messages")
struct SlackMessageTests {
    @Test("a resolve as Slack gets it")
    func golden() {
        let message = SlackMessage(
            notification: Samples.resolved, channel: "#ops", username: "tocsin", context: Samples.context())
        let expected = #"""
            {"channel":"#ops","username":"tocsin","text":"🟢 RESOLVED: Pool web is 97% used","blocks":[{"type":"header",
            "text":{"type":"plain_text","text":"🟢 RESOLVED: Pool web is 97% used","emoji":false}}],"attachments":[
            {"color":"#2e9e5b","fallback":"RESOLVED: Pool web is 97% used","blocks":[{"type":"section","text":
            {"type":"mrkdwn","text":"Resolved after 3 min 1 s.","verbatim":true},"fields":[
            {"type":"mrkdwn","text":"*Cleared at*\n0.62 (clears at &lt; 0.90)","verbatim":true},
            {"type":"mrkdwn","text":"*Fired*\n10:02:11 UTC","verbatim":true},
            {"type":"mrkdwn","text":"*Cleared*\n10:05:12 UTC","verbatim":true},
            {"type":"mrkdwn","text":"*Peak*\n0.99","verbatim":true}]},{"type":"context","elements":[
            {"type":"mrkdwn","text":"<https://tocsin.example/runbooks/pool-exhaustion|Runbook pool-exhaustion>",
            "verbatim":true},{"type":"mrkdwn","text":
            "<https://tocsin.example/api/tocsin/v1/history?alert=d79c4c615755c239|History>","verbatim":true},
            {"type":"mrkdwn","text":"instance=web · pool=web","verbatim":true}]}]},{"color":"#dddddd","fallback":
            "As of 2026-11-23 10:05:14 UTC","blocks":[{"type":"context","elements":[{"type":"mrkdwn","text":
            "As of 2026-11-23 10:05:14 UTC · Tocsin 0.1.0 on agent.example.org, group {}:{alertname=
            \"PoolUtilizationHigh\", pool=\"web\"}, message 4","verbatim":true}]}]}]}
            """#
        let joined = expected.split(separator: "\n").joined()
        #expect(String(decoding: message.json.bytes, as: UTF8.self) == joined)
    }

    @Test("the lead tells the state and the evidence stands in a block of fixed width")
    func sections() throws {
        let walk = try JSONWalk(slack: Samples.firedWarning)
        let texts = walk.all("section").compactMap { ($0["text"] as? [String: Any])?["text"] as? String }
        #expect(
            texts == [
                "Began to fire at level warning.\nNearly all connections are busy.\n"
                    + "Once all are, requests queue &amp; time out.",
                "*Who holds the connections*\n```\npid   state                query\n"
                    + "4711  active               SELECT * FROM parlant_tool_calls WHERE status =…\n"
                    + "12    idle in transaction  UPDATE a SET b = 1\n… 3 more rows\n```",
            ])
        let lowered = try JSONWalk(slack: Samples.lowered)
        #expect(lowered.root["text"] as? String == "🟡 WARNING (was critical): Pool web is 97% used")
        #expect(lowered.strings.contains { $0.hasPrefix("Critical is over, still warning.") })
    }

    @Test("a diagnosis that failed says why, with the time at which it was asked, and nothing of it is a command")
    func failedEvidence() throws {
        let walk = try JSONWalk(slack: Samples.failedEvidence)
        let texts = walk.all("section").compactMap { ($0["text"] as? [String: Any])?["text"] as? String }
        let evidence = try #require(texts.last)
        #expect(evidence.hasPrefix("*blocking/tree on main, "), "\(evidence)")
        #expect(
            evidence.contains("\nNo evidence: &lt;!channel&gt; @\u{2060}here &lt;https://evil.example|click&gt;"),
            "\(evidence)"
        )
        #expect(!evidence.contains("<!") && !evidence.contains("\u{202E}"))
    }

    @Test("every message stays within Slack's limits", arguments: Samples.all.keys.sorted())
    func limits(name: String) throws {
        let notification = try #require(Samples.all[name])
        let walk = try JSONWalk(slack: notification)
        #expect((walk.root["text"] as? String ?? "").utf16.count <= 40_000)
        #expect(walk.blocks.count <= 50)
        #expect((walk.root["attachments"] as? [Any] ?? []).count <= 20)
        for header in walk.all("header") {
            let text = (header["text"] as? [String: Any])?["text"] as? String ?? ""
            #expect((1...150).contains(text.utf16.count))
        }
        for section in walk.all("section") {
            let text = (section["text"] as? [String: Any])?["text"] as? String ?? ""
            #expect((1...3_000).contains(text.utf16.count))
            let fields = section["fields"] as? [[String: Any]] ?? []
            #expect(fields.count <= 10)
            #expect(fields.allSatisfy { (1...2_000).contains(($0["text"] as? String ?? "").utf16.count) })
        }
        for context in walk.all("context") {
            let elements = context["elements"] as? [[String: Any]] ?? []
            #expect((1...10).contains(elements.count))
            #expect(elements.allSatisfy { (1...3_000).contains(($0["text"] as? String ?? "").utf16.count) })
        }
        #expect(walk.strings.map(\.utf16.count).reduce(0, +) <= 40_000)
    }

    @Test("what is left out is counted")
    func counts() throws {
        let many = try JSONWalk(slack: Samples.many(500))
        // The five critical ones come first; 8 are told in full and 15 by a line.
        let titles = many.strings.filter { $0.hasPrefix("*🔴 CRITICAL: Pool p") || $0.hasPrefix("*🟡 WARNING: Pool p") }
        #expect(titles.count == 8)
        #expect(titles.count { $0.hasPrefix("*🔴") } == 5)
        #expect(many.strings.contains { $0.hasSuffix("… and 477 more") })
        let huge = try JSONWalk(slack: Samples.huge)
        #expect(huge.strings.contains { $0.contains(" more characters)") })
        #expect(huge.strings.contains { $0.contains(" more rows\n```") })
    }

    @Test("no text can call people, end a block or make a link")
    func injection() throws {
        for string in try JSONWalk(slack: Samples.nasty).strings {
            #expect(!string.contains("<!"))
            #expect(!string.contains("<https://evil"))
            #expect(!string.contains("@here"))
            #expect(!string.contains("\u{202E}"))
            #expect(!string.contains("\u{0}"))
            let fences = string.split(separator: "```", omittingEmptySubsequences: false).count - 1
            #expect(fences == 0 || fences == 2)
            // The only angle brackets are those of our own links.
            let links = string.split(separator: "<", omittingEmptySubsequences: false).dropFirst()
            #expect(links.allSatisfy { $0.hasPrefix("https://tocsin.example/") })
        }
    }

    @Test(
        "texts are escaped",
        arguments: [
            ("a & b < c > d", "a &amp; b &lt; c &gt; d"), ("<!channel>", "&lt;!channel&gt;"),
            ("<@U1|x>", "&lt;@U1|x&gt;"), ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"), ("@Channel", "@\u{2060}Channel"),
            ("me@example.org", "me@example.org"), ("```x````", "'''x''''"), ("`a` ``b``", "`a` ``b``"),
            ("a\u{0}b\r\nc", "ab\nc"), ("@here@everyone", "@\u{2060}here@\u{2060}everyone"), ("@", "@"),
        ])
    func escaping(text: String, expected: String) {
        #expect(SlackText.escaped(text, limit: 1_000) == expected)
    }

    @Test("shortening counts what escaping adds, and never cuts an entity")
    func shortening() {
        let text = SlackText.escaped(String(repeating: "&", count: 1_000), limit: 100)
        #expect(text.utf16.count <= 100)
        #expect(text.hasPrefix("&amp;&amp;"))
        #expect(text.hasSuffix("&amp;… (987 more characters)"))
        #expect(SlackText.bold("a*b\nc", limit: 100) == "*a∗b c*")
    }
}
