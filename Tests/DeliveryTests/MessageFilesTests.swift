import Alerting
import Foundation
import Testing

@testable import Delivery

/// Writes what is sent for the typical messages, for `Tests/Messages/render` to draw.
@Suite("The messages of the documentation")
struct MessageFilesTests {
    private static let folder = ProcessInfo.processInfo.environment["TOCSIN_MESSAGES"]

    @Test("they can be made for every channel that is drawn, and are written where a folder is named")
    func write() throws {
        for (name, notification) in TypicalMessages.all {
            let context = Samples.context()
            let wording = MessageWording(notification, context: context)
            let slack = SlackMessage(notification: notification, channel: "#ops", username: nil, context: context)
            let discord = DiscordMessage(notification: notification, username: nil, avatarURL: nil, context: context)
            let event = PagerDutyEvent(
                notification: notification, routingKey: Secret("<the routing key>"), incident: "9f3a-12-1795428131000",
                context: context)
            let files = [
                "\(name).slack.json": slack.json.bytes, "\(name).discord.json": discord.json.bytes,
                "\(name).pagerduty.json": (notification.isFiring ? event.trigger : event.resolve(event.incident)).bytes,
                "\(name).mail.html": Array(MailHTML(wording: wording).text.utf8),
            ]
            for (file, bytes) in files {
                #expect(bytes.count > 50, "\(file)")
                guard let folder = Self.folder else { continue }
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
            }
        }
    }
}
