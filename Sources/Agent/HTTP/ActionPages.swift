import Alerting
import Delivery
import Foundation
import HTTPTypes
import Hummingbird
import PromQL
import Settings

/// Where the links in messages lead: one alert, and two forms to acknowledge or to silence it.
///
/// The link's signature stands for a token, for this one alert and its time. To open a link changes nothing, only a form
/// that is sent does: mail programs, chats and browsers open links by themselves.
struct ActionPages: Sendable {
    let engine: EngineService
    let mutations: MutationGuard
    /// How long a form may take to arrive.
    let requestTimeout: Duration

    private static let largestForm = 16_384
    /// What the forms offer, the first one chosen, and all that is taken: a link counts for a day, and what it does must
    /// not last for years.
    static let lengths = ["1h", "30m", "2h", "4h", "8h", "1d"]

    func add(to router: Router<BasicRequestContext>) {
        let path = RouterPath("\(ActionLinks.path)/:alert")
        router.get(path) { request, context in await self.show(context.parameters.get("alert") ?? "", request) }
        router.post(path) { request, context in await self.act(context.parameters.get("alert") ?? "", request) }
    }

    /// What cannot be done, as a page.
    private struct Refusal: Error {
        let status: HTTPResponse.Status
        let title: String
        let message: String
    }

    // MARK: Looking

    private func show(_ text: String, _ request: Request) async -> Response {
        do throws(Refusal) {
            let alert = try await alert(text, request)
            guard alert.isOn else {
                return Self.page(alert, "<p>It is over: there is nothing to acknowledge.</p>\n")
            }
            let known = await acknowledgement(of: alert).map { one in
                "<p>Acknowledged until \(one.endsAt) \(MarkdownHTML.escaped(one.account)).</p>\n"
            }
            return Self.page(alert, (known ?? "") + Self.forms, hasForm: true)
        } catch {
            return Self.page(error)
        }
    }

    private func acknowledgement(of alert: Alert) async -> Acknowledgement? {
        await engine.acknowledgements().first { $0.1.id == alert.id }?.0
    }

    /// The alert that a link stands for, once it is clear that the link counts.
    private func alert(_ text: String, _ request: Request) async throws(Refusal) -> Alert {
        guard let links = mutations.links else {
            throw Refusal(
                status: .notFound, title: "No links",
                message: "This agent has no `server.link_secret`, so no link of a message counts.")
        }
        let parameters = QueryParameters([request.uri.query ?? ""])
        let now = await engine.now
        let verdict = links.verdict(
            alert: text, until: parameters["until"] ?? "", signature: parameters["sign"] ?? "", at: now)
        switch verdict {
        case .valid: break
        case .expired:
            throw Refusal(
                status: .forbidden, title: "The link is too old",
                message: "It has expired. A newer message of the alert has a new one; or use `tocsin ack`.")
        case .wrong:
            throw Refusal(
                status: .forbidden, title: "The link is wrong",
                message: "Its signature is not this agent's: it was cut or changed, or the agent has another "
                    + "`server.link_secret` now.")
        }
        guard let alert = await engine.alerts.first(where: { "\($0.id)" == text }) else {
            throw Refusal(
                status: .notFound, title: "It is over",
                message: "The alert is over, and whoever was told of it was told so.")
        }
        return alert
    }

    // MARK: Acting

    private func act(_ text: String, _ request: Request) async -> Response {
        do throws(Refusal) {
            let alert = try await alert(text, request)
            let form = try await form(of: request)
            guard let by = form["by"], let length = form["for"], Self.lengths.contains(length),
                let time = try? Duration(promQL: length)
            else {
                throw Refusal(
                    status: .badRequest, title: "Something is missing",
                    message: "Say who you are (`by`), and for how long (`for`): "
                        + "\(Self.lengths.joined(separator: ", ")).")
            }
            let end = await engine.now + time
            let comment = form["comment"] ?? "by the link in a message"
            switch form["action"] {
            case "acknowledge":
                try await acknowledge(alert, until: end, by: by, comment: comment)
                return Self.page(
                    alert, "<p>Acknowledged until \(end). It is not repeated and not escalated until then.</p>\n")
            case "silence":
                try await silence(alert, until: end, by: by, comment: comment)
                return Self.page(alert, "<p>Silenced until \(end). Nobody is told of it until then.</p>\n")
            default:
                throw Refusal(
                    status: .badRequest, title: "Something is missing",
                    message: "The form must say `acknowledge` or `silence`.")
            }
        } catch {
            return Self.page(error)
        }
    }

