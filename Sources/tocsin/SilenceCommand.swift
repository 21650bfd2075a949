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
                The id of the silence is printed.

                EXAMPLES
                  tocsin silence add PoolUtilizationHigh pool=web --for 2h --comment 'load test'
                  tocsin silence add database=main --start 2026-11-28T22:00:00Z --end 2026-11-29T02:00:00Z \
                --comment 'major upgrade'
                """)

        @OptionGroup var client: AgentClient

        @Argument(help: "Which alerts: name=value, name!=value, name=~pattern, name!~pattern, or an alert's name.")
        var matchers: [String]

        @Option(name: .customLong("for"), help: "How long, such as 30m or 2h.")
        var length = "1h"

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
            let start = try self.start.map(time) ?? now
            guard let length = try? Duration(promQL: length), length > .zero else {
                throw ValidationError("`--for \(self.length)` is no length of time; write it as 30m or 2h")
            }
            let silence = PostableSilence(
                matchers: try matchers.flatMap(parsed), startsAt: start, endsAt: try end.map(time) ?? start + length,
                createdBy: author ?? ProcessInfo.processInfo.environment["USER"] ?? "tocsin", comment: comment)
            let body = try JSONEncoder().encode(silence)
            let answer = try await client.send("POST", "/api/v2/silences", body)
            Terminal.out(try JSONDecoder().decode([String: String].self, from: answer)["silenceID"] ?? "")
        }

        private func time(_ text: String) throws -> Timestamp {
            guard let time = Timestamp(text) else {
                throw ValidationError("`\(text)` is no time; write it as 2026-11-28T22:00:00Z")
            }
            return time
        }

        private func parsed(_ text: String) throws -> [Matcher] {
            let isWord = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
            do {
                return isWord ? [try Matcher("alertname", .equal, text)] : try MatcherText.parse(text)
            } catch let problem as MatcherText.Problem {
                throw ValidationError("`\(text)`: \(problem.message)")
            }
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
                    ["ID", "STATE", "FROM", "TO", "BY", "MATCHERS", "COMMENT"],
                    silences.map {
                        [
                            $0.id, $0.status.state, $0.startsAt, $0.endsAt, $0.createdBy,
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
    fileprivate var description: String {
        let operation = isRegex ? (isEqual ?? true ? "=~" : "!~") : (isEqual ?? true ? "=" : "!=")
        return "\(name)\(operation)\"\(value)\""
    }
}
