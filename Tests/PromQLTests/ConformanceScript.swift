import Foundation
import PromQL

/// Reads and runs one file in the format of `promql/promqltest/README.md`.
struct ConformanceScript {
    private let lines: [String]
    private var index = 0
    private var window = SampleWindow(retention: .seconds(1_000_000_000))
    /// Series of the present load that hold what Tocsin does not have, and its name: what touches them can't be judged.
    private var beyond: [Labels: String] = [:]
    /// Prometheus runs its tests with names removed at the end, as behind its flag `promql-delayed-name-removal`.
    private static let limits = EvaluationLimits(delaysNameRemoval: true)
    private static let histograms = "native histograms"
    private(set) var result = ConformanceResult()

    init(text: String) {
        lines = text.replacingOccurrences(of: "\t", with: " ").components(separatedBy: "\n")
    }

    mutating func run() {
        while index < lines.count {
            let line = lines[index].trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") {
                index += 1
            } else if line == "clear" {
                window = SampleWindow(retention: .seconds(1_000_000_000))
                beyond = [:]
                index += 1
            } else if line.hasPrefix("load") {
                load(line)
            } else if line.hasPrefix("eval") {
                evaluate(line)
            } else {
                result.failures.append("line \(index + 1): not understood: \(line)")
                index += 1
            }
        }
    }

    /// The lines that belong to the command: up to the next empty line or command.
    private mutating func block() -> [String] {
        index += 1
        var block: [String] = []
        while index < lines.count {
            let line = lines[index].trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("eval") || line == "clear" || line.hasPrefix("load") { break }
            if !line.hasPrefix("#") { block.append(line) }
            index += 1
        }
        return block
    }

    // MARK: Load

    private mutating func load(_ line: String) {
        let words = line.split(separator: " ")
        let makesHistograms = words[0] == "load_with_nhcb"
        let step = (try? Duration(promQL: String(words.last ?? "1m"))) ?? .seconds(60)
        // A series that stands twice in one load has the values of its last line.
        var loaded: [Labels: SeriesText] = [:]
        for line in block() {
            guard let series = SeriesText(line) else {
                result.failures.append("line \(index): series not understood: \(line)")
                continue
            }
            if series.hasHistograms {
                beyond[series.labels] = Self.histograms
                continue
            }
            if series.hasStartTimes {
                beyond[series.labels] = "experimental: start timestamps"
                continue
            }
            loaded[series.labels] = series
            // Of `x_bucket` and its kin a native histogram `x` is made as well; they themselves stay what they are.
            if makesHistograms, let metric = series.labels.metric {
                for ending in ["_bucket", "_count", "_sum"] where metric.hasSuffix(ending) {
                    let whole = String(metric.dropLast(ending.count))
                    beyond[series.labels.dropping(["le"]).setting(Labels.metricName, whole)] = Self.histograms
                }
            }
        }
        for series in loaded.values {
            for (place, value) in series.values.enumerated() {
                guard let value else { continue }
                let time = Timestamp(milliseconds: Int64(place) * step.milliseconds)
                if StaleMarker.isStale(value) {
                    window.markStale(series.labels, at: time)
                } else {
                    window.append(Sample(labels: series.labels, value: value, at: time))
                }
            }
        }
    }

    // MARK: Eval

    /// A message that must, or with `isWanted` false must not, come with the result.
    private struct Note {
        let isWarning: Bool
        let isWanted: Bool
        let message: String?
        let pattern: String?
    }

    private struct Expectation {
        var fails = false
        var notes: [Note] = []
        /// Where the rows of a range vector begin, and the time between their values.
        var rangeVector: (from: Timestamp, step: Duration)?
        var isOrdered = false
        var message: String?
        var pattern: String?
        var string: String?
        var rows: [SeriesText] = []
        var number: Double?
        var hasHistograms = false
    }

    private mutating func evaluate(_ line: String) {
        let place = index + 1
        let body = block()
        guard let command = EvalCommand(line) else {
            result.failures.append("line \(place): eval not understood: \(line)")
            return
        }
        var expectation = read(body)
        expectation.fails = expectation.fails || command.fails
        expectation.isOrdered = expectation.isOrdered || command.isOrdered
        if let isWarning = command.notes {
            expectation.notes.append(Note(isWarning: isWarning, isWanted: true, message: nil, pattern: nil))
        }
        if let reason = skipReason(command, expectation) {
            result.skips[reason, default: 0] += 1
            return
        }
        if let problem = judge(command, expectation) {
            result.failures.append("line \(place): \(command.expression): \(problem)")
        } else {
            result.passed += 1
        }
    }

    /// Why an evaluation can't be judged: the language itself refuses a feature by name, or what is read or expected is
    /// something that Tocsin does not have.
    private func skipReason(_ command: EvalCommand, _ expectation: Expectation) -> String? {
        let selectors: [[Matcher]]
        do throws(ExpressionError) {
            selectors = try PromQL.Expression(command.expression).selectors
        } catch {
            switch error.refusal {
            case .nativeHistograms: return Self.histograms
            case .experimental(let feature, _): return "experimental: \(feature)"
            case nil: return nil
            }
        }
        if expectation.hasHistograms { return Self.histograms }
        for matchers in selectors {
            for (labels, reason) in beyond where matchers.allSatisfy({ $0.matches(labels) }) { return reason }
        }
        return nil
    }

    private func read(_ body: [String]) -> Expectation {
        var expectation = Expectation()
        for line in body {
            if line.hasPrefix("expect ") {
                let rest = line.dropFirst(7)
                func text(after key: String) -> String? {
                    rest.range(of: key).map { rest[$0.upperBound...].trimmingCharacters(in: .whitespaces) }
                }
                let kind = rest.split(separator: " ").first ?? ""
                if rest.hasPrefix("fail") {
                    expectation.fails = true
                    expectation.message = text(after: "msg:")
                    expectation.pattern = text(after: "regex:")
                } else if ["warn", "info", "no_warn", "no_info"].contains(kind) {
                    expectation.notes.append(
                        Note(
                            isWarning: kind.hasSuffix("warn"), isWanted: !kind.hasPrefix("no_"),
                            message: text(after: "msg:"), pattern: text(after: "regex:")))
                } else if rest.hasPrefix("range vector") {
                    let words = rest.split(separator: " ").map(String.init)
                    if words.count >= 8, let from = try? Duration(promQL: words[3]),
                        let step = try? Duration(promQL: words[7])
                    {
                        expectation.rangeVector = (Timestamp(milliseconds: from.milliseconds), step)
                    }
                } else if rest.hasPrefix("ordered") {
                    expectation.isOrdered = true
                } else if rest.hasPrefix("string") {
                    let text = rest.dropFirst(6).trimmingCharacters(in: .whitespaces)
                    if let expression = try? Expression(text),
                        case .string(let value)? = try? expression.evaluate(
                            at: Timestamp(milliseconds: 0), in: SampleWindow(retention: .seconds(300)))
                    {
                        expectation.string = value
                    }
                }
            } else if line.hasPrefix("expected_fail_message") || line.hasPrefix("expected_fail_regexp") {
                expectation.fails = true
            } else if let number = SeriesText.number(line) {
                expectation.number = number
            } else if let row = SeriesText(line) {
                expectation.rows.append(row)
                if row.hasHistograms { expectation.hasHistograms = true }
            }
        }
        return expectation
    }

    private func judge(_ command: EvalCommand, _ expectation: Expectation) -> String? {
        do {
            let expression = try Expression(command.expression)
            var statistics = EvaluationStatistics()
            let problem: String?
            switch command.span {
            case .instant(let time):
                let value = try expression.evaluate(
                    at: time, in: window, limits: Self.limits, statistics: &statistics)
                problem = compare(value, expectation)
            case .range(let from, let to, let step):
                let series = try expression.evaluateRange(
                    from: from, through: to, step: step, in: window, limits: Self.limits, statistics: &statistics)
                problem = compare(series, expectation, from: from, step: step)
            }
            if expectation.fails { return "should have failed" }
            return problem ?? missing(in: statistics, expectation.notes)
        } catch let error as EvaluationError {
            guard expectation.fails else { return "failed: \(error)" }
            // It may name the labels at its end where Prometheus does not.
            if let message = expectation.message, !error.message.hasPrefix(message) {
                return "failed otherwise: \(error.message)"
            }
            if let pattern = expectation.pattern,
                error.message.range(of: pattern, options: .regularExpression) == nil
            {
                return "failed otherwise: \(error.message)"
            }
            return nil
        } catch {
            // What is refused before anything runs is refused in words of our own, with the place.
            return expectation.fails ? nil : "failed: \(error)"
        }
    }

    private func missing(in statistics: EvaluationStatistics, _ notes: [Note]) -> String? {
        for note in notes {
            let said = note.isWarning ? statistics.warnings : statistics.infos
            guard note.isWanted else {
                if !said.isEmpty { return "says what it should not: \(said)" }
                continue
            }
            let isThere = said.contains { text in
                if let message = note.message { return text == message }
                if let pattern = note.pattern { return text.range(of: pattern, options: .regularExpression) != nil }
                return true
            }
            if !isThere { return "does not say \(note.message ?? note.pattern ?? "anything"), but \(said)" }
        }
        return nil
    }

    private func compare(_ value: Value, _ expectation: Expectation) -> String? {
        switch value {
        case .scalar(let number):
            guard let wanted = expectation.number ?? expectation.rows.first?.values.first ?? nil else {
                return "a scalar was not expected"
            }
            return Self.isClose(number, wanted) ? nil : "\(number) instead of \(wanted)"
        case .string(let text):
            return text == expectation.string ? nil : "\"\(text)\" instead of \"\(expectation.string ?? "")\""
        case .matrix(let series):
            if let place = expectation.rangeVector {
                return compare(series, expectation, from: place.from, step: place.step)
            }
            return series.count == expectation.rows.count
                ? nil : "\(series.count) series instead of \(expectation.rows.count)"
        case .vector(let elements):
            if let number = expectation.number {
                guard elements.count == 1, Self.isClose(elements[0].value, number) else {
                    return "\(elements) instead of \(number)"
                }
                return nil
            }
            guard elements.count == expectation.rows.count else {
                return
                    "\(elements.count) elements instead of \(expectation.rows.count): \(elements.map { "\($0.labels) \($0.value)" })"
            }
            for (place, row) in expectation.rows.enumerated() {
                let wanted = row.values.first.flatMap { $0 } ?? .nan
                let found = expectation.isOrdered ? elements[place] : elements.first { $0.labels == row.labels }
                guard let found, found.labels == row.labels else {
                    return "\(row.labels) is missing in \(elements.map(\.labels))"
                }
                if !Self.isClose(found.value, wanted) { return "\(row.labels): \(found.value) instead of \(wanted)" }
            }
            return nil
        }
    }

    private func compare(
        _ series: [RangeSeries], _ expectation: Expectation, from: Timestamp, step: Duration
    ) -> String? {
        let rows = expectation.rows.filter { row in row.values.contains { $0 != nil } }
        guard series.count == rows.count else {
            return "\(series.count) series instead of \(rows.count): \(series.map(\.labels))"
        }
        for row in rows {
            guard let found = series.first(where: { $0.labels == row.labels }) else {
                return "\(row.labels) is missing"
            }
            for (place, wanted) in row.values.enumerated() {
                let time = from.milliseconds + Int64(place) * step.milliseconds
                let value = found.points.first { $0.time == time }?.value
                switch (value, wanted) {
                case (nil, nil): continue
                case (.some(let one), .some(let other)) where Self.isClose(one, other): continue
                default:
                    return
                        "\(row.labels) at \(time): \(String(describing: value)) instead of \(String(describing: wanted))"
                }
            }
            if found.points.count != row.values.filter({ $0 != nil }).count { return "\(row.labels): too many points" }
        }
        return nil
    }

    /// Prometheus's `almost.Equal` with its 1e-6.
    static func isClose(_ one: Double, _ other: Double) -> Bool {
        if one.isNaN || other.isNaN { return one.isNaN && other.isNaN }
        if one == other { return true }
        let sum = abs(one) + abs(other)
        let difference = abs(one - other)
        if one == 0 || other == 0 || sum < Double.leastNormalMagnitude {
            return difference < 1e-6 * Double.leastNormalMagnitude
        }
        return difference / min(sum, Double.greatestFiniteMagnitude) < 1e-6
    }
}