    private func form(of request: Request) async throws(Refusal) -> QueryParameters {
        switch await TimedBody.collect(request.body, upTo: Self.largestForm, within: requestTimeout) {
        case .whole(let data): return QueryParameters([String(decoding: data, as: UTF8.self)])
        case .tooLarge:
            throw Refusal(
                status: .contentTooLarge, title: "Too much", message: "The form may hold \(Self.largestForm) bytes.")
        case .tooSlow:
            throw Refusal(status: .requestTimeout, title: "Too slow", message: "The form did not come in time.")
        }
    }

    private func acknowledge(
        _ alert: Alert, until end: Timestamp, by: String, comment: String
    ) async throws(Refusal) {
        do {
            _ = try await engine.acknowledge(
                AcknowledgementDraft(
                    selection: AlertSelection(alert: alert.id), endsAt: end, createdBy: by, comment: comment))
        } catch {
            throw Refusal(status: .conflict, title: "Not acknowledged", message: "\(error)")
        }
    }

    /// By all its labels but the level, which may rise meanwhile.
    private func silence(_ alert: Alert, until end: Timestamp, by: String, comment: String) async throws(Refusal) {
        do {
            let matchers = try alert.labels.filter { $0.name != Severity.label }
                .map { try Matcher($0.name, .equal, $0.value) }
            _ = try await engine.setSilence(
                SilenceDraft(
                    matchers: matchers, startsAt: await engine.now, endsAt: end, createdBy: by, comment: comment),
                newID: UUID().uuidString.lowercased())
        } catch {
            throw Refusal(status: .conflict, title: "Not silenced", message: "\(error)")
        }
    }

    // MARK: Pages

    private static func page(_ alert: Alert, _ inner: String, hasForm: Bool = false) -> Response {
        let title = alert.annotations["summary"].flatMap { $0.isEmpty ? nil : $0 } ?? alert.rule
        let level = alert.isOn ? alert.level?.rawValue ?? "firing" : "over"
        let labels = alert.labels.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")
        let head = """
            <h1>\(MarkdownHTML.escaped(title))</h1>
            <p><strong>\(level)</strong>\(alert.firingSince.map { " since \($0)" } ?? "")<br>
            <code>\(MarkdownHTML.escaped(labels))</code></p>

            """
        return unkept(AgentPage.html(head + inner, title: title, hasForm: hasForm))
    }

    private static func page(_ refusal: Refusal) -> Response {
        let inner =
            "<h1>\(MarkdownHTML.escaped(refusal.title))</h1>\n<p>\(MarkdownHTML.escaped(refusal.message))</p>\n"
        return unkept(AgentPage.html(inner, title: refusal.title, status: refusal.status))
    }

    private static func unkept(_ response: Response) -> Response {
        var response = response
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private static let forms =
        form("acknowledge", "Acknowledge", "not repeated and not escalated until then")
        + form("silence", "Silence", "nobody is told of it until then")

    private static func form(_ action: String, _ title: String, _ meaning: String) -> String {
        let options = lengths.map { "<option>\($0)</option>" }.joined()
        return """
            <form method="post">
            <h2>\(title)</h2>
            <input type="hidden" name="action" value="\(action)">
            <label>Who you are <input name="by" required maxlength="200" autocomplete="username"></label>
            <label>Why <input name="comment" maxlength="1000"></label>
            <label>For <select name="for">\(options)</select>: \(meaning)</label>
            <button type="submit">\(title)</button>
            </form>

            """
    }
}

extension AgentSettings.Server {
    /// What makes and checks the links in messages; nil where the settings have no secret for them.
    var links: ActionLinks? { linkSecret.map { ActionLinks(secret: $0, lifetime: linkLifetime) } }
}
