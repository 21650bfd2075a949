import Alerting
import HTTPTypes
import Hummingbird
import PromQL

/// Where others report that they live.
struct HeartbeatAPI: Sendable {
    let engine: EngineService
    let mutations: MutationGuard

    /// A heartbeat as the API shows it.
    private struct View: Encodable {
        let name: String
        let state: String
        let severity: String
        /// Seconds.
        let timeout: Double
        let lastAt: String?
        let dueAt: String

        init(_ standing: HeartbeatStanding) {
            name = standing.heartbeat.name
            state = standing.state.rawValue
            severity = standing.heartbeat.severity.rawValue
            timeout = Double(standing.heartbeat.timeout.milliseconds) / 1_000
            lastAt = standing.lastAt?.description
            dueAt = standing.dueAt.description
        }
    }

    func add(to router: Router<BasicRequestContext>) {
        for root in ["/api/v1", "/api/tocsin/v1"] {
            router.get(RouterPath("\(root)/heartbeats")) { _, _ in
                JSONAnswer.make(Success(data: await self.engine.heartbeats().map(View.init)))
            }
            router.post(RouterPath("\(root)/heartbeat/:name")) { request, context in
                await self.beat(context.parameters.get("name") ?? "", request)
            }
        }
    }

    private func beat(_ name: String, _ request: Request) async -> Response {
        if let refusal = mutations.refusal(of: request) {
            return JSONAnswer.failure(refusal.message, type: "unauthorized", status: refusal.status)
        }
        do throws(HeartbeatProblem) {
            try await engine.beat(name)
            return JSONAnswer.make(Success(data: [String: String]()))
        } catch {
            switch error {
            case .unknown: return JSONAnswer.failure("\(error)", type: "not_found", status: .notFound)
            case .notStored: return JSONAnswer.failure("\(error)", type: "internal", status: .serviceUnavailable)
            }
        }
    }
}
