import Foundation
import Testing
@testable import Delivery
@Suite struct DumpTests {
    @Test func dump() throws {
        let all = ["fired": Samples.firedWarning, "raised": Samples.raised, "lowered": Samples.lowered, "resolved": Samples.resolved, "passed": Samples.passed, "reminder": Samples.reminder, "mixed": Samples.mixed, "nasty": Samples.nasty, "many": Samples.many(500), "huge": Samples.huge]
        try? FileManager.default.createDirectory(atPath: "/tmp/delivery/out", withIntermediateDirectories: true)
        for (name, n) in all {
            let w = MessageWording(n, context: Samples.context())
            try MailPlainText(wording: w).text.write(toFile: "/tmp/delivery/out/\(name).txt", atomically: true, encoding: .utf8)
            try MailHTML(wording: w).text.write(toFile: "/tmp/delivery/out/\(name).html", atomically: true, encoding: .utf8)
            try Data(SlackMessage(notification: n, channel: nil, username: nil, context: Samples.context()).json.bytes).write(to: URL(fileURLWithPath: "/tmp/delivery/out/\(name).slack.json"))
            try Data(WebhookPayload(notification: n, key: "k-1", maxAlerts: 0, context: Samples.context()).json.bytes).write(to: URL(fileURLWithPath: "/tmp/delivery/out/\(name).hook.json"))
            try MailMessage(notification: n, key: "k-1", from: MailAddress(name: "Töcsin", address: "t@example.org"), to: [MailAddress(name: "Ops, at night", address: "ops@example.org"), MailAddress(address: "b@example.org")], headers: ["X-Team": "db\r\nBcc: evil@x"], context: Samples.context()).text.write(toFile: "/tmp/delivery/out/\(name).eml", atomically: true, encoding: .utf8)
        }
    }
}
