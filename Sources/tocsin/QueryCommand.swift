import ArgumentParser
import Foundation
import PromQL
import Settings

/// Evaluates an expression on the samples of a running agent.
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Evaluate a PromQL expression on the running agent's samples.",
        discussion: """
            Without --range the values now, or at --time, as a table; with it the course of each series as a line of \
            bars with its least, greatest and last value.

            EXAMPLES
              tocsin query 'pool_connections_active / pool_connections_max'
              tocsin query 'rate(pg_stat_database_xact_commit[1m])' --range 15m
              tocsin query 'pg_up == 0' --time 2026-11-23T08:00:00Z --json
            """)

    @OptionGroup var client: AgentClient

    @Argument(help: "The expression.") var expression: String
    @Option(help: "At this time, or up to it with --range: RFC 3339 or seconds since 1970; now by default.")
    var time: String?
    @Option(help: "So far back, such as 15m.") var range: String?
    @Option(help: "A value each so often, such as 15s; a sixtieth of the range by default.") var step: String?
    @Flag(help: "As JSON, as Prometheus's API writes it.") var json = false

    func validate() throws {
        if step != nil && range == nil { throw ValidationError("--step goes with --range") }
        if let time, Timestamp(time) == nil {
            throw ValidationError("--time takes 2026-11-23T08:00:00Z or seconds since 1970, not `\(time)`")
        }
        for (name, value) in [("--range", range), ("--step", step)] {
            guard let value else { continue }
            do {
                guard try Duration(promQL: value) > .zero else {
                    throw ValidationError("\(name) must be longer than zero")
                }
            } catch let error as DurationError {
                throw ValidationError("\(name): \(error)")
            }
        }
    }

    func run() async throws {
        // So that a typo is shown with its place, and without an agent.
        do {
            _ = try Expression(expression)
        } catch {
            Terminal.error("error: \(error)")
            throw ExitCode.failure
        }
        if let range, let span = try? Duration(promQL: range) {
            try await course(over: span)
        } else {
            try await present()
        }
    }

    private func present() async throws {
        var parameters = [("query", expression)]
        if let time { parameters.append(("time", time)) }
        let body = try await client.get("/api/v1/query", parameters)
        if json { return Terminal.out(String(decoding: body, as: UTF8.self)) }
        let answer = try JSONDecoder().decode(QueryReply.self, from: body)
        warn(answer)
        switch answer.data {
        case .value(let text): Terminal.out(text)
        case .vector(let elements):
            if elements.isEmpty { return Terminal.out("No series.") }
            Terminal.out(
                Terminal.table(["SERIES", "VALUE"], elements.map { [Labels($0.metric).description, $0.value.text] }))
        case .matrix(let series):
            for one in series {
                Terminal.out("\(Labels(one.metric))")
                for value in one.values { Terminal.out("  \(value.time)  \(value.text)") }
            }
        }
    }

    private func course(over span: Duration) async throws {
        let end = time.flatMap { Timestamp($0) } ?? Timestamp(seconds: Date().timeIntervalSince1970)
        let width = try step.map { try Duration(promQL: $0) } ?? max(.seconds(1), span / Int(Chart.width))
        let body = try await client.get(
            "/api/v1/query_range",
            [
                ("query", expression), ("start", "\((end - span).seconds)"), ("end", "\(end.seconds)"),
                ("step", "\(Double(width.milliseconds) / 1_000)"),
            ])
        if json { return Terminal.out(String(decoding: body, as: UTF8.self)) }
        let answer = try JSONDecoder().decode(QueryReply.self, from: body)
        warn(answer)
        guard case .matrix(let series) = answer.data, !series.isEmpty else { return Terminal.out("No series.") }
        for one in series {
            let points = one.values.map { Point(time: Int64(($0.seconds * 1_000).rounded()), value: $0.number) }
            Terminal.out("\(Labels(one.metric))")
            Terminal.out("  \(Chart.line(points, from: end - span, through: end))")
            Terminal.out("  \(Chart.summary(points))")
        }
        Terminal.out("from \(end - span) to \(end), a value each \(width.promQL)")
    }

    private func warn(_ answer: QueryReply) {
        for line in answer.warnings { Terminal.error("warning: \(line)") }
        for line in answer.infos { Terminal.error("note: \(line)") }
    }
}

/// What `/api/v1/query` and `query_range` answer.
struct QueryReply: Decodable {
    struct Reading: Decodable {
        let seconds: Double
        let text: String

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            seconds = try container.decode(Double.self)
            text = try container.decode(String.self)
        }

        var time: Timestamp { Timestamp(seconds: seconds) }
        /// NaN for what is no number.
        var number: Double { Double(text.replacingOccurrences(of: "Inf", with: "infinity")) ?? .nan }
    }

    struct Element: Decodable {
        let metric: [String: String]
        let value: Reading
    }

    struct Series: Decodable {
        let metric: [String: String]
        let values: [Reading]
    }

    enum Content {
        /// A scalar or a string.
        case value(String)
        case vector([Element])
        case matrix([Series])
    }

    let data: Content
    let warnings: [String]
    let infos: [String]

    private enum Key: String, CodingKey { case data, warnings, infos, resultType, result }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        warnings = try container.decodeIfPresent([String].self, forKey: .warnings) ?? []
        infos = try container.decodeIfPresent([String].self, forKey: .infos) ?? []
        let content = try container.nestedContainer(keyedBy: Key.self, forKey: .data)
        switch try content.decode(String.self, forKey: .resultType) {
        case "vector": data = .vector(try content.decode([Element].self, forKey: .result))
        case "matrix": data = .matrix(try content.decode([Series].self, forKey: .result))
        case _: data = .value(try content.decode(Reading.self, forKey: .result).text)
        }
    }
}
