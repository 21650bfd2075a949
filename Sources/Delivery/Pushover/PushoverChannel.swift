package import Alerting
package import Drivers
package import PromQL

/// Tells somebody's phones through Pushover.
///
/// Pushover knows no idempotency key: a message whose answer was lost may appear twice.
package struct PushoverChannel: Channel {
    /// Where messages go unless the settings say otherwise.
    package static let url = "https://api.pushover.net/1/messages.json"

    private let token: Secret
    private let user: Secret
    private let url: Secret
    private let fields: PushoverFields
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - token: the application's.
    ///   - user: the key of a user or a group.
    ///   - url: where messages are sent, the whole address.
    package init(
        token: Secret, user: Secret, url: String, fields: PushoverFields, options: HTTPOptions,
        context: ChannelContext, transport: CurlTransport
    ) {
        self.token = token
        self.user = user
        self.url = Secret(url)
        self.fields = fields
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let message = PushoverMessage(
            notification: notification, token: token, user: user, fields: fields, context: context)
        let secrets = options.secrets(url: url) + [token.exposed, user.exposed]
        let judge = AnswerJudge(setting: "api_url", secrets: secrets)
        do throws(TransportError) {
            let request = options.jsonRequest(url: url, body: message.json, version: context.version)
            return Self.outcome(of: try await transport.send(request), judge: judge, now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }

    private struct Body: Decodable {
        /// 1 where the message was taken.
        let status: Int
        let request: String?
        let errors: [String]?
    }

    /// Source: https://pushover.net/api#response and https://pushover.net/api#friendly: only 200 with a status of 1 is
    /// success; a 4xx must not come again, also 429, which means that the application's messages of this month are used
    /// up; a 5xx after 5 seconds at the earliest.
    static func outcome(of response: HTTPResponse, judge: AnswerJudge, now: Timestamp) -> DeliveryOutcome {
        let body = JSONAnswer.decode(Body.self, from: response)
        let said = judge.excerpt(Array((body?.errors ?? []).joined(separator: "; ").utf8))
        if (400..<500).contains(response.status) {
            let answer = said.isEmpty ? judge.excerpt(response.body) : said
            return .rejected(reason: "answered \(response.status) \(answer); \(hint(response.status, said))")
        }
        let outcome = judge.outcome(of: response, now: now)
        switch outcome {
        case .delivered:
            guard response.status == 200, let body, body.status == 1 else {
                return .rejected(
                    reason: "answered \(response.status) with no answer of Pushover's; is `api_url` its address?")
            }
            let request = body.request.map { " request \(SafeText.line($0).prefix(40))" } ?? ""
            return .delivered(answer: "200\(request)")
        case .retry(let reason, let after, let mayHaveArrived):
            return .retry(
                reason: reason, retryAfter: max(after ?? .zero, shortestPause), mayHaveArrived: mayHaveArrived)
        case .rejected: return outcome
        }
    }

    private static let shortestPause = Duration.seconds(5)

    private static func hint(_ status: Int, _ said: String) -> String {
        let words = said.lowercased()
        switch status {
        case 429:
            return "the application's messages of this month are used up; raise its limit at pushover.net, or use "
                + "another `token`"
        case 400 where words.contains("token"): return "check `token`: the application's, 30 characters"
        case 400 where words.contains("user") || words.contains("device"):
            return "check `user_key` and `device`: the key of a user or group, 30 characters"
        case 400 where words.contains("sound"): return "check `sound`"
        case 400: return "Pushover can't read the message; that is a fault in Tocsin, please report it"
        default: return "check `token`, `user_key` and `api_url`"
        }
    }
}
