import Alerting
import Foundation
import HTTPTypes
import Hummingbird
package import PromQL
import Settings

/// Acknowledgements over HTTP: who looks after which alerts.
struct AcknowledgementAPI: Sendable {
    let engine: EngineService
    let mutations: MutationGuard
    /// How long a body may take to arrive.
    let requestTimeout: Duration

    private static let path: RouterPath = "/api/tocsin/v1/acknowledgements"

    func add(to router: Router<BasicRequestContext>) {
        router.get(Self.path) { _, _ in
            await Self.answer(with: self.engine.acknowledgements(), at: self.engine.now)
        }
        router.post(Self.path) { request, _ in await Self.answer { try await self.acknowledge(request) } }
        router.delete(Self.path) { request, _ in await Self.answer { try await self.withdraw(request) } }
    }

    private static func answer(_ body: () async throws -> Response) async -> Response {
        do {
            return try await body()
        } catch let problem as AlertmanagerAPI.Problem {
            return JSONAnswer.failure(problem.message, status: problem.status)
        } catch let problem as AcknowledgementProblem {
            switch problem {
            case .nothingFires, .notAcknowledged:
                return JSONAnswer.failure(problem.description, type: "not_found", status: .notFound)
            case .wrong: return JSONAnswer.failure(problem.description)
            }
        } catch {
            return JSONAnswer.failure("the request can't be served", type: "internal", status: .internalServerError)
        }
    }

    private static func answer(with made: [(Acknowledgement, Alert)], at now: Timestamp) -> Response {
        JSONAnswer.make(
            Success(data: ["acknowledgements": made.map { AcknowledgementView($0.0, of: $0.1, at: now) }]))
    }

    private func acknowledge(_ request: Request) async throws -> Response {
        let posted: PostableAcknowledgement = try await JSONBody.read(
            request, named: "acknowledgement", guarded: mutations, within: requestTimeout)
        let draft = try posted.draft(at: await engine.now)
        return Self.answer(with: try await engine.acknowledge(draft), at: await engine.now)
    }

    private func withdraw(_ request: Request) async throws -> Response {
        if let refusal = mutations.refusal(of: request) {
            throw AlertmanagerAPI.Problem(status: refusal.status, message: refusal.message)
        }
        let parameters = QueryParameters([request.uri.query ?? ""])
        let selection = AlertSelection(
            matchers: try parameters.all("filter").flatMap(AlertFilter.matchers), group: parameters["group"])
        return Self.answer(
            with: try await engine.unacknowledge(selection, by: parameters["author"]), at: await engine.now)
    }
}

/// The body of a request that changes something.
enum JSONBody {
    /// Reads and decodes it, once it is clear that the sender may change something.
    ///
    /// - Parameters:
    ///   - name: what the body is, for messages.
    ///   - time: how long it may take to arrive.
    static func read<Content: Decodable>(
        _ request: Request, named name: String, guarded mutations: MutationGuard, within time: Duration
    ) async throws -> Content {
        let body = try await data(of: request, upTo: AlertmanagerAPI.largestBody, guarded: mutations, within: time)
        do {
            return try JSONDecoder().decode(Content.self, from: body)
        } catch {
            throw AlertmanagerAPI.Problem.bad("the body is no \(name): \(PostableSilence.explanation(of: error))")
        }
    }

    /// The bytes of the body of a request that changes something, once it is clear that it may.
    static func data(
        of request: Request, upTo limit: Int, guarded mutations: MutationGuard, within time: Duration
    ) async throws(AlertmanagerAPI.Problem) -> Data {
        if let refusal = mutations.refusal(of: request) {
            throw AlertmanagerAPI.Problem(status: refusal.status, message: refusal.message)
        }
        // A page of another site can't send this type without asking first.
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            throw AlertmanagerAPI.Problem(
                status: .unsupportedMediaType, message: "the body must be application/json")
        }
        switch await TimedBody.collect(request.body, upTo: limit, within: time) {
        case .whole(let data): return data
        case .tooLarge:
            throw AlertmanagerAPI.Problem(
                status: .contentTooLarge, message: "the body may hold up to \(limit) bytes")
        case .tooSlow:
            throw AlertmanagerAPI.Problem(status: .requestTimeout, message: "the body did not come in time")
        }
    }
}

/// An acknowledgement as it is asked for.
package struct PostableAcknowledgement: Codable, Sendable {
    /// All must match; may be absent where `group` is there.
    package var matchers: [SilenceMatcher]?
    /// A group's key; absent for all groups.
    package var group: String?
    /// How long, such as `2h`; absent where `endsAt` is there.
    package var length: String?
    package var endsAt: String?
    package var createdBy: String
    package var comment: String

    private enum CodingKeys: String, CodingKey {
        case matchers, group, endsAt, createdBy, comment
        case length = "for"
    }

    package init(
        matchers: [Matcher], group: String?, length: String?, endsAt: Timestamp?, createdBy: String, comment: String
    ) {
        self.matchers = matchers.map { SilenceMatcher($0) }
        self.group = group
        self.length = length
        self.endsAt = endsAt?.description
        self.createdBy = createdBy
        self.comment = comment
    }

    func draft(at now: Timestamp) throws(AlertmanagerAPI.Problem) -> AcknowledgementDraft {
        let end: Timestamp
        switch (length, endsAt) {
        case (let length?, nil):
            guard let time = try? Duration(promQL: length), time > .zero else {
                throw .bad("`for` is no length of time")
            }
            end = now + time
        case (nil, let text?):
            guard let time = Timestamp(text) else { throw .bad("`endsAt` is no time") }
            end = time
        case (nil, nil), (_?, _?): throw .bad("one of `for` and `endsAt` is needed")
        }
        var found: [Matcher] = []
        for matcher in matchers ?? [] { found.append(try matcher.matcher()) }
        return AcknowledgementDraft(
            selection: AlertSelection(matchers: found, group: group), endsAt: end, createdBy: createdBy,
            comment: comment)
    }
}

/// An acknowledgement as it is shown.
package struct AcknowledgementView: Codable, Sendable, Hashable {
    package let alert: String
    package let rule: String
    package let labels: [String: String]
    package let level: String?
    package let createdBy: String
    package let comment: String
    package let createdAt: String
    package let endsAt: String
    /// Whether it holds back repeats and escalation; false where it was taken back or its alert is over.
    package let active: Bool

    init(_ one: Acknowledgement, of alert: Alert, at now: Timestamp) {
        self.alert = alert.id.description
        rule = alert.rule
        labels = alert.labels.dictionary
        level = alert.level?.rawValue
        createdBy = one.createdBy
        comment = one.comment
        createdAt = one.createdAt.description
        endsAt = one.endsAt.description
        active = one.isActive(at: now)
    }
}
