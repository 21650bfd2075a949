import Alerting
import PromQL
package import Settings

/// Runs the tests of one file on the engine itself, with a clock of its own.
///
/// As promtool does, all groups are evaluated at every `evaluation_interval` from the start to the last `eval_time`,
/// in the order of the files or of `group_eval_order`, whatever their own intervals.
package struct RuleTestRunner {
    private let file: RuleTestFile
    private let groups: [RuleGroup]

    /// Reads a test file and its rule files, and runs all its tests.
    package static func run(path: String, files: FileReader = .real) -> RuleTestReport {
        let file = RuleTestFile.load(path: path, files: files)
        var report = RuleTestReport(path: path)
        let errors = file.problems.filter { $0.severity == .error }
        report.problems = errors.map(\.description)
        let (groups, problems) = LoadedConfiguration.checkRules(
            files: file.ruleFiles, defaultInterval: file.evaluationInterval, reader: files)
        report.problems += problems.filter { $0.severity == .error }.map(\.description)
        guard report.problems.isEmpty else { return report }
        let runner = RuleTestRunner(file: file, groups: groups)
        report.groups = file.groups.indices.map { runner.run($0) }
        return report
    }

    init(file: RuleTestFile, groups: [RuleGroup]) {
        self.file = file
        let order = Dictionary(
            file.groupOrder.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        self.groups = groups.enumerated().sorted { one, other in
            (order[one.element.name] ?? 0, one.offset) < (order[other.element.name] ?? 0, other.offset)
        }.map { _, group in
            RuleGroup(
                name: group.name, file: group.file, interval: file.evaluationInterval, rules: group.rules,
                limit: group.limit)
        }
    }

    private func run(_ index: Int) -> RuleTestReport.Group {
        let test = file.groups[index]
        var group = RuleTestReport.Group(
            name: test.name.isEmpty ? "tests[\(index)]" : test.name, location: test.location)
        group.skipped = test.skipped
        var life = SimulatedLife(test, groups: groups, interval: file.evaluationInterval)
        var time = Duration.zero
        while time <= test.lastTime {
            life.advance(to: time)
            let errors = life.errors
            guard errors.isEmpty else {
                group.failures += errors.map {
                    .init($0.location, "rule: \($0.rule), time: \(time.promQL)", reason: $0.message)
                }
                return group
            }
            // What is asked for between two evaluations is what the earlier one gave.
            let asked = time..<(time + file.evaluationInterval)
            for one in test.alerts where asked.contains(one.at) { judge(one, life, &group) }
            for one in test.states where asked.contains(one.at) { judge(one, life, &group) }
            time += file.evaluationInterval
        }
        life.finish(at: test.lastTime)
        for one in test.notifications { judge(one, life, &group) }
        for one in test.expressions { judge(one, life, start: test.start, &group) }
        return group
    }

    private func compare(
        _ location: SourceLocation, _ subject: String, expected: [String], got: [String],
        into group: inout RuleTestReport.Group
    ) {
        if expected == got {
            group.passed += 1
        } else {
            group.failures.append(.init(location, subject, expected: expected, got: got))
        }
    }

    // MARK: promtool's tests

    private func judge(_ test: RuleTestFile.AlertTest, _ life: SimulatedLife, _ group: inout RuleTestReport.Group) {
        let expected = test.alerts.map { alert in
            Self.text(alert.labels.setting("alertname", test.alertname), alert.annotations)
        }
        let got = life.alerts(named: test.alertname).filter(\.isOn).map { Self.text($0.routedLabels, $0.annotations) }
        compare(
            test.location, "alertname: \(test.alertname), time: \(test.at.promQL)", expected: expected.sorted(),
            got: got.sorted(), into: &group)
    }

    private static func text(_ labels: Labels, _ annotations: [String: String]) -> String {
        "Labels:\(labels.bracedText) Annotations:\(Labels(annotations).bracedText)"
    }

    private func judge(
        _ test: RuleTestFile.ExpressionTest, _ life: SimulatedLife, start: Timestamp,
        _ group: inout RuleTestReport.Group
    ) {
        let subject = "expr: \(test.expression), time: \(test.at.promQL)"
        var got: [(labels: Labels, value: Double)]
        do {
            switch try life.evaluate(test.expression, at: start + test.at) {
            case .vector(let elements): got = elements.map { ($0.labels, $0.value) }
            case .scalar(let value): got = [(Labels(), value)]
            case .matrix, .string:
                group.failures.append(
                    .init(test.location, subject, reason: "the result is neither an instant vector nor a scalar"))
                return
            }
        } catch {
            group.failures.append(.init(test.location, subject, reason: "\(error)"))
            return
        }
        got.sort { $0.labels < $1.labels }
        let expected = test.samples.sorted { $0.labels < $1.labels }
        let isEqual =
            got.count == expected.count
            && zip(got, expected).allSatisfy { $0.labels == $1.labels && isSame($0.value, $1.value) }
        if isEqual {
            group.passed += 1
        } else {
            group.failures.append(
                .init(
                    test.location, subject, expected: expected.map { "\($0.labels.bracedText) \($0.value.plain)" },
                    got: got.map { "\($0.labels.bracedText) \($0.value.plain)" }))
        }
    }

    private func isSame(_ one: Double, _ other: Double) -> Bool {
        if one == other || (one.isNaN && other.isNaN) { return true }
        return file.isFuzzy && (one.nextUp == other || one.nextDown == other)
    }

    // MARK: Tocsin's tests

    private func judge(_ test: RuleTestFile.StateTest, _ life: SimulatedLife, _ group: inout RuleTestReport.Group) {
        var present = life.alerts(named: test.alertname).filter { alert in
            // What is simply well, and what is over, is there only if it is asked for.
            switch alert.phase {
            case .pending, .firing, .recovering: true
            case .inactive, .resolved: test.alerts.contains { $0.state == alert.phase && $0.meets(alert) }
            }
        }
        let got = present.map(\.stateText).sorted()
        var isMet = true
        for expected in test.alerts {
            if let place = present.firstIndex(where: { expected.meets($0) }) {
                present.remove(at: place)
            } else {
                isMet = false
            }
        }
        if isMet && present.isEmpty {
            group.passed += 1
        } else {
            group.failures.append(
                .init(
                    test.location, "alertname: \(test.alertname), time: \(test.at.promQL)",
                    expected: test.alerts.map(\.text).sorted(), got: got))
        }
    }

    private func judge(
        _ test: RuleTestFile.NotificationTest, _ life: SimulatedLife, _ group: inout RuleTestReport.Group
    ) {
        let sent = life.sent.filter { $0.at <= test.at }
        let isMet =
            sent.count == test.notifications.count && zip(test.notifications, sent).allSatisfy { $0.meets($1) }
        if isMet {
            group.passed += 1
        } else {
            group.failures.append(
                .init(
                    test.location, "notifications up to \(test.at.promQL)",
                    expected: test.notifications.map(\.text), got: sent.map(\.text)))
        }
    }
}

extension RuleTestFile.Group {
    /// The last time that any of its tests asks for.
    fileprivate var lastTime: Duration {
        (alerts.map(\.at) + expressions.map(\.at) + states.map(\.at) + notifications.map(\.at)).max() ?? .zero
    }
}
