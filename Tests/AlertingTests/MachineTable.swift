import Alerting
import PromQL
import Testing

/// Runs a state machine over a row of readings at equal steps, and writes down what happened as text.
struct MachineTable {
    let machine: AlertMachine
    private(set) var alert: Alert
    private(set) var now = Timestamp(milliseconds: 1_000_000)
    let step: Duration

    init(
        _ condition: AlertRule.Condition, noData: AlertRule.NoDataPolicy = .keep, flapping: FlappingPolicy? = nil,
        step: Duration = .seconds(10)
    ) {
        machine = AlertMachine(condition: condition, noData: noData, flapping: flapping, interval: step)
        let labels: Labels = ["alertname": "Test"]
        alert = Alert(id: AlertID(labels: labels), rule: "Test", labels: labels, runbook: nil, at: now)
        self.step = step
    }

    /// `0.5` is a value, `-` absent, `?` unknown, `!` a failure, `nan` not a number.
    static func reading(_ word: Substring) -> AlertMachine.Reading {
        switch word {
        case "-": .absent(reason: "gone")
        case "?": .unknown(reason: "probe failed")
        case "!": .failed(message: "broken")
        default: .value(Double(word) ?? .nan)
        }
    }

    /// - Returns: for each reading the events it caused, such as `fired(warning)`, or `.` for none.
    mutating func run(_ readings: String) -> String {
        readings.split(separator: " ").map { word in
            let events = machine.observe(Self.reading(word), at: now, of: &alert)
            now = now + step
            let texts = events.map { event in
                event.kind.rawValue + (event.level.map { "(\($0))" } ?? "")
            }
            return texts.isEmpty ? "." : texts.joined(separator: "+")
        }.joined(separator: " ")
    }

    mutating func replace(_ new: Alert) {
        alert = new
    }

    static func level(
        _ level: Severity, _ raise: String, _ clear: String, _ raiseFor: Int = 0, _ clearFor: Int = 0
    ) throws -> LevelRule {
        LevelRule(
            level: level, raise: try Threshold(raise), clear: try Threshold(clear), raiseFor: .seconds(raiseFor),
            clearFor: .seconds(clearFor))
    }

    /// The design's pool rule with times that suit steps of ten seconds.
    static func pool() throws -> AlertRule.Condition {
        .levels([
            try level(.warning, "> 0.80", "< 0.70", 20, 20), try level(.critical, "> 0.95", "< 0.90", 10, 10),
        ])
    }
}
