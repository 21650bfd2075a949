import Alerting
import Settings

extension RuleTestReport {
    /// The report for a terminal: what is wrong, where, and the counts.
    package var text: String {
        var lines = ["\(path): \(heading)"]
        for problem in problems { lines += problem.description.lines.map { "  " + $0 } }
        for group in groups where !group.failures.isEmpty {
            lines.append("  \(group.name):")
            for failure in group.failures { lines += failure.lines.map { "    " + $0 } }
        }
        for (reason, count) in skipCounts { lines.append("  skipped \(count): \(reason)") }
        if skippedSeries > 0 {
            lines.append("  series left out: \(skippedSeries), with native histograms")
        }
        return lines.joined(separator: "\n")
    }

    private var heading: String {
        switch verdict {
        case .passed: "passed (\(summary))"
        case .failed: "FAILED (\(summary))"
        case .unreadable: "NOT RUN"
        }
    }

    private var skipCounts: [(reason: String, count: Int)] {
        let counts = groups.flatMap(\.skips).reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { (reason: $0.key, count: $0.value) }
    }
}

extension RuleTestReport.Failure {
    /// The failure in lines, without indentation.
    var lines: [String] {
        ["\(location): \(title)"] + difference.map { "  " + $0 }
    }
}

extension String {
    fileprivate var lines: [String] { split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
}
