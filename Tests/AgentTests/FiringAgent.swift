import Alerting
import History
import Hummingbird
import HummingbirdTesting
import Logging
import PromQL
import Runbooks

@testable import Agent

/// An agent's engine and its HTTP interface, with one alert, `High`, that fires for the pool `web`.
enum FiringAgent {
    static func run(
        _ guardian: MutationGuard, _ body: @Sendable (any TestClientProtocol, EngineService) async throws -> Void
    ) async throws {
        let clock = AgentClock()
        let rule = AlertRule(
            name: "High", location: SourceLocation(file: "test.yml", line: 1, column: 1),
            expression: try Expression("pool_used > 1"),
            condition: .presence(holdFor: .zero, keepFiringFor: .zero))
        let configuration = Engine.Configuration(
            groups: [RuleGroup(name: "pool", file: "test.yml", interval: .seconds(1), rules: [.alert(rule)])],
            route: Route(id: "{}", receiver: "ops"), policies: [], probes: [("pool:web", ["pool": "web"])])
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let history = MemoryHistory()
        let engine = EngineService(
            engine: Engine(configuration, startedAt: clock.now), history: history, clock: clock, logger: logger)
        let api = APIRouter(
            engine: engine, history: history, clock: clock, version: "test", mutations: guardian,
            runbooks: RunbookDirectory(RunbookShelf([])))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            let now = clock.now
            await engine.ingest(
                ProbeBatch(
                    probe: "pool:web", targetLabels: ["pool": "web"], at: now, duration: .zero, outcome: .success,
                    samples: [Sample(labels: [Labels.metricName: "pool_used", "pool": "web"], value: 2, at: now)]))
            while await !engine.alerts.contains(where: \.isOn) { try await Task.sleep(for: .milliseconds(20)) }
            try await Application(router: api.router(), logger: logger).test(.router) { client in
                try await body(client, engine)
            }
            group.cancelAll()
        }
    }
}
