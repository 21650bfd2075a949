import Agent
import Alerting
import ArgumentParser
import Foundation
import PromQL
import Settings

/// Tells the story of one alert.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The story of one alert: what happened to it, who was told and when, and why or why not.",
        discussion: """
            ALERT is an alert's name or its id; labels tell alerts of one name apart. Several that match are listed.

            EXAMPLES
              tocsin explain PoolUtilizationHigh
              tocsin explain PoolUtilizationHigh pool=web --since 2026-11-28T08:00:00Z
              tocsin explain 229fc81f6e3eeb12 --json
            """)

    @OptionGroup var client: AgentClient

    @Argument(help: "An alert's name, or its id of 16 hexadecimal digits.")
    var alert: String

    @Argument(help: "Its labels: name=value, name!=value, name=~pattern, name!~pattern.")
    var labels: [String] = []

    @Option(help: "From this time on: RFC 3339 or seconds since 1970.") var since: String?
    @Flag(help: "As JSON.") var json = false

    /// More events than this are not read for one story.
    private static let mostPages = 20

    func run() async throws {
        let events = try await self.events()
        let ids = Set(events.map(\.alert))
        guard let id = ids.first else {
            Terminal.error("error: the history knows no such alert\n  `tocsin history` lists what happened")
            throw ExitCode.failure
        }
        guard ids.count == 1 else {
            list(events)
            throw ExitCode.failure
        }
        let entries: [LedgerView] = try await rows("/api/v1/notifications", [("alert", id)])
        guard var story = AlertStory(events: events.reversed(), entries: entries.reversed()) else { return }
        do {
            story.samples = try await samples(of: story)
        } catch {
            // What is stored is told all the same.
            Terminal.error("warning: what the rule's expression gave is left out, since the agent could not say it")
        }
        if json { return Terminal.out(try Terminal.json(story)) }
        Terminal.out(Self.text(of: story))
    }

    /// As far as the agent keeps all samples by default.
    private static let sampled = Duration.seconds(900)

    /// What the rule's expression gave for the alert's series of late; nil where no rule of the name is there.
    private func samples(of story: AlertStory) async throws -> AlertStory.Samples? {
        let body = try await client.get("/api/v1/rules")
        let groups = try JSONDecoder.agent.decode(Answer<RulesView>.self, from: body).data.groups
        let rules = groups.flatMap(\.rules)
        guard let rule = rules.first(where: { $0.name == story.rule && $0.type == "alerting" }) else { return nil }
        let end = Timestamp(seconds: Date().timeIntervalSince1970)
        let answer = try await client.get(
            "/api/v1/query_range",
            [
                ("query", rule.query), ("start", "\((end - Self.sampled).seconds)"), ("end", "\(end.seconds)"),
                ("step", "\((Self.sampled / Int(Chart.width)).promQL)"),
            ])
        let reply = try JSONDecoder().decode(QueryReply.self, from: answer)
        guard case .matrix(let series) = reply.data else { return nil }
        // The alert has its series' labels and those that the rule adds.
        let own = series.first { one in
            one.metric.allSatisfy { $0.key == Labels.metricName || story.labels[$0.key] == $0.value }
        }
        return own.map { one in
            let values = one.values.map { AlertStory.Samples.Reading(time: "\($0.time)", value: $0.number) }
            return AlertStory.Samples(query: rule.query, values: values)
        }
    }

    private func events() async throws -> [EventView] {
        let conditions = labels.map { ("label", $0) }
        if alert.count == 16, AlertID(alert) != nil {
            return try await rows("/api/v1/history", [("alert", alert.lowercased())] + conditions)
        }
        return try await rows("/api/v1/history", [("rule", alert)] + conditions)
    }

    /// All rows, newest first, over as many pages as there are.
    private func rows<Row: Decodable>(_ path: String, _ parameters: [(String, String)]) async throws -> [Row] {
        var parameters = parameters + [("limit", "1000")]
        if let since { parameters.append(("from", since)) }
        var (rows, cursor): ([Row], String?) = ([], nil)
        for _ in 0..<Self.mostPages {
            let body = try await client.get(path, parameters + (cursor.map { [("cursor", $0)] } ?? []))
            let page = try JSONDecoder.agent.decode(Answer<Page<Row>>.self, from: body).data
            rows += page.rows
            cursor = page.next
            if cursor == nil { return rows }
        }
        Terminal.error("there is more than can be told: what is older is left out; name a time with --since")
        return rows
    }

    /// Several alerts match.
    ///
    /// - Parameter events: newest first.
    private func list(_ events: [EventView]) {
        var seen: Set<String> = []
        let newest = events.filter { seen.insert($0.alert).inserted }
        Terminal.error("error: \(newest.count) alerts match; name one by its labels or its id")
        Terminal.error(
            Terminal.table(
                ["ID", "LAST", "AT", "LABELS"],
                newest.prefix(50).map {
                    [$0.alert, $0.event, $0.time, Evidence.cell("\(Labels($0.labels))", atMost: 400)]
                }))
    }

    static func text(of story: AlertStory) -> String {
        let rows = story.steps.map { step in
            [
                step.time, step.what, step.destination.map { Evidence.cell($0) } ?? "",
                [number(step), step.text.map { Evidence.cell($0, atMost: 400) }].compactMap { $0 }
                    .joined(separator: ": "),
            ]
        }
        let labels = Evidence.cell("\(Labels(story.labels))", atMost: 1_000)
        return "\(Evidence.cell(story.rule)) \(labels) (\(story.id))"
            + "\n\n" + Terminal.table(["TIME", "WHAT", "TO", "HOW AND WHY"], rows) + (story.samples.map(course) ?? "")
    }

    /// The samples as a line of bars.
    private static func course(_ samples: AlertStory.Samples) -> String {
        let points = samples.values.compactMap { reading in
            Timestamp(reading.time).map { Point(time: $0.milliseconds, value: reading.value) }
        }
        guard let first = points.first, let last = points.last else { return "" }
        let (from, through) = (Timestamp(milliseconds: first.time), Timestamp(milliseconds: last.time))
        return "\n\n\(Evidence.cell(samples.query, atMost: 400)), from \(from) to \(through)"
            + "\n  \(Chart.line(points, from: from, through: through))\n  \(Chart.summary(points))"
    }

    /// Level and value of a change; message, attempt, status and time of an attempt; nil where there is none of them.
    private static func number(_ step: AlertStory.Step) -> String? {
        var parts: [String] = []
        if let level = step.level { parts.append(level) }
        if let value = step.value { parts.append("\(value)") }
        if let message = step.message { parts.append("message \(message)") }
        if let attempt = step.attempt, step.what != "attempt" { parts.append("attempt \(attempt)") }
        if let status = step.status { parts.append("status \(status)") }
        if let latency = step.latency { parts.append("\(Int((latency * 1_000).rounded())) ms") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
