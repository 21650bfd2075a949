import Alerting
import Foundation
import PromQL
import Testing

@testable import Delivery

@Suite("Webhook messages")
struct WebhookTests {
    private func json(_ notification: Alerting.Notification, maxAlerts: Int = 0) -> JSONText {
        WebhookPayload(notification: notification, key: "k-1", maxAlerts: maxAlerts, context: Samples.context()).json
    }

    @Test("a new alert in Alertmanager's form, and ours beside it, byte for byte")
    func golden() {
        let expected = #"""
            {"receiver":"ops","status":"firing","alerts":[{"status":"firing","labels":{"alertname":
            "PoolUtilizationHigh",
            "instance":"web","pool":"web","severity":"warning"},"annotations":{"description":"Nearly all connections are
             busy.\nOnce all are, requests queue & time out.","summary":"Pool web is 97% used"},
            "startsAt":"2026-11-23T10:02:11.000Z","endsAt":"0001-01-01T00:00:00Z",
            "generatorURL":"https://tocsin.example/api/tocsin/v1/history?alert=d79c4c615755c239",
            "fingerprint":"d79c4c615755c239"}],"groupLabels":{"alertname":"PoolUtilizationHigh","pool":"web"},
            "commonLabels":{"alertname":"PoolUtilizationHigh","instance":"web","pool":"web","severity":"warning"},
            "commonAnnotations":{"description":"Nearly all connections are busy.\nOnce all are, requests queue & time
             out.","summary":"Pool web is 97% used"},"externalURL":"https://tocsin.example","version":"4",
            "groupKey":"{}:{alertname=\"PoolUtilizationHigh\", pool=\"web\"}","truncatedAlerts":0,
            "tocsin":{"key":"k-1","sequence":1,"occasion":"change","createdAt":"2026-11-23T10:05:14.000Z","note":null,
            "alerts":[{"id":"d79c4c615755c239","change":"fired","level":"warning","previousLevel":null,"value":0.83,
            "peak":0.99,"clearedValue":null,"threshold":"> 0.80","clearThreshold":"< 0.90",
            "startedAt":"2026-11-23T10:02:11.000Z","endedAt":null,"resolvedReason":null,"stale":false,"noData":false,
            "flapping":false,"meanwhile":[],"meanwhileOmitted":0,"evidence":{"title":"Who holds the connections","columns":["pid","state","query"],
            "rows":[["4711","active","SELECT * FROM parlant_tool_calls\n WHERE status = 'open'"],
            ["12","idle in transaction","UPDATE a SET b = 1"]],"omittedRows":3,"failure":null,"time":null},
            "runbookURL":"https://tocsin.example/runbooks/pool-exhaustion"}]}}
            """#
        let joined = expected.split(separator: "\n").joined()
        #expect(String(decoding: json(Samples.firedWarning).bytes, as: UTF8.self) == joined)
    }

    @Test("a message has Alertmanager's keys and no others but ours")
    func keys() throws {
        let walk = try JSONWalk(json(Samples.mixed).bytes)
        #expect(
            Set(walk.root.keys) == [
                "receiver", "status", "alerts", "groupLabels", "commonLabels", "commonAnnotations", "externalURL",
                "version", "groupKey", "truncatedAlerts", "tocsin",
            ])
        let alerts = try #require(walk.root["alerts"] as? [[String: Any]])
        let ours = try #require((walk.root["tocsin"] as? [String: Any])?["alerts"] as? [[String: Any]])
        #expect(alerts.map { $0["fingerprint"] as? String } == ours.map { $0["id"] as? String })
        for alert in alerts {
            #expect(
                Set(alert.keys) == [
                    "status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint",
                ])
        }
        #expect(walk.root["commonLabels"] as? [String: String] == ["alertname": "PoolUtilizationHigh"])
    }

    @Test("what passed is resolved, with both its times")
    func passed() throws {
        let walk = try JSONWalk(json(Samples.passed).bytes)
        let alert = try #require((walk.root["alerts"] as? [[String: Any]])?.first)
        #expect(walk.root["status"] as? String == "resolved")
        #expect(alert["status"] as? String == "resolved")
        #expect(alert["startsAt"] as? String == "2026-11-23T10:02:11.000Z")
        #expect(alert["endsAt"] as? String == "2026-11-23T10:05:12.000Z")
    }

    @Test("alerts past max_alerts are left out and counted; 0 means all")
    func truncation() throws {
        let few = try JSONWalk(json(Samples.many(500), maxAlerts: 3).bytes)
        #expect((few.root["alerts"] as? [Any])?.count == 3)
        #expect(((few.root["tocsin"] as? [String: Any])?["alerts"] as? [Any])?.count == 3)
        #expect(few.root["truncatedAlerts"] as? Int == 497)
        let all = try JSONWalk(json(Samples.many(500)).bytes)
        #expect((all.root["alerts"] as? [Any])?.count == 500)
        #expect(all.root["truncatedAlerts"] as? Int == 0)
    }

    @Test("nasty text comes back as it was")
    func nasty() throws {
        let walk = try JSONWalk(json(Samples.nasty).bytes)
        let alert = try #require((walk.root["alerts"] as? [[String: Any]])?.first)
        #expect((alert["labels"] as? [String: String])?["pool"] == Samples.nastyText)
        #expect((alert["annotations"] as? [String: String])?["note\r\nX-Evil: 1"] == Samples.nastyText)
    }

    @Test(
        "numbers that JSON lacks become strings",
        arguments: [
            (.nan, "\"NaN\""), (.infinity, "\"+Inf\""), (-.infinity, "\"-Inf\""), (3, "3"), (0.1, "0.1"), (-0.0, "0"),
            (1e300, "1e+300"), (1e15, "1000000000000000.0"), (123456789012, "123456789012"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        #expect(String(decoding: JSONText.number(value).bytes, as: UTF8.self) == text)
    }

    @Test("the signature is what openssl computes over timestamp, full stop and body")
    func signature() throws {
        let body = json(Samples.nasty).bytes
        let headers = WebhookSignature.headers(body: body, secret: Secret("s3cret kéy"), now: Samples.now)
        #expect(headers.map(\.0) == ["X-Tocsin-Timestamp", "X-Tocsin-Signature"])
        #expect(headers.first?.1 == "1795428314")
        let computed = try Tool.run(
            "/usr/bin/openssl", ["dgst", "-sha256", "-hmac", "s3cret kéy", "-r"],
            input: Array("1795428314.".utf8) + body)
        let digits = try #require(computed.split(separator: " ").first)
        #expect(digits.count == 64)
        #expect(headers.last?.1 == "v1=\(digits)")
    }
}
