import Alerting
import PromQL
import Settings

/// A message about one alert that a simulated agent sent.
struct SentChange {
    /// Since the test's start.
    let at: Duration
    let alert: NotifiedAlert

    var text: String {
        "\(at.promQL) \(alert.rule) \(alert.change.rawValue)\(alert.level.map { " \($0)" } ?? "") "
            + alert.labels.dropping(["alertname"]).bracedText
    }
}

/// The engine through one test: fed with the test's series, on the test's clock, with a receiver that takes all.
struct SimulatedLife {
    private let test: RuleTestFile.Group
    private let configuration: Engine.Configuration
    private var engine: Engine
    /// What a store would hold.
    private var state = StoredState()
    private var lastRow: Int64 = 0
    /// The next step of the series to be fed.
    private var step = 0
    private var restarts: ArraySlice<Duration>
    private(set) var sent: [SentChange] = []

    /// Every alert is a group of its own, so that messages are about one alert each.
    private static let destination = Destination(receiver: "test", channel: "test", index: 0)

    /// - Parameter interval: the evaluation interval.
    init(_ test: RuleTestFile.Group, groups: [RuleGroup], interval: Duration) {
        self.test = test
        configuration = Engine.Configuration(
            groups: groups, route: Route(id: "{}", receiver: "test", groupBy: .all),
            policies: [DestinationPolicy(destination: Self.destination)], probes: [],
            externalLabels: test.externalLabels, externalURL: test.externalURL,
            // As long as any test: promtool forgets nothing.
            queryWindow: .seconds(4_000_000_000), evaluationInterval: interval)
        restarts = test.restarts[...]
        // The first evaluation is at the start itself.
        engine = Engine(configuration, startedAt: test.start - interval)
    }

    /// Goes on to a time since the start: feeds what has come by then, and evaluates.
    mutating func advance(to time: Duration) {
        while let restart = restarts.first, restart <= time {
            feed(to: restart)
            talk(to: restart)
            engine = Engine(configuration, state: state, lastRow: lastRow, startedAt: test.start + restart)
            restarts = restarts.dropFirst()
        }
        feed(to: time)
        talk(to: time)
        handle(engine.advance(to: test.start + time, sending: .max), at: time)
    }

    /// Sends what is due up to the end.
    mutating func finish(at time: Duration) {
        talk(to: time)
    }

    private mutating func feed(to time: Duration) {
        while test.interval * step <= time {
            let readings = test.series.compactMap { series -> (series: Labels, reading: Engine.Reading)? in
                guard step < series.readings.count, let reading = series.readings[step] else { return nil }
                return (series.labels, reading)
            }
            engine.replay(readings, at: test.start + test.interval * step)
            step += 1
        }
    }

    /// Lets the timers of messages run, each at its own time.
    private mutating func talk(to time: Duration) {
        while let due = engine.planner.nextDue, due <= test.start + time {
            handle(engine.advance(to: due, sending: .max, evaluating: false), at: due - test.start)
            // Whatever is still due at the same moment is due for another reason than a message.
            if let next = engine.planner.nextDue, next <= due { return }
        }
    }

    private mutating func handle(_ rows: [OutboxRow], at time: Duration) {
        store()
        for row in rows {
            sent += row.notification.alerts.filter { $0.change != .unchanged }.map { SentChange(at: time, alert: $0) }
            engine.settle(row.id, .delivered(answer: "test"), latency: .zero, at: test.start + time)
        }
        store()
    }

    private mutating func store() {
        let records = engine.takeRecords()
        for case .outbox(let row) in records { lastRow = max(lastRow, row.id) }
        state.apply(records)
    }

    // MARK: What tests look at

    func alerts(named name: String) -> [Alert] { engine.rules.alerts.values.filter { $0.rule == name } }

    func evaluate(_ expression: String, at time: Timestamp) throws -> Value {
        try Expression(expression).evaluate(at: time, in: engine.window, limits: engine.rules.limits)
    }

    /// The rules whose last evaluation failed.
    var errors: [(rule: String, location: SourceLocation, message: String)] {
        engine.rules.groups.indices.flatMap { index in
            zip(engine.rules.groups[index].rules, engine.rules.health(ofGroup: index)).compactMap { rule, health in
                health.last?.error.map { (rule.name, rule.location, $0) }
            }
        }
    }
}
