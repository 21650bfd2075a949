import Alerting
import PromQL
import Settings

/// Runs one entry of `tests` with the agent's engine on a clock of its own: probes bring the series, rules wake as they
/// do in the agent, messages are taken the moment they are made, and restarts go through the stored form.
struct EngineRun {
    private let test: RuleTestGroup
    private let checks: EngineChecks
    private let configuration: Engine.Configuration
    private let end: Timestamp
    private var engine: Engine
    private var store = TestStore()
    private var probes: [TestProbe]
    private var restarts: ArraySlice<RuleTestGroup.Restart>
    private var silences: ArraySlice<RuleTestGroup.Planned>
    private var acknowledgements: ArraySlice<RuleTestGroup.Planned>
    /// The samples that the agent keeps for its next start.
    private var recording: [RecordedRound] = []
    /// When the process starts again; nil while it runs.
    private var startsAgain: Timestamp?
    private var messages: [(at: Timestamp, message: Notification)] = []
    private var result: RuleTestReport.Group

    /// How often groups may wake one another at one time; then the agent's pause between two wakes goes by.
    private static let mostPasses = 4
    private static let pause = Duration.milliseconds(20)

    init(_ test: RuleTestGroup, of file: RuleTestFile, groups: [RuleGroup]) {
        self.test = test
        end = test.start + test.end
        probes = TestProbe.all(of: test)
        restarts = test.restarts[...]
        silences = test.silences[...]
        acknowledgements = test.acknowledgements[...]
        checks = EngineChecks(test, of: file, groups: groups)
        result = RuleTestReport.Group(test)
        configuration = Engine.Configuration(
            groups: groups, route: file.route,
            policies: file.route.receivers.sorted().map {
                DestinationPolicy(destination: Destination(receiver: $0, channel: "test", index: 0))
            },
            probes: probes.map { (id: $0.id, targetLabels: $0.targetLabels) }, externalLabels: test.externalLabels,
            externalURL: test.externalURL, queryWindow: test.end + .seconds(3600),
            evaluationInterval: file.evaluationInterval, inhibitRules: file.inhibitRules, intervals: file.intervals)
        engine = Engine(configuration, startedAt: test.start)
        engine.keepRounds()
    }

    mutating func run() -> RuleTestReport.Group {
        if let excess {
            result.failures.append(excess)
            return result
        }
        var times = Set(checks.times.map { test.start + $0 }).sorted()[...]
        var now = test.start
        var soonest = test.start
        while true {
            // What is overdue is due now, and never twice at one time.
            let due = startsAgain == nil ? engine.nextDue.map { max($0, soonest) } : startsAgain
            let next = [
                probes.compactMap(\.nextRound).min(), due, restarts.first.map { test.start + $0.at }, times.first,
                startsAgain == nil ? silences.first.map { test.start + $0.at } : nil,
                startsAgain == nil ? acknowledgements.first.map { test.start + $0.at } : nil,
            ]
            guard let moment = next.compactMap({ $0 }).min(), moment <= end else { break }
            now = max(now, moment)
            restart(at: now)
            bringRounds(at: now)
            if startsAgain == nil {
                silence(at: now)
                advance(at: now)
                acknowledge(at: now)
            }
            soonest = now + Self.pause
            if times.first == now {
                times.removeFirst()
                checks.run(at: now, engine: engine, into: &result)
            }
        }
        checks.compare(messages, into: &result)
        return result
    }

    private mutating func restart(at now: Timestamp) {
        while let next = restarts.first, test.start + next.at <= now {
            restarts.removeFirst()
            startsAgain = test.start + next.at + next.down
        }
        guard let time = startsAgain, time <= now else { return }
        startsAgain = nil
        do {
            engine = Engine(configuration, state: try store.readAgain(), lastRow: store.lastRow, startedAt: now)
            engine.restore(recording)
            engine.keepRounds()
        } catch {
            result.failures.append(
                RuleTestReport.Failure(
                    location: test.location, title: "the restart at \((now - test.start).promQL)",
                    difference: ["the stored state can't be read again: \(error)"]))
        }
    }

    /// The silences that are due; while nothing runs nobody can ask for one.
    private mutating func silence(at now: Timestamp) {
        while let next = silences.first, test.start + next.at <= now {
            silences.removeFirst()
            let draft = SilenceDraft(
                matchers: next.matchers, startsAt: now, endsAt: now + next.length, createdBy: "the test",
                comment: "planned")
            do {
                let number = test.silences.count - silences.count
                _ = try engine.setSilence(draft, newID: "silence-\(number)", at: now)
            } catch {
                result.failures.append(
                    RuleTestReport.Failure(
                        location: next.location, title: "the silence at \(next.at.promQL)", difference: ["\(error)"]))
            }
        }
    }

    /// The acknowledgements that are due: of what fires once all is known that came at this time.
    private mutating func acknowledge(at now: Timestamp) {
        guard let first = acknowledgements.first, test.start + first.at <= now else { return }
        while let next = acknowledgements.first, test.start + next.at <= now {
            acknowledgements.removeFirst()
            let draft = AcknowledgementDraft(
                selection: AlertSelection(matchers: next.matchers), endsAt: now + next.length, createdBy: "the test",
                comment: "looked after")
            do {
                _ = try engine.acknowledge(draft, at: now)
            } catch {
                result.failures.append(
                    RuleTestReport.Failure(
                        location: next.location, title: "the acknowledgement at \(next.at.promQL)",
                        difference: ["\(error)"]))
            }
        }
        advance(at: now)
    }

    /// The rounds that are due; while nothing runs they are lost.
    private mutating func bringRounds(at now: Timestamp) {
        for index in probes.indices {
            while let batch = probes[index].round(at: now) {
                if startsAgain == nil { engine.ingest(batch, at: now) }
            }
        }
    }

    private mutating func advance(at now: Timestamp) {
        for _ in 0..<Self.mostPasses {
            let rows = engine.advance(to: now, sending: .max)
            store.apply(engine.takeRecords())
            for row in rows {
                messages.append((now, row.notification))
                engine.settle(row.id, .delivered(answer: "ok"), latency: .zero, at: now)
            }
            store.apply(engine.takeRecords())
            if !restarts.isEmpty { recording += engine.takeRounds() }
            guard let due = engine.nextDue, due <= now else { return }
        }
    }

    /// Why the test would take too long; nil where it would not.
    private var excess: RuleTestReport.Failure? {
        let intervals = configuration.groups.map(\.interval.milliseconds) + [test.interval.milliseconds]
        let rules = configuration.groups.reduce(1) { $0 + $1.rules.count }
        let rounds = test.end.milliseconds / max(1, intervals.min() ?? 1) + 1
        let (total, overflows) = rounds.multipliedReportingOverflow(by: Int64(rules))
        guard overflows || total > RuleTestRunner.mostEvaluations else { return nil }
        return RuleTestReport.Failure(
            location: test.location, title: "the test is too long",
            difference: [
                "\(rules) rules until \(test.end.promQL) are more than \(RuleTestRunner.mostEvaluations) evaluations"
            ])
    }
}

extension Engine {
    /// The earliest time at which rules or messages are due; nil where nothing is.
    fileprivate var nextDue: Timestamp? { [rules.nextDue, planner.nextDue].compactMap { $0 }.min() }
}

extension Route {
    /// The receivers that it and the routes below it name.
    fileprivate var receivers: Set<String> {
        let own = [receiver] + (fallback.map { [$0] } ?? []) + escalation.map(\.receiver)
        return routes.reduce(into: Set(own)) { $0.formUnion($1.receivers) }
    }
}
