import Foundation
import PromQL
import Settings

/// A file of rule tests as Debian's promtool 2.42 can read it: without the keys that came later, without native
/// histograms, and with the intervals that 2.42 takes for zero where they are left out.
///
/// Up to Prometheus 2 a range and the five minutes of a selector hold a sample at their very start, since 3 they don't.
/// `Edges.open` writes what is asked so that 2.42 leaves it out as well.
struct JudgedCopy {
    enum Edges: CaseIterable {
        /// As they are written.
        case closed
        /// Expressions are asked a millisecond later, and rules look a millisecond less far back.
        case open
    }

    /// The files to write into one folder, by name.
    let files: [String: String]

    /// The name of the copy among `files`.
    static let name = "copy.yml"

    /// What of it can't be written so that 2.42 judges alike; nil where all can.
    static func obstacle(in file: RuleTestFile) -> String? {
        if file.tests.contains(where: { $0.start.milliseconds != 0 }) { return "`start_timestamp`" }
        return file.tests.contains(where: \.needsEngine) ? "what only Tocsin knows" : nil
    }

    /// One copy for each thing that is asked.
    static func each(of file: RuleTestFile, edges: Edges) throws -> [JudgedCopy] {
        try file.tests.flatMap { test in
            try test.alertTests.map { try JudgedCopy(file, lines(of: test) + lines(of: $0), edges) }
                + test.expressionTests.filter { !$0.expectsHistogram }.map {
                    try JudgedCopy(file, lines(of: test) + lines(of: $0, edges), edges)
                }
        }
    }

    private init(_ file: RuleTestFile, _ test: [String], _ edges: Edges) throws {
        var files: [String: String] = [:]
        for (index, path) in file.rulePaths().paths.enumerated() {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            files["rules\(index).yml"] = edges == .open ? try Self.shortened(text) : text
        }
        let order = file.groupOrder.map(Self.quoted).joined(separator: ", ")
        let lines = [
            "evaluation_interval: \(file.evaluationInterval.promQL)",
            "rule_files: [\(files.keys.sorted().joined(separator: ", "))]", "group_eval_order: [\(order)]", "tests:",
        ]
        files[Self.name] = (lines + test).joined(separator: "\n") + "\n"
        self.files = files
    }

    /// With every range in brackets a millisecond shorter.
    private static func shortened(_ text: String) throws -> String {
        text.replacing(try Regex(#"\[(?:[0-9]+(?:ms|[smhdwy]))+"#)) { match in
            let duration = try? Duration(promQL: String(text[match.range].dropFirst()))
            return duration.map { "[\($0.milliseconds - 1)ms" } ?? String(text[match.range])
        }
    }

    private static func lines(of test: RuleTestGroup) -> [String] {
        var lines = ["  - interval: \(test.interval.promQL)"]
        let labels = test.externalLabels.map { "\(quoted($0.name)): \(quoted($0.value))" }
        lines.append("    external_labels: { \(labels.joined(separator: ", ")) }")
        lines.append("    external_url: \(quoted(test.externalURL))")
        lines.append("    input_series:")
        for series in test.series {
            let values = series.values.map { value in
                switch value {
                case .number(let number): "\(number)"
                case .stale: "stale"
                case .missing, .failed: "_"
                }
            }
            let text = values.joined(separator: " ")
            lines.append("      - { series: \(quoted("\(series.labels)")), values: \(quoted(text)) }")
        }
        return lines
    }

    private static func lines(of expectation: AlertExpectation) -> [String] {
        let alerts = expectation.alerts.map {
            "{ exp_labels: \(mapping($0.labels)), exp_annotations: \(mapping($0.annotations)) }"
        }
        return [
            "    alert_rule_test:",
            "      - { eval_time: \(expectation.evalTime.promQL), alertname: \(quoted(expectation.alertname)), "
                + "exp_alerts: [\(alerts.joined(separator: ", "))] }",
        ]
    }

    private static func lines(of expectation: ExpressionExpectation, _ edges: Edges) -> [String] {
        let samples = expectation.samples.map { "{ labels: \(quoted("\($0.labels)")), value: \(number($0.value)) }" }
        let time = expectation.evalTime + (edges == .open ? .milliseconds(1) : .zero)
        return [
            "    promql_expr_test:",
            "      - { eval_time: \(time.promQL), expr: \(quoted(expectation.expression.text)), "
                + "exp_samples: [\(samples.joined(separator: ", "))] }",
        ]
    }

    private static func mapping(_ pairs: [String: String]) -> String {
        "{ " + pairs.map { "\(quoted($0.key)): \(quoted($0.value))" }.joined(separator: ", ") + " }"
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return ".nan" }
        return value.isInfinite ? (value < 0 ? "-.inf" : ".inf") : "\(value)"
    }

    /// In double quotes, as YAML and JSON both read it.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
