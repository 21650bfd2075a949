import Agent
import Alerting
import ArgumentParser
import Delivery
import PromQL
import Settings

/// Sends a test message.
struct NotifyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify-test", abstract: "Send a test message to a receiver, past routes and history.",
        discussion:
            "Exit code 1 if a channel did not take it.\n\nEXAMPLE\n  tocsin notify-test ops --config /etc/tocsin/tocsin.yaml"
    )

    @Argument(help: "The receiver's name in the settings.")
    var receiver: String

    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        let settings = try configuration.load().settings
        guard settings.receivers.contains(where: { $0.name == receiver }) else {
            Terminal.error(
                "error: there is no receiver `\(receiver)`; there are \(settings.receivers.map(\.name).joined(separator: ", "))"
            )
            throw ExitCode.failure
        }
        let assembly = Assembly(version: Tocsin.version)
        do {
            try await Self.send(to: receiver, of: settings, assembly)
        } catch {
            await assembly.shutdown()
            throw error
        }
        await assembly.shutdown()
    }

    /// Sends the message over each of a receiver's channels, and says how that went.
    ///
    /// - Throws: exit code 1 where one did not take it.
    static func send(to receiver: String, of settings: AgentSettings, _ assembly: Assembly) async throws {
        let channels = assembly.channels(of: settings).filter { $0.key.receiver == receiver }
        if channels.isEmpty { Terminal.out("The receiver `\(receiver)` has no channels: nothing to send.") }
        let now = AgentClock().now
        var failed = false
        for (destination, channel) in channels.sorted(by: { $0.key < $1.key }) {
            let message = Self.message(to: destination, at: now)
            let outcome = await channel.deliver(
                message, key: "notify-test-\(now.milliseconds)", attempt: 1, now: now)
            switch outcome {
            case .delivered(let answer, _): Terminal.out("\(destination): delivered (\(answer))")
            case .retry(let reason, _, _):
                failed = true
                Terminal.error("\(destination): not delivered, the agent would try again: \(reason)")
            case .rejected(let reason):
                failed = true
                Terminal.error("\(destination): rejected: \(reason)")
            }
        }
        if failed { throw ExitCode.failure }
    }

    private static func message(to destination: Destination, at now: Timestamp) -> Notification {
        let labels: Labels = ["alertname": "TocsinTest"]
        var alert = Alert(
            id: AlertID(labels: labels), rule: "TocsinTest", labels: labels, runbook: nil, at: now)
        alert.phase = .firing
        alert.level = .info
        alert.firingSince = now
        alert.annotations = [
            "summary": "This is a test message of Tocsin",
            "description": "Somebody ran `tocsin notify-test`. Nothing is wrong, and nothing needs to be done.",
        ]
        return Notification(
            destination: destination, occasion: .test, groupKey: "{}/notify-test", groupLabels: labels,
            alerts: [NotifiedAlert(alert, change: .fired, previousLevel: nil)], sequence: 1, createdAt: now)
    }
}
