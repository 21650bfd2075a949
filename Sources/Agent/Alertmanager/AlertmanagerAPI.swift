import Alerting
import Foundation
import HTTPTypes
import Hummingbird
import PromQL
import Settings

/// The part of Alertmanager's HTTP API, version 2, that its clients need to send and look at alerts and to silence them
/// (https://github.com/prometheus/alertmanager, api/v2/openapi.yaml).
struct AlertmanagerAPI: Sendable {
    let engine: EngineService
    let mutations: MutationGuard
    let version: String
    let startedAt: Timestamp
    let externalURL: String
    /// How long a body may take to arrive.
    var requestTimeout = Duration.seconds(60)

    /// Larger bodies are refused.
    static let largestBody = 64 << 10
    /// The same for what carries alerts: 10,000 of them take about 5 MiB.
    static let largestAlerts = 16 << 20
    /// The version whose API this is: clients compare it with theirs.
    static let apiVersion = "0.25.0"

    /// An error with its status; the body is the message as a JSON string, as Alertmanager has it.
    struct Problem: Error {
        let status: HTTPResponse.Status
        let message: String

        static func bad(_ message: String) -> Problem { Problem(status: .badRequest, message: message) }
    }

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/v2/status") { _, _ in await self.status() }
        router.get("/api/v2/receivers") { _, _ in
            JSONAnswer.make(await self.engine.receiverNames.map { ReceiverName(name: $0) })
        }
        router.get("/api/v2/alerts") { request, _ in await Self.answer { try await self.alerts(request) } }
        router.post("/api/v2/alerts") { request, _ in await Self.answer { try await self.receive(request) } }
        router.get("/api/v2/alerts/groups") { request, _ in await Self.answer { try await self.groups(request) } }
        router.get("/api/v2/silences") { request, _ in await Self.answer { try await self.silences(request) } }
        router.post("/api/v2/silences") { request, _ in await Self.answer { try await self.setSilence(request) } }
        router.get("/api/v2/silence/:id") { _, context in
            await Self.answer { try await self.silence(context.parameters.get("id") ?? "") }
        }
        router.delete("/api/v2/silence/:id") { request, context in
            await Self.answer { try await self.expire(context.parameters.get("id") ?? "", request) }
        }
    }

    private static func answer(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch let problem as Problem {
            return JSONAnswer.make(problem.message, status: problem.status)
        } catch let problem as SilenceProblem {
            switch problem {
            case .notFound, .isOver: return JSONAnswer.make(problem.description, status: .notFound)
            case .tooMany, .wrong: return JSONAnswer.make(problem.description, status: .badRequest)
            }
        } catch let problem as ReceptionProblem {
            return JSONAnswer.make(problem.description, status: .serviceUnavailable)
        } catch {
            return JSONAnswer.make("the request can't be served", status: .internalServerError)
        }
    }

    private func status() async -> Response {
        JSONAnswer.make(
            AlertmanagerStatus(
                cluster: .init(status: "disabled", peers: []),
                versionInfo: .init(version: Self.apiVersion, revision: "tocsin-\(version)"),
                config: .init(original: RouteYAML.text(await engine.route, receivers: await engine.receiverNames)),
                uptime: startedAt.description))
    }

    // MARK: Alerts

    private func alerts(_ request: Request) async throws -> Response {
        let filter = try AlertFilter(QueryParameters([request.uri.query ?? ""]))
        let now = await engine.now
        let shown = await engine.standings().filter(filter.wants)
        return JSONAnswer.make(shown.map { GettableAlert($0, externalURL: externalURL, at: now) })
    }

    private func groups(_ request: Request) async throws -> Response {
        let filter = try AlertFilter(QueryParameters([request.uri.query ?? ""]))
        let now = await engine.now
        var groups: [GroupKey: AlertGroup] = [:]
        for standing in await engine.standings() where filter.wants(standing) {
            for route in standing.routes where filter.wants(receiver: route.receiver) {
                let labels = route.groupLabels(of: standing.alert.routedLabels)
                let key = GroupKey(receiver: route.receiver, route: route.id, labels: labels)
                groups[
                    key,
                    default: AlertGroup(
                        labels: labels.dictionary, receiver: ReceiverName(name: route.receiver), alerts: [])
                ].alerts.append(GettableAlert(standing, externalURL: externalURL, at: now))
            }
        }
        return JSONAnswer.make(groups.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Takes over what was sent. As in Alertmanager the valid ones are taken also where others are not; the answer then
    /// says what is wrong.
    private func receive(_ request: Request) async throws -> Response {
        let body = try await self.body(of: request, upTo: Self.largestAlerts)
        let posted = try PostableAlert.read(body)
        let (now, timeout) = (await engine.now, await engine.resolveTimeout)
        var (taken, problems): ([ReceivedAlert], [String]) = ([], [])
        for alert in posted {
            do throws(PostableAlert.Invalid) {
                taken.append(try alert.received(at: now, resolveTimeout: timeout))
            } catch {
                problems.append(error.description)
            }
        }
        try await engine.receive(taken, invalid: problems.count)
        guard problems.isEmpty else { throw Problem.bad(Self.joined(problems)) }
        return Response(status: .ok)
    }

    /// The first few of many problems.
    private static func joined(_ problems: [String]) -> String {
        let shown = problems.prefix(20).joined(separator: "; ")
        return problems.count > 20 ? "\(shown); and \(problems.count - 20) more" : shown
    }

    // MARK: Silences

    private func silences(_ request: Request) async throws -> Response {
        let matchers = try QueryParameters([request.uri.query ?? ""]).all("filter").flatMap(AlertFilter.matchers)
        let shown = await engine.silences().filter { silence, _ in
            // As in Alertmanager each must be one of the silence's own matchers.
            matchers.allSatisfy(silence.matchers.contains)
        }
        return JSONAnswer.make(shown.map { GettableSilence($0.silence, state: $0.state) })
    }

    private func silence(_ id: String) async throws -> Response {
        guard let found = await engine.silences().first(where: { $0.silence.id == id }) else {
            throw SilenceProblem.notFound(String(id.prefix(80)))
        }
        return JSONAnswer.make(GettableSilence(found.silence, state: found.state))
    }

    private func setSilence(_ request: Request) async throws -> Response {
        let posted: PostableSilence = try await JSONBody.read(
            request, named: "silence", guarded: mutations, within: requestTimeout)
        let id = try await engine.setSilence(try posted.draft(), newID: UUID().uuidString.lowercased())
        return JSONAnswer.make(["silenceID": id])
    }

    private func expire(_ id: String, _ request: Request) async throws -> Response {
        try checkMutation(request)
        do throws(SilenceProblem) {
            try await engine.expireSilence(id)
        } catch {
            // One that is over already is what was asked for, as in Alertmanager.
            guard case .isOver = error else { throw error }
        }
        return Response(status: .ok)
    }

    /// The body of a request that changes something, once it is clear that it may.
    private func body(of request: Request, upTo limit: Int) async throws(Problem) -> Data {
        try await JSONBody.data(of: request, upTo: limit, guarded: mutations, within: requestTimeout)
    }

    private func checkMutation(_ request: Request) throws(Problem) {
        if let refusal = mutations.refusal(of: request) {
            throw Problem(status: refusal.status, message: refusal.message)
        }
    }
}

/// What makes alerts one group.
private struct GroupKey: Hashable, Comparable {
    let receiver: String
    let route: String
    let labels: Labels

    static func < (one: GroupKey, other: GroupKey) -> Bool {
        (one.labels.description, one.receiver, one.route) < (other.labels.description, other.receiver, other.route)
    }
}
