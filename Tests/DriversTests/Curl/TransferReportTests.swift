import Testing

@testable import Drivers

@Suite("What is concluded from a transfer's facts")
struct TransferReportTests {
    private func report(
        _ code: UInt32, words: String = "", resolved: Int = 0, ready: Int = 0, bytes: Int = 0
    ) -> TransferReport {
        var report = TransferReport(end: .finished(code))
        report.words = words
        report.resolved = resolved
        report.ready = ready
        report.requestBytes = bytes
        return report
    }

    @Test("an HTTP failure is definite until the request itself began to leave")
    func http() {
        let rows: [(TransferReport, TransportError.Kind, Bool)] = [
            (report(6), .dns, false), (report(5), .dns, false), (report(7, resolved: 1), .refused, false),
            (report(28, words: "Resolving timed out after 5 ms"), .dns, false),
            (report(28, words: "Connection timed out after 5 ms", resolved: 1), .connectTimeout, false),
            (report(28), .timeout, false),
            (report(28, words: "Operation timed out", resolved: 1, ready: 2, bytes: 9), .timeout, true),
            (report(35, resolved: 1, bytes: 9), .tls, false), (report(60, resolved: 1), .tls, false),
            (report(52, resolved: 1, ready: 2, bytes: 9), .connectionLost, true),
            (report(55, resolved: 1, ready: 2, bytes: 0), .connectionLost, false),
            (report(92, resolved: 1, ready: 2, bytes: 9), .protocolError, true),
            (report(27), .resources, false), (report(0, resolved: 1, ready: 2, bytes: 9), .protocolError, true),
            (TransferReport(end: .cancelled), .cancelled, false), (TransferReport(end: .shutdown), .cancelled, false),
            (TransferReport(end: .notStarted("no thread")), .resources, false),
        ]
        for (facts, kind, sent) in rows {
            guard case .failure(let error) = facts.httpVerdict(origin: "http://h:1") else {
                Issue.record("no failure: \(facts)")
                continue
            }
            #expect(error.kind == kind, "\(facts)")
            #expect(error.mayHaveBeenSent == sent, "\(facts)")
            #expect(error.message.hasPrefix("http://h:1: "))
        }
    }

    @Test("a mail is open only after its last byte was taken and before a refusal")
    func mail() {
        let rows: [(UInt32, Int, Bool, TransportError.Kind, Bool)] = [
            (55, 550, false, .smtp(code: 550, text: "why"), false),
            (8, 451, true, .smtp(code: 451, text: "why"), false),
            (56, 354, true, .connectionLost, true), (56, 354, false, .connectionLost, false),
            (28, 354, true, .timeout, true), (28, 250, false, .timeout, false),
            (67, 535, false, .authentication, false), (67, 454, false, .smtp(code: 454, text: "why"), false),
            (64, 502, false, .tls, false), (0, 250, false, .protocolError, false),
        ]
        for (code, reply, read, kind, sent) in rows {
            var facts = report(code, resolved: 1)
            facts.code = reply
            facts.reply = "why"
            facts.messageRead = read
            guard case .failure(let error) = facts.mailVerdict(origin: "smtp://h:25") else {
                Issue.record("no failure: \(code) \(reply)")
                continue
            }
            #expect(error.kind == kind, "\(code) \(reply)")
            #expect(error.mayHaveBeenSent == sent, "\(code) \(reply)")
        }
    }

    @Test("only the last answer's headers and the last reply before QUIT's are kept")
    func incoming() {
        func feed(_ lines: [String], _ form: CurlIncoming.Form) -> CurlIncoming {
            var incoming = CurlIncoming(form: form, bodyLimit: 10)
            for line in lines {
                let taken = Array("\(line)\r\n".utf8).withUnsafeBytes { incoming.addLine($0) }
                #expect(taken == line.utf8.count + 2)
            }
            return incoming
        }
        let answer = feed(["HTTP/1.1 100 Continue", "A: 1", "", "HTTP/1.1 200 OK", "B:  2 ", "no colon"], .http)
        #expect(answer.headers.map { "\($0.0)=\($0.1)" } == ["B=2"])
        let reply = feed(["250-one", "250 two", "550-no\u{7}", "550 never", "221 bye"], .smtp)
        #expect(reply.replyCode == 550)
        #expect(reply.reply == "no never")
    }

    @Test("only scheme, host and port of a URL are printed")
    func origins() {
        let rows: [(String, String?)] = [
            ("https://u:p@Host.example/x?y#z", "https://Host.example:443"), ("http://[::1]:8080/", "http://[::1]:8080"),
            ("HTTP://h", "http://h:80"), ("smtps://h", "smtps://h:465"), ("h:80", nil), ("", nil),
            ("http://h/\r\nX", nil), ("http://", nil),
        ]
        for (text, origin) in rows { #expect(CurlURL(text)?.origin == origin, "\(text)") }
        #expect(CurlURL("https://u:p@a:8/x?y")?.replacingHost("b")?.text == "https://u:p@b:8/x?y")
        #expect(CurlURL("https://a/")?.replacingHost("b/c") == nil)
    }
}
