import Alerting
import Drivers
import PromQL
import Testing

@testable import Delivery

@Suite("How answers are judged")
struct OutcomeTests {
    private static let url = Secret("https://hooks.example/services/T0SECRETPART/xoxb?token=q9w8e7r6")
    private let judge = AnswerJudge(setting: "url", secrets: [url.exposed, "pa55word"])

    private func response(_ status: Int, _ body: String = "", retryAfter: String? = nil) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: retryAfter.map { [("Retry-After", $0)] } ?? [], body: Array(body.utf8))
    }

    @Test("webhooks: 2xx is delivered, 408, 429 and 5xx come back, the rest is final")
    func webhook() {
        let table: [(HTTPResponse, DeliveryOutcome)] = [
            (response(200, "ok"), .delivered(answer: "200 ok")),
            (response(204), .delivered(answer: "204")),
            (response(429, "slow down", retryAfter: "17"), retry("answered 429 slow down", .seconds(17))),
            (response(429), retry("answered 429")),
            (response(408), retry("answered 408")),
            (response(500, "oops"), retry("answered 500 oops")),
            (response(503, retryAfter: "Mon, 23 Nov 2026 10:06:14 GMT"), retry("answered 503", .seconds(60))),
            (response(599, retryAfter: "soon"), retry("answered 599")),
            (
                response(302),
                .rejected(reason: "answered 302: redirects are not followed; set `url` to the final address")
            ),
            (
                response(410, "gone"),
                .rejected(reason: "answered 410 gone; there is no such address any more; check `url`")
            ),
            (
                response(401),
                .rejected(reason: "answered 401; check the login in `http_config` and the address in `url`")
            ),
            (
                response(413),
                .rejected(reason: "answered 413; the message is too large for the receiver; lower `max_alerts`")
            ),
            (
                response(400, "bad\nfield"),
                .rejected(
                    reason: "answered 400 bad field; the receiver does not take it; check `url` and the receiver's log")
            ),
        ]
        for (response, outcome) in table { #expect(judge.outcome(of: response, now: Samples.now) == outcome) }
    }

    private func retry(_ reason: String, _ after: Duration? = nil, arrived: Bool = false) -> DeliveryOutcome {
        .retry(reason: reason, retryAfter: after, mayHaveArrived: arrived)
    }

    @Test("Slack: only ok is delivered, and its words are explained")
    func slack() {
        func outcome(_ response: HTTPResponse) -> DeliveryOutcome {
            SlackAnswer.outcome(of: response, judge: judge, now: Samples.now)
        }
        #expect(outcome(response(200, "ok")) == .delivered(answer: "200 ok"))
        #expect(
            outcome(response(200, "<html>login</html>"))
                == .rejected(
                    reason: "answered 200 with <html>login</html> in place of ok; "
                        + "is `api_url` the address of a Slack incoming webhook?"))
        #expect(
            outcome(response(429, "rate_limited", retryAfter: "30")) == retry("answered 429 rate_limited", .seconds(30))
        )
        #expect(outcome(response(500, "rollup_error")) == retry("answered 500 rollup_error"))
        let words = [
            (400, "invalid_payload", "please report it"), (404, "channel_not_found", "`channel` does not exist"),
            (404, "no_service", "put its address into `api_url`"), (410, "channel_is_archived", "is archived"),
            (403, "action_prohibited", "administrator"), (404, "no_team", "workspace"),
            (403, "invalid_token", "make a new one"),
            (418, "teapot", "the receiver does not take it"),
        ]
        for (status, word, hint) in words {
            guard case .rejected(let reason) = outcome(response(status, word)) else {
                Issue.record("\(word) was not rejected")
                continue
            }
            #expect(reason.hasPrefix("answered \(status) \(word); "))
            #expect(reason.contains(hint))
        }
    }

    @Test("no answer comes back, and says whether the message may have arrived")
    func transport() {
        let refused = TransportError(kind: .refused, message: "no connection", mayHaveBeenSent: false)
        let timeout = TransportError(kind: .timeout, message: "no answer", mayHaveBeenSent: true)
        let unfit = TransportError(kind: .invalidRequest, message: "bad url", mayHaveBeenSent: false)
        #expect(judge.outcome(of: refused) == retry("no connection"))
        #expect(judge.outcome(of: timeout) == retry("no answer", arrived: true))
        #expect(judge.outcome(of: unfit) == .rejected(reason: "bad url"))
    }

    @Test("a server that says our secrets back does not get them into the ledger")
    func redaction() {
        let bodies = [
            "Cannot POST /services/T0SECRETPART/xoxb?token=q9w8e7r6", "no T0SECRETPART here", Self.url.exposed,
            "token q9w8e7r6", "basic pa55word",
        ]
        for body in bodies {
            let said = judge.excerpt(Array(body.utf8))
            #expect(said.contains("<redacted>"))
            for secret in ["T0SECRETPART", "q9w8e7r6", "pa55word"] { #expect(!said.contains(secret)) }
        }
        #expect(judge.excerpt(Array("fine\u{0}\n\nthanks".utf8)) == "fine thanks")
        #expect(judge.excerpt([UInt8](repeating: 0x61, count: 5_000)).count == 200)
        #expect(judge.excerpt([0xFF, 0xFE]).count == 2)
    }

    @Test(
        "Retry-After is read in all its forms",
        arguments: [
            ("0", 0), ("120", 120), (" 5 ", 5), ("99999999999999999999", 31_536_000),
            ("Mon, 23 Nov 2026 10:05:44 GMT", 30), ("Monday, 23-Nov-26 10:05:44 GMT", 30),
            ("Mon Nov 23 10:05:44 2026", 30), ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("Mon, 29 Feb 2028 00:00:00 GMT", 31_536_000),
            ("soon", nil), ("-1", nil), ("1.5", nil), ("", nil), (nil, nil), ("Mon, 23 Foo 2026 10:05:44 GMT", nil),
            ("Mon, 23 Nov 2026 10:65:44 GMT", nil), ("Mon, 23 Nov 2026 10:05:44 CET", nil), ("a b c d e f", nil),
        ] as [(String?, Int?)])
    func retryAfter(text: String?, seconds: Int?) {
        #expect(RetryAfter.parse(text, now: Samples.now) == seconds.map { .seconds($0) })
    }

    @Test("mail: 4xx comes back, 5xx is final, a refused login comes back later")
    func mail() {
        func error(_ kind: TransportError.Kind, sent: Bool = false) -> TransportError {
            TransportError(kind: kind, message: "smtp://mail:25: said", mayHaveBeenSent: sent)
        }
        let login = retry("smtp://mail:25: said; check `auth_username` and `auth_password`", .seconds(120))
        let table: [(TransportError, DeliveryOutcome)] = [
            (error(.smtp(code: 451, text: "later")), retry("smtp://mail:25: said")),
            (error(.smtp(code: 421, text: "bye"), sent: true), retry("smtp://mail:25: said", arrived: true)),
            (error(.smtp(code: 535, text: "no")), login),
            (error(.authentication), login),
            (error(.tls), retry("smtp://mail:25: said")),
            (error(.timeout, sent: true), retry("smtp://mail:25: said", arrived: true)),
            (error(.dns), retry("smtp://mail:25: said")),
            (error(.invalidRequest), .rejected(reason: "smtp://mail:25: said")),
            (
                error(.smtp(code: 550, text: "who?")),
                .rejected(
                    reason:
                        "smtp://mail:25: said; check the addresses in `to` and `from`, and whether the server relays "
                        + "for us")
            ),
            (
                error(.smtp(code: 554, text: "spam")),
                .rejected(reason: "smtp://mail:25: said; the mail server's log says more")
            ),
        ]
        for (error, outcome) in table { #expect(MailAnswer.outcome(of: error) == outcome) }
        #expect(
            MailAnswer.outcome(of: MailResponse(code: 250, text: "queued as 1"))
                == .delivered(answer: "250 queued as 1"))
    }
}
