import Agent
import ArgumentParser
import Foundation

/// Lists what happened.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "What happened to alerts, or what was told to whom and why or why not.",
        discussion: """
            EXAMPLES
              tocsin history --rule PoolUtilizationHigh --limit 20
              tocsin history --notifications
              tocsin history --from 2026-11-23T08:00:00Z --label pool=web --json
            """)

    @OptionGroup var client: AgentClient

    @Flag(help: "Decisions about messages, and attempts to deliver them, instead of events.")
    var notifications = false

    @Option(help: "From this time on: RFC 3339 or seconds since 1970.") var from: String?
    @Option(help: "Up to this time, excluded.") var to: String?
    @Option(help: "Of the alert with this id.") var alert: String?
    @Option(help: "Of this rule.") var rule: String?
    @Option(help: "Only this level: info, warning, error, critical.") var level: String?
    @Option(help: "Only this kind of event or decision; may be repeated.") var kind: [String] = []
    @Option(help: "A condition such as pool=web or datname=~app.*; may be repeated.") var label: [String] = []
    @Option(help: "To this receiver, with --notifications.") var receiver: String?
    @Option(help: "At most so many rows, up to 1000.") var limit = 50
    @Option(help: "Where the page before ended.") var cursor: String?
    @Flag(help: "Oldest first.") var oldest = false
    @Flag(help: "As JSON.") var json = false

    func validate() throws {
        if notifications && (rule != nil || level != nil || !label.isEmpty) {
            throw ValidationError("--rule, --level and --label go with events, not with --notifications")
        }
        if !notifications && receiver != nil { throw ValidationError("--receiver goes with --notifications") }
    }

    func run() async throws {
        var parameters: [(String, String)] = [("limit", "\(limit)")]
        let given = [
            ("from", from), ("to", to), ("alert", alert), ("rule", rule), ("level", level), ("receiver", receiver),
            ("cursor", cursor),
        ]
        for (name, value) in given { if let value { parameters.append((name, value)) } }
        parameters += kind.map { ("kind", $0) } + label.map { ("label", $0) }
        if oldest { parameters.append(("order", "oldest")) }
        if notifications {
            let body = try await client.get("/api/v1/notifications", parameters)
            let page = try JSONDecoder.agent.decode(Answer<Page<LedgerView>>.self, from: body).data
            if json { return Terminal.out(try Terminal.json(page.rows)) }
            show(
                ["TIME", "DECISION", "TO", "MESSAGE", "ATTEMPT", "REASON"],
                page.rows.map {
                    [
                        $0.time, $0.decision, $0.destination, $0.message.map(String.init) ?? "",
                        $0.attempt.map(String.init) ?? "", $0.reason,
                    ]
                }, next: page.next)
        } else {
            let body = try await client.get("/api/v1/history", parameters)
            let page = try JSONDecoder.agent.decode(Answer<Page<EventView>>.self, from: body).data
            if json { return Terminal.out(try Terminal.json(page.rows)) }
            show(
                ["TIME", "EVENT", "LEVEL", "ALERT", "VALUE", "SUMMARY"],
                page.rows.map {
                    [
                        $0.time, $0.event, $0.level ?? "", $0.rule, $0.value.map { "\($0)" } ?? "",
                        [$0.summary, $0.reason].compactMap { $0 }.joined(separator: " — "),
                    ]
                },
                evidence: page.rows.compactMap { row in
                    row.evidence.map { EvidenceText.text($0, of: "\(row.time) \(row.rule)") }
                }, next: page.next)
        }
    }

    private func show(_ heading: [String], _ rows: [[String]], evidence: [String] = [], next: String?) {
        Terminal.out(rows.isEmpty ? "Nothing." : Terminal.table(heading, rows))
        for text in evidence { Terminal.out("\n" + text) }
        if let next { Terminal.out("\nMore: --cursor \(next)") }
    }
}
