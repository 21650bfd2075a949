import Agent
import Alerting
import ArgumentParser
import Foundation
import PromQL

/// Mutes a database while somebody works on it.
struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Mute a database while you work on it, with a reason; end that early.",
        discussion: """
            It is a silence for `database="NAME"`: what fires meanwhile is not announced, and what still fires at the end \
            is. Alerts of pools and processes have no such label; silence them with `tocsin silence add`.

            EXAMPLES
              tocsin maintenance main --for 2h --comment 'upgrade to 17'
              tocsin maintenance main --end
              tocsin maintenance
            """)

    @OptionGroup var client: AgentClient

    @Argument(help: "The database's name in the settings; without one the maintenance that is on is listed.")
    var database: String?

    @Option(name: .customLong("for"), help: "How long, such as 30m or 2h.")
    var length = "1h"

    @Option(help: "Why.")
    var comment: String?

    @Option(help: "Who says so; your user's name by default.")
    var author: String?

    @Flag(help: "It is over: end it now.")
    var end = false

    /// What the comment of each such silence begins with.
    private static let mark = "maintenance: "

    func validate() throws {
        if database != nil, !end, comment?.isEmpty ?? true {
            throw ValidationError("say why with --comment, or end it with --end")
        }
        if database == nil, end { throw ValidationError("say which database's maintenance is over") }
    }

    func run() async throws {
        guard let database else { return try await list() }
        if end { return try await finish(database) }
        let now = Timestamp(seconds: Date().timeIntervalSince1970)
        let silence = PostableSilence(
            matchers: [try Matcher("database", .equal, database)], startsAt: now,
            endsAt: now + (try MatcherArguments.length(length)), createdBy: MatcherArguments.author(author),
            comment: Self.mark + (comment ?? ""))
        _ = try await client.send("POST", "/api/v2/silences", try JSONEncoder().encode(silence))
        Terminal.out("\(database) is muted until \(silence.endsAt)")
        try await warnIfUnknown(database)
    }

    private struct LabelValues: Decodable {
        let data: [String]
    }

    /// A mistyped name mutes nothing, and whoever typed it relies on it. No error: the alerts of others may have it.
    private func warnIfUnknown(_ database: String) async throws {
        let known = try JSONDecoder().decode(
            LabelValues.self, from: try await client.get("/api/v1/label/database/values")
        ).data
        guard !known.contains(database) else { return }
        Terminal.error(
            "warning: nothing that the agent watches is called `\(database)`; it watches "
                + (known.isEmpty ? "no database" : known.map { "`\($0)`" }.joined(separator: ", "))
                + ". End it with `tocsin maintenance \(database) --end` if that is not meant.")
    }

    private func open() async throws -> [GettableSilence] {
        try JSONDecoder().decode([GettableSilence].self, from: try await client.get("/api/v2/silences")).filter {
            $0.status.state != Silence.State.expired.rawValue && $0.comment.hasPrefix(Self.mark)
        }
    }

    private func list() async throws {
        let open = try await open()
        if open.isEmpty { return Terminal.out("No database is under maintenance.") }
        Terminal.out(
            Terminal.table(
                ["DATABASE", "UNTIL", "BY", "WHY"],
                open.map { silence in
                    [
                        silence.matchers.map(\.value).joined(separator: ","), silence.endsAt, silence.createdBy,
                        String(silence.comment.dropFirst(Self.mark.count)).replacing("\n", with: " "),
                    ]
                }))
    }

    private func finish(_ database: String) async throws {
        let wanted = SilenceMatcher(try Matcher("database", .equal, database))
        let own = try await open().filter { $0.matchers.map(\.description) == [wanted.description] }
        guard !own.isEmpty else {
            Terminal.error("error: no maintenance of `\(database)` is on; see `tocsin maintenance`")
            throw ExitCode.failure
        }
        for silence in own { _ = try await client.send("DELETE", "/api/v2/silence/\(silence.id)") }
        Terminal.out("the maintenance of \(database) is over")
    }
}
