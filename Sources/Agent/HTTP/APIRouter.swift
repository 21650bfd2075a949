import Alerting
import Foundation
import HTTPTypes
package import History
package import Hummingbird
import PromQL

/// The agent's HTTP interface: health, metrics, alerts and history. It only reads, but for silences, acknowledgements,
/// heartbeats, and alerts that others send.
package struct APIRouter: Sendable {
    private let engine: EngineService
    private let history: any HistoryStore
    private let clock: AgentClock
    private let version: String
    private let runner: QueryRunner
    private let runbooks: RunbookDirectory
    private let mutations: MutationGuard
    private let externalURL: String
    private let requestTimeout: Duration

    /// - Parameters:
    ///   - mutations: who may change something.
    ///   - requestTimeout: how long a body may take to arrive.
    ///   - externalURL: where people reach the agent; empty where the settings don't say.
    package init(
        engine: EngineService, history: any HistoryStore, clock: AgentClock, version: String,
        mutations: MutationGuard, externalURL: String = "", runbooks: RunbookDirectory,
        requestTimeout: Duration = .seconds(60)
    ) {
        self.requestTimeout = requestTimeout
        self.mutations = mutations
        self.externalURL = externalURL
        self.engine = engine
        self.history = history
        self.clock = clock
        self.version = version
        runner = QueryRunner(engine: engine)
        self.runbooks = runbooks
    }

    /// All routes. `/api/v1` answers as Prometheus does where Prometheus has the route.
    package func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: ReadGuard(mutations: mutations))
        router.get("/-/healthy") { _, _ in await self.healthy() }
        router.get("/-/ready") { _, _ in await self.ready() }
        router.get("/api/v1/health") { _, _ in await self.health() }
        router.get("/metrics") { _, _ in await self.metrics() }
        router.get("/api/v1/alerts") { _, _ in await self.prometheusAlerts() }
        router.get("/api/tocsin/v1/alerts") { _, _ in await self.alerts() }
        for path in ["/api/v1/history", "/api/tocsin/v1/history"] {
            router.get(RouterPath(path)) { request, _ in await self.events(request) }
        }
        for path in ["/api/v1/notifications", "/api/tocsin/v1/notifications"] {
            router.get(RouterPath(path)) { request, _ in await self.ledger(request) }
        }
        QueryAPI(engine: engine, runner: runner, version: version).add(to: router)
        RunbookPages(runbooks: runbooks).add(to: router)
        HeartbeatAPI(engine: engine, mutations: mutations).add(to: router)
        ActionPages(engine: engine, mutations: mutations, requestTimeout: requestTimeout).add(to: router)
        AcknowledgementAPI(engine: engine, mutations: mutations, requestTimeout: requestTimeout).add(to: router)
        AlertmanagerAPI(
            engine: engine, mutations: mutations, version: version, startedAt: clock.now, externalURL: externalURL,
            requestTimeout: requestTimeout
        ).add(to: router)
        router.get("/") { _, _ in self.welcome() }
        return router
    }

    // MARK: Health

    /// Well while every loop turns; one that did not show itself in its time, and 30 s more, is not.
    private func healthy() async -> Response {
        let pause = clock.now - (await engine.status()).lastStep
        if pause > .seconds(30) {
            return plain("the engine's loop has stood still for \(pause.promQL)\n", status: .serviceUnavailable)
        }
        let stuck = engine.monitor.stuck(at: clock.now)
        if !stuck.isEmpty {
            return plain(
                "loops stand still: \(stuck.map { Evidence.cell($0) }.joined(separator: ", "))\n",
                status: .serviceUnavailable)
        }
        return plain("Tocsin is healthy.\n")
    }

    /// Ready once every probe has had its first round, so that what it answers is about the present.
    private func ready() async -> Response {
        let status = await engine.status()
        if !status.probesAnswered {
            return plain("waiting for the first round of the probes\n", status: .serviceUnavailable)
        }
        return plain("Tocsin is ready.\n")
    }

    /// For load balancers the status code: 503 where something does not work, 200 where it does or nearly does.
    private func health() async -> Response {
        let report = await engine.health()
        return JSONAnswer.make(report, status: report.status == .unhealthy ? .serviceUnavailable : .ok)
    }

    private func metrics() async -> Response {
        let status = await engine.status()
        let text = MetricsText.render(
            samples: await engine.latestSamples(), alerts: await engine.alerts, status: status, version: version,
            now: clock.now)
        return JSONAnswer.text(Data(text.utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    }

    // MARK: Alerts

    private struct PrometheusAlerts: Encodable {
        let alerts: [PrometheusAlert]
    }

    private func prometheusAlerts() async -> Response {
        let listed = await engine.alerts.filter { $0.phase == .pending || $0.isOn }.map(PrometheusAlert.init)
        return JSONAnswer.make(Success(data: PrometheusAlerts(alerts: listed)))
    }

    private func alerts() async -> Response {
        let now = await engine.now
        let acknowledged = Dictionary(
            await engine.acknowledgements().map { ($0.0.alert, AcknowledgementView($0.0, of: $0.1, at: now)) },
            uniquingKeysWith: { _, last in last })
        let listed = await engine.alerts.filter { $0.phase == .pending || $0.isOn }
            .map { AlertView($0, acknowledgement: acknowledged[$0.id]) }
        return JSONAnswer.make(Success(data: ["alerts": listed]))
    }

    // MARK: History

    private struct Page<Row: Encodable>: Encodable {
        let rows: [Row]
        let next: String?
        let unreadable: Int
    }

    private func events(_ request: Request) async -> Response {
        do {
            let page = try await history.events(try QueryReader.events(parameters(of: request)))
            return JSONAnswer.make(
                Success(
                    data: Page(rows: page.events.map(EventView.init), next: page.next, unreadable: page.unreadable)))
        } catch {
            return failure(error)
        }
    }

    private func ledger(_ request: Request) async -> Response {
        do {
            let page = try await history.ledger(try QueryReader.ledger(parameters(of: request)))
            return JSONAnswer.make(
                Success(
                    data: Page(rows: page.entries.map(LedgerView.init), next: page.next, unreadable: page.unreadable)))
        } catch {
            return failure(error)
        }
    }

    private func failure(_ error: any Error) -> Response {
        switch error {
        case let problem as QueryReader.Problem: return JSONAnswer.failure(problem.description)
        case HistoryError.badCursor(let text): return JSONAnswer.failure("\(HistoryError.badCursor(text))")
        default:
            return JSONAnswer.failure("\(error)", type: "internal", status: .serviceUnavailable)
        }
    }

    private func parameters(of request: Request) -> [(name: String, value: String)] {
        request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
    }

    // MARK: Pages

    private func welcome() -> Response {
        plain(
            """
            Tocsin \(version)

              /api/v1/alerts                what is wrong now (as Prometheus answers)
              /api/v1/rules                 the rules, and the evidence that they work
              /api/v1/query, query_range    PromQL on the samples at hand; Grafana's Prometheus data source works
              /api/tocsin/v1/alerts         the same with levels, thresholds, values and peaks
              /api/tocsin/v1/acknowledgements
                                            who looks after which alerts; POST and DELETE change it
              /api/v1/history               what happened: from, to, alert, rule, level, kind, label, limit, cursor, order
              /api/v1/notifications         what was told to whom, and why or why not
              /api/v2/alerts, silences      as Alertmanager answers; `amtool` works, and Prometheus may send alerts
              /api/v1/heartbeats            what must report here that it lives, and when it did
              /runbooks, /runbooks/NAME     what to do
              /metrics                      the agent's own and the sampled metrics
              /api/v1/health                whether what is watched is well: healthy, degraded or unhealthy
              /-/healthy, /-/ready          whether Tocsin itself is

            """)
    }

    private func plain(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        JSONAnswer.text(Data(text.utf8), type: "text/plain; charset=utf-8", status: status)
    }
}
