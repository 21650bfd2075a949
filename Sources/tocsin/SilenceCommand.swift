import Agent
import Alerting
import ArgumentParser
import Foundation
import PromQL
import Settings

/// Makes, lists and ends silences.
struct SilenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "silence",
        abstract: "Hold back alerts for a while, with author and reason; list and end silences.",
        subcommands: [Add.self, List.self, Expire.self])

    /// Makes a silence.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Silence the alerts that all matchers match.",
            discussion: """
                A matcher is name=value, name!=value, name=~pattern or name!~pattern; a word alone is the alert's name. \
                The id of the silence is printed. With --during it holds again and again, in an interval that the \
                settings define under `time_intervals`.

                EXAMPLES
                  tocsin silence add PoolUtilizationHigh pool=web --for 2h --comment 'load test'
                  tocsin silence add database=main --during sunday-backup --comment 'the base backup'
                  tocsin silence add database=main --start 2026-11-28T22:00:00Z --end 2026-11-29T02:00:00Z \
                --comment 'major upgrade'
                """)

        @OptionGroup var client: AgentClient

        @Argument(help: "Which alerts: name=value, name!=value, name=~pattern, name!~pattern, or an alert's name.")
        var matchers: [String]

        @Option(name: .customLong("for"), help: "How long, such as 30m or 2h; 1h by default, 90d with --during.")
        var length: String?

        @Option(help: "Only in the time interval of this name, each time that it comes; may be repeated.")
        var during: [String] = []

        @Option(help: "When it begins, RFC 3339; now by default.")
        var start: String?

        @Option(help: "When it ends, RFC 3339; takes the place of --for.")
        var end: String?

        @Option(help: "Who says so; your user's name by default.")
        var author: String?

        @Option(help: "Why.")
        var comment: String

        func run() async throws {
            let now = Timestamp(seconds: Date().timeIntervalSince1970)
            let start = try self.start.map(MatcherArguments.time) ?? now
            let length = try MatcherArguments.length(length ?? (during.isEmpty ? "1h" : "90d"))
            let silence = PostableSilence(
                matchers: try matchers.flatMap(MatcherArguments.parsed), startsAt: start,
                endsAt: try end.map(MatcherArguments.time) ?? start + length,
                createdBy: MatcherArguments.author(author), comment: comment,
                during: during.isEmpty ? nil : during)
            let body = try JSONEncoder().encode(silence)
            let answer = try await client.send("POST", "/api/v2/silences", body)
            Terminal.out(try JSONDecoder().decode([String: String].self, from: answer)["silenceID"] ?? "")
        }
    }

    /// Lists silences.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The silences that hold something back, and those that begin later.",
            discussion: "EXAMPLES\n  tocsin silence list\n  tocsin silence list --expired --json")

        @OptionGroup var client: AgentClient

        @Flag(help: "Those that are over, too.")
        var expired = false

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let body = try await client.get("/api/v2/silences")
            let silences = try JSONDecoder().decode([GettableSilence].self, from: body)
                .filter { expired || $0.status.state != Silence.State.expired.rawValue }
            if json { return Terminal.out(try Terminal.json(silences)) }
            if silences.isEmpty { return Terminal.out("Nothing is silenced.") }
            Terminal.out(
                Terminal.table(
                    ["ID", "STATE", "FROM", "TO", "DURING", "BY", "MATCHERS", "COMMENT"],
                    silences.map {
                        [
                            $0.id, $0.status.state, $0.startsAt, $0.endsAt,
                            $0.during?.joined(separator: ",") ?? "", $0.createdBy,
                            $0.matchers.map(\.description).joined(separator: ","),
                            $0.comment.replacing("\n", with: " "),
                        ]
                    }))
        }
    }

    /// Ends silences.
    struct Expire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End silences now. What they held back and still fires is told.",
            discussion: "EXAMPLE\n  tocsin silence expire 0d6e6b5c-…")

        @OptionGroup var client: AgentClient

        @Argument(help: "The ids.")
        var ids: [String]

        func run() async throws {
            for id in ids {
                let name = id.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-"])) ?? id
                _ = try await client.send("DELETE", "/api/v2/silence/\(name)")
            }
        }
    }
}

extension SilenceMatcher {
    var description: String {
        let operation = isRegex ? (isEqual ?? true ? "=~" : "!~") : (isEqual ?? true ? "=" : "!=")
        return "\(name)\(operation)\"\(value)\""
    }
}
