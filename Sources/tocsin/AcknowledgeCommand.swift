import Agent
import ArgumentParser
import Foundation
import PromQL

/// Says that somebody looks after alerts.
struct AcknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Say that you look after alerts: they are not repeated nor escalated meanwhile.",
        discussion: """
            All alerts that fire now and that all matchers match are acknowledged, not those that come later. A matcher \
            is name=value, name!=value, name=~pattern or name!~pattern; a word alone is the alert's name. It ends after \
            --for, when the level rises, and when the alert resolves, which is told as always.

            EXAMPLES
              tocsin ack PoolUtilizationHigh pool=web --for 2h --comment 'adding connections'
              tocsin ack --group '{}:{alertname="PostgresDown"}' --comment 'on it'
              tocsin ack --list
            """)

    @OptionGroup var client: AgentClient

    @Argument(help: "Which alerts: name=value, name!=value, name=~pattern, name!~pattern, or an alert's name.")
    var matchers: [String] = []

    @Option(help: "Only those of the group with this key, as messages and the ledger (`tocsin history`) have it.")
    var group: String?

    @Option(name: .customLong("for"), help: "How long, such as 30m or 2h.")
    var length = "1h"

    @Option(help: "When it ends, RFC 3339; takes the place of --for.")
    var end: String?

    @Option(help: "Who says so; your user's name by default.")
    var author: String?

    @Option(help: "Why, or what is being done.")
    var comment = ""

    @Flag(help: "List what is acknowledged instead.")
    var list = false

    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        if list { return try show(try await client.get(AcknowledgementText.path)) }
        guard !matchers.isEmpty || group != nil else {
            throw ValidationError("say which alerts: an alert's name, a matcher, or --group")
        }
        let end = try self.end.map(MatcherArguments.time)
        _ = try MatcherArguments.length(length)
        let body = PostableAcknowledgement(
            matchers: try matchers.flatMap(MatcherArguments.parsed), group: group, length: end == nil ? length : nil,
            endsAt: end, createdBy: MatcherArguments.author(author), comment: comment)
        try show(try await client.send("POST", AcknowledgementText.path, try JSONEncoder().encode(body)))
    }

    private func show(_ body: Data) throws {
        let all = try AcknowledgementText.read(body)
        if json { return Terminal.out(try Terminal.json(all)) }
        Terminal.out(all.isEmpty ? "Nothing is acknowledged." : AcknowledgementText.table(all))
    }
}

/// Takes that back.
struct UnacknowledgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unack",
        abstract: "Take acknowledgements back. What still fires is told again, and may escalate.",
        discussion: "EXAMPLE\n  tocsin unack PoolUtilizationHigh pool=web")

    @OptionGroup var client: AgentClient

    @Argument(help: "Which alerts: name=value, name!=value, name=~pattern, name!~pattern, or an alert's name.")
    var matchers: [String] = []

    @Option(help: "Only those of the group with this key.")
    var group: String?

    @Option(help: "Who says so; your user's name by default.")
    var author: String?

    func run() async throws {
        guard !matchers.isEmpty || group != nil else {
            throw ValidationError("say which alerts: an alert's name, a matcher, or --group")
        }
        var parameters = try matchers.flatMap(MatcherArguments.parsed).map { ("filter", $0.description) }
        if let group { parameters.append(("group", group)) }
        parameters.append(("author", MatcherArguments.author(author)))
        let ended = try AcknowledgementText.read(
            try await client.send("DELETE", AcknowledgementText.path, parameters: parameters))
        for one in ended { Terminal.out("no longer acknowledged: \(one.rule) \(AcknowledgementText.labels(one))") }
    }
}

/// Acknowledgements as the agent gives them, and as people read them.
enum AcknowledgementText {
    static let path = "/api/tocsin/v1/acknowledgements"

    static func read(_ body: Data) throws -> [AcknowledgementView] {
        try JSONDecoder.agent.decode(Answer<[String: [AcknowledgementView]]>.self, from: body)
            .data["acknowledgements"] ?? []
    }

    static func table(_ all: [AcknowledgementView]) -> String {
        Terminal.table(
            ["ALERT", "LEVEL", "LABELS", "UNTIL", "BY", "COMMENT"],
            all.map {
                [$0.rule, $0.level ?? "", labels($0), $0.endsAt, $0.createdBy, $0.comment.replacing("\n", with: " ")]
            })
    }

    static func labels(_ one: AcknowledgementView) -> String {
        one.labels.filter { $0.key != "alertname" }.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            .joined(separator: ",")
    }
}
