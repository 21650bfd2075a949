extension RuleTestReport {
    /// As promtool prints it: `SUCCESS`, or what failed with what was expected and what came.
    package var text: String {
        var lines = ["Unit Testing:  \(path)"]
        let skipped = groups.reduce(0) { $0 + $1.skipped }
        if passes {
            let passed = groups.reduce(0) { $0 + $1.passed }
            lines.append("  SUCCESS (\(passed) expectations met\(skipped > 0 ? ", \(skippedText(skipped))" : ""))")
        } else {
            lines.append("  FAILED:")
            for problem in problems { lines += problem.split(separator: "\n").map { "    \($0)" } }
            for group in groups {
                for failure in group.failures {
                    lines.append("    \(failure.location): \(group.name)")
                    lines += failure.lines.map { "      \($0)" }
                }
            }
            if skipped > 0 { lines.append("    \(skippedText(skipped))") }
        }
        return lines.joined(separator: "\n")
    }

    private func skippedText(_ count: Int) -> String { "\(count) skipped: native histograms" }

    /// As JUnit's XML, one test case for each entry of `tests`.
    package static func junit(_ reports: [RuleTestReport]) -> String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
        for report in reports {
            let failures = report.groups.count { !$0.failures.isEmpty }
            let count = max(report.groups.count, report.problems.isEmpty ? 0 : 1)
            lines.append(
                "  <testsuite name=\"\(report.path.xml)\" tests=\"\(count)\" failures=\"\(failures)\" "
                    + "errors=\"\(report.problems.isEmpty ? 0 : 1)\">")
            if !report.problems.isEmpty {
                lines.append("    <testcase name=\"read\" classname=\"\(report.path.xml)\">")
                lines.append("      <error>\(report.problems.joined(separator: "\n").xml)</error>")
                lines.append("    </testcase>")
            }
            for group in report.groups {
                lines.append("    <testcase name=\"\(group.name.xml)\" classname=\"\(report.path.xml)\">")
                for failure in group.failures {
                    lines.append(
                        "      <failure message=\"\(failure.subject.xml)\">"
                            + "\(failure.lines.joined(separator: "\n").xml)</failure>")
                }
                lines.append("    </testcase>")
            }
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>", ""]).joined(separator: "\n")
    }
}

extension RuleTestReport.Failure {
    /// What was looked at, and the difference: a line that is on one side only is marked.
    fileprivate var lines: [String] {
        if let reason { return [subject] + reason.split(separator: "\n").map { "err: \($0)" } }
        func marked(_ side: [String], against other: [String], _ sign: String) -> [String] {
            if side.isEmpty { return ["  (none)"] }
            var rest = other
            return side.map { line in
                guard let place = rest.firstIndex(of: line) else { return "\(sign) \(line)" }
                rest.remove(at: place)
                return "  \(line)"
            }
        }
        return [subject, "exp:"] + marked(expected, against: got, "-") + ["got:"]
            + marked(got, against: expected, "+")
    }
}

extension String {
    /// Safe inside XML: markup escaped, and what XML can't hold left out.
    fileprivate var xml: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "\n": text += "&#10;"
            case "\t": text += "\t"
            case _:
                if scalar.value >= 0x20, scalar.value != 0xfffe, scalar.value != 0xffff {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }
}
