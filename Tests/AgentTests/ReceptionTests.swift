import Alerting
import History
import Logging
import PromQL
import Synchronization
import Testing

@testable import Agent

/// How the engine's shell takes over alerts that others send.
@Suite struct ReceptionTests {
    private let clock = AgentClock()

    private func engine(groupBy: Route.GroupBy, inhibits: [InhibitRule] = []) -> EngineService {
        let route = Route(id: "{}", receiver: "ops", groupBy: groupBy, groupWait: .zero)
        let destination = Destination(receiver: "ops", channel: "webhook", index: 0)
        let configuration = Engine.Configuration(
            groups: [], route: route, policies: [DestinationPolicy(destination: destination)], probes: [],
            inhibitRules: inhibits)
        return EngineService(
            engine: Engine(configuration, startedAt: clock.now), history: MemoryHistory(), clock: clock,
            logger: Logger(label: "test", factory: { _ in Handler() }))
    }

    /// Wants what is of level info, and drops it.
    private struct Handler: LogHandler {
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) {}
    }

    private func alerts(_ count: Int) -> [ReceivedAlert] {
        (0..<count).map { number in
            ReceivedAlert(
                labels: ["alertname": "Storm", "n": "\(number)"], startsAt: clock.now,
                endsAt: clock.now + .seconds(3_600))
        }
    }

    /// Runs the engine, hands over the alerts, and gives what is to be sent first.
    private func firstMessages(
        _ count: Int, of engine: EngineService, after alerts: [ReceivedAlert]
    ) async throws
        -> [OutboxRow]
    {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            try await engine.receive(alerts)
            var rows: [OutboxRow] = []
            for await row in engine.outgoing {
                rows.append(row)
                if rows.count == count { break }
            }
            group.cancelAll()
            return rows
        }
    }

    @Test("what is sent together and grouped together is told together, however much it is", .timeLimit(.minutes(1)))
    func together() async throws {
        let rows = try await firstMessages(
            1, of: engine(groupBy: .labels(["alertname"])), after: alerts(350))
        #expect(rows.first?.notification.alerts.count == 350)
    }

    @Test("where each alert is a group of its own, each is told once", .timeLimit(.minutes(1)))
    func apart() async throws {
        let rows = try await firstMessages(150, of: engine(groupBy: .all), after: alerts(150))
        #expect(Set(rows.flatMap { $0.notification.alerts.map(\.id) }).count == 150)
    }

    @Test("they are taken in parts only where no message tells of several and none holds another back")
    func parts() throws {
        func mayBe(_ route: Route, _ inhibits: [InhibitRule] = []) -> Bool {
            Engine(
                Engine.Configuration(groups: [], route: route, policies: [], probes: [], inhibitRules: inhibits),
                startedAt: clock.now
            ).mayReceiveInParts
        }
        let grouped = Route(id: "{}/{}", receiver: "ops", groupBy: .labels(["alertname"]))
        #expect(mayBe(Route(id: "{}", receiver: "ops", groupBy: .all)))
        #expect(!mayBe(grouped))
        #expect(!mayBe(Route(id: "{}", receiver: "ops", groupBy: .all, routes: [grouped])))
        let rule = InhibitRule(sources: [], targets: [])
        #expect(!mayBe(Route(id: "{}", receiver: "ops", groupBy: .all), [rule]))
    }

    @Test("no more are taken than fit in memory, and the answer says how many there are")
    func most() async throws {
        let one = alerts(1)[0]
        let many = Array(repeating: one, count: EngineService.mostReceived + 1)
        await #expect(throws: ReceptionProblem.self) { try await engine(groupBy: .all).receive(many) }
    }

    @Test(
        "while the log's reader does not keep up its lines are counted and left out, and alerts are told all the same")
    func unlogged() async throws {
        let engine = engine(groupBy: .all)
        engine.unlogged.add(50_000, ordering: .relaxed)
        let rows = try await firstMessages(1, of: engine, after: alerts(1))
        #expect(rows.count == 1)
        #expect(await engine.counters.unlogged > 0)
    }
}
