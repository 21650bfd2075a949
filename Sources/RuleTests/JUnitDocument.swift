import Settings

/// Reports in JUnit's XML, as build servers read it: a suite for each file, a case for each entry of `tests`.
package struct JUnitDocument: Sendable {
    package let text: String

    package init(_ reports: [RuleTestReport]) {
        var lines = [#"<?xml version="1.0" encoding="UTF-8"?>"#]
        let suites = reports.map(Suite.init)
        let tests = suites.reduce(0) { $0 + $1.tests }
        let failures = suites.reduce(0) { $0 + $1.failures }
        let errors = suites.reduce(0) { $0 + $1.errors }
        lines.append(#"<testsuites tests="\#(tests)" failures="\#(failures)" errors="\#(errors)">"#)
        lines += suites.flatMap(\.lines)
        lines.append("</testsuites>")
        text = lines.joined(separator: "\n") + "\n"
    }

    private struct Suite {
        var tests = 0
        var failures = 0
        var errors = 0
        var lines: [String] = []

        init(_ report: RuleTestReport) {
            let name = report.path.escapedForXML
            var cases: [String] = []
            if report.verdict == .unreadable {
                tests = 1
                errors = 1
                let problems = report.problems.map(\.description).joined(separator: "\n").escapedForXML
                cases.append(#"    <testcase classname="\#(name)" name="the file can be read">"#)
                cases.append(#"      <error message="the file can't be read">\#(problems)</error>"#)
                cases.append("    </testcase>")
            } else {
                tests = report.groups.count
                failures = report.groups.count { !$0.failures.isEmpty }
                cases = report.groups.flatMap { Self.lines(of: $0, suite: name) }
            }
            let skipped = report.groups.count(where: \.isSkipped)
            lines =
                [
                    #"  <testsuite name="\#(name)" tests="\#(tests)" failures="\#(failures)" errors="\#(errors)""#
                        + #" skipped="\#(skipped)">"#
                ] + cases + ["  </testsuite>"]
        }

        private static func lines(of group: RuleTestReport.Group, suite: String) -> [String] {
            var inner: [String] = []
            for failure in group.failures {
                let text = failure.lines.joined(separator: "\n").escapedForXML
                inner.append(#"      <failure message="\#(failure.title.escapedForXML)">\#(text)</failure>"#)
            }
            if group.isSkipped {
                inner.append(#"      <skipped message="\#((group.skips.first ?? "").escapedForXML)"/>"#)
            }
            let head = #"    <testcase classname="\#(suite)" name="\#(group.name.escapedForXML)""#
            return inner.isEmpty ? [head + "/>"] : [head + ">"] + inner + ["    </testcase>"]
        }
    }
}

extension RuleTestReport.Group {
    /// Whether nothing of it could be checked.
    fileprivate var isSkipped: Bool { failures.isEmpty && passed == 0 && !skips.isEmpty }
}

extension String {
    /// As it may stand in an element or attribute; characters that XML has not are left out.
    fileprivate var escapedForXML: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "\t", "\n", "\r": text.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
