import Agent
import ArgumentParser
import Foundation

/// Lists what is wrong now.
struct Alerts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What is wrong now, as the running agent sees it.",
        discussion: "EXAMPLES\n  tocsin alerts\n  tocsin alerts --url http://127.0.0.1:9911 --json")

    @OptionGroup var client: AgentClient

    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        let body = try await client.get("/api/tocsin/v1/alerts")
        let alerts = try JSONDecoder.agent.decode(Answer<[String: [AlertView]]>.self, from: body).data["alerts"] ?? []
        if json { return Terminal.out(try Terminal.json(alerts)) }
        if alerts.isEmpty { return Terminal.out("Nothing is wrong.") }
        let sorted = alerts.sorted { ($0.level ?? "", $0.rule) < ($1.level ?? "", $1.rule) }
        let rows = sorted.map { alert in
            [
                alert.state + (alert.acknowledgement == nil ? "" : ", acknowledged"),
                alert.level ?? "", alert.rule, alert.value.map { "\($0)" } ?? "", alert.threshold ?? "",
                alert.firingSince ?? alert.pendingSince ?? "", alert.annotations["summary"] ?? "\(alert.labels)",
            ]
        }
        Terminal.out(Terminal.table(["STATE", "LEVEL", "ALERT", "VALUE", "THRESHOLD", "SINCE", "SUMMARY"], rows))
        for alert in sorted {
            guard let one = alert.acknowledgement else { continue }
            let comment = one.comment.isEmpty ? "" : ": \(one.comment.replacing("\n", with: " "))"
            Terminal.out("\n\(alert.annotations["summary"] ?? alert.rule)")
            Terminal.out("  acknowledged by \(one.createdBy) until \(one.endsAt)\(comment)")
        }
        for alert in sorted {
            guard let evidence = alert.evidence else { continue }
            Terminal.out("\n" + EvidenceText.text(evidence, of: alert.annotations["summary"] ?? alert.rule))
        }
    }
}
