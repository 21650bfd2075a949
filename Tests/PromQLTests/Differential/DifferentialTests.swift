import Foundation
import PromQL
import Support
import Testing

/// Thousands of generated expressions, evaluated by Debian's Prometheus and by Tocsin over the same samples.
///
/// `TOCSIN_DIFFERENTIAL_SEED` and `TOCSIN_DIFFERENTIAL_COUNT` choose others.
@Suite("Differential test against Prometheus")
struct DifferentialTests {
    private static let isPossible = Programs.find("prometheus") != nil && Programs.find("promtool") != nil

    private static func setting(_ name: String, _ fallback: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? fallback
    }

    /// One question: an expression at a time, or over a range.
    private struct Question {
        var expression: GeneratedExpression
        let from: Int64
        /// Nil for one time.
        let through: Int64?
        static let step: Int64 = 47_000
    }

    private enum Verdict: Equatable {
        case agreed(isEmpty: Bool)
        case bothRefused
        case differ(String)
    }

    @Test(
        "gives what Prometheus gives, to 1e-9",
        .enabled(if: DifferentialTests.isPossible, "prometheus and promtool (Debian's package prometheus) are not here")
    )
    func differential() async throws {
        let seed = Self.setting("TOCSIN_DIFFERENTIAL_SEED", 2026)
        let count = Int(Self.setting("TOCSIN_DIFFERENTIAL_COUNT", 3_000))
        let data = DifferentialSeries(seed: seed)
        let server = try await PrometheusServer(openMetrics: data.openMetrics)
        let window = data.window
        var generator = ExpressionGenerator(random: SeededGenerator(seed: seed))
        var (agreed, empty, refused) = (0, 0, 0)
        var differences: [String] = []
        for _ in 0..<count {
            let from =
                DifferentialSeries.start + Int64.random(in: 1_500...5_000, using: &generator.random) * 1_000 + 500
            let isRange = Int.random(in: 0..<5, using: &generator.random) == 0
            let question = Question(
                expression: generator.expression(), from: from, through: isRange ? from + 600_000 : nil)
            switch try await judge(question, server, window) {
            case .agreed(let isEmpty):
                agreed += 1
                if isEmpty { empty += 1 }
            case .bothRefused: refused += 1
            case .differ:
                differences.append(try await shrink(question, server, window))
                if differences.count >= 20 { break }
            }
            if differences.count >= 20 { break }
        }
        await server.stop()
        print(
            "differential, seed \(seed): \(count) expressions, \(agreed) agreed (\(empty) of them empty), "
                + "\(refused) both refused, \(differences.count) differ")
        for difference in differences { print("  \(difference)") }
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        #expect(agreed - empty > count / 2, "too many expressions give nothing")
    }

    private func judge(_ question: Question, _ server: PrometheusServer, _ window: SampleWindow) async throws -> Verdict
    {
        let text = question.expression.text
        let theirs: PrometheusServer.Answer
        if let through = question.through {
            theirs = try await server.range(text, from: question.from, through: through, step: Question.step)
        } else {
            theirs = try await server.instant(text, at: question.from)
        }
        let (ours, error) = answer(question, window)
        switch (ours, theirs) {
        case (nil, nil): return .bothRefused
        case (nil, .some(let other)): return .differ("Tocsin: \(error), Prometheus: \(Self.shown(other))")
        case (.some(let own), nil): return .differ("Tocsin: \(Self.shown(own)), Prometheus refuses it")
        case (.some(let own), .some(let other)):
            if Self.areSame(own, other) { return .agreed(isEmpty: own.isEmpty) }
            return .differ("Tocsin: \(Self.shown(own))\n    Prometheus: \(Self.shown(other))")
        }
    }

    private func answer(_ question: Question, _ window: SampleWindow) -> (PrometheusServer.Answer, String) {
        // The name that Prometheus 3 gave it.
        let text = question.expression.text.replacingOccurrences(
            of: "holt_winters", with: "double_exponential_smoothing")
        var answer: [Labels: [Int64: Double]] = [:]
        do {
            let expression = try Expression(text)
            let from = Timestamp(milliseconds: question.from)
            guard let through = question.through else {
                switch try expression.evaluate(at: from, in: window) {
                case .scalar(let value): answer[Labels()] = [question.from: value]
                case .vector(let elements):
                    for element in elements { answer[element.labels] = [question.from: element.value] }
                case .matrix, .string: break
                }
                return (answer, "")
            }
            let series = try expression.evaluateRange(
                from: from, through: Timestamp(milliseconds: through), step: .milliseconds(Question.step), in: window)
            for one in series {
                answer[one.labels] = Dictionary(
                    one.points.map { ($0.time, $0.value) }, uniquingKeysWith: { first, _ in first })
            }
            return (answer, "")
        } catch {
            return (nil, "\(error)")
        }
    }

    private static func areSame(_ one: [Labels: [Int64: Double]], _ other: [Labels: [Int64: Double]]) -> Bool {
        guard one.count == other.count else { return false }
        return one.allSatisfy { labels, values in
            guard let others = other[labels], others.count == values.count else { return false }
            return values.allSatisfy { time, value in others[time].map { isClose(value, $0) } ?? false }
        }
    }

    private static func isClose(_ one: Double, _ other: Double) -> Bool {
        if one == other || (one.isNaN && other.isNaN) { return true }
        guard one.isFinite, other.isFinite else { return false }
        // Differences of nearly equal numbers have no digits to compare: the samples are up to 5,000 in size.
        return abs(one - other) <= max(1e-9 * max(abs(one), abs(other)), 1e-9)
    }

    private static func shown(_ answer: [Labels: [Int64: Double]]) -> String {
        let rows = answer.sorted { $0.key < $1.key }.prefix(4).map { labels, values in
            "\(labels) \(values.sorted { $0.key < $1.key }.prefix(4).map { "\($0.value)@\($0.key)" })"
        }
        return "\(answer.count): " + rows.joined(separator: "; ")
    }

    private func shrink(_ question: Question, _ server: PrometheusServer, _ window: SampleWindow) async throws -> String
    {
        var best = question
        var isSmaller = true
        var tries = 0
        while isSmaller, tries < 400 {
            isSmaller = false
            for candidate in best.expression.smaller {
                tries += 1
                var next = best
                next.expression = candidate
                if case .differ = try await judge(next, server, window) {
                    best = next
                    isSmaller = true
                    break
                }
            }
        }
        guard case .differ(let how) = try await judge(best, server, window) else { return question.expression.text }
        return "\(best.expression.text)\n    at \(best.from)\(best.through.map { " to \($0)" } ?? "")\n    \(how)"
    }
}
