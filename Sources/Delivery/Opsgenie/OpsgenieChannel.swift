package import Alerting
package import Drivers
package import PromQL

/// Alerts somebody through Opsgenie's Alert API v2: one alert for each group, from its first message to its resolve.
///
/// The key of the group's first message is the alert's alias; it is kept as the group's reference. So an attempt whose
/// answer was lost only counts the same alert up, and a change of level changes its priority and never makes another.
/// What has fired and cleared before it could be told alerts nobody.
package struct OpsgenieChannel: Channel {
    /// Where the API is unless the settings say otherwise.
    package static let url = "https://api.opsgenie.com/"

    private let url: String
    private let fields: OpsgenieFields
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameters:
    ///   - apiKey: the key of an API integration; it takes the place of any other login in `options`.
    ///   - url: the API's address, without `v2`.
    package init(
        apiKey: Secret, url: String, fields: OpsgenieFields, options: HTTPOptions, context: ChannelContext,
        transport: CurlTransport
    ) {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.fields = fields
        var own = options
        own.login = nil
        // Source: https://docs.opsgenie.com/docs/authentication.
        own.authorization = HTTPOptions.Authorization(type: "GenieKey", credentials: apiKey)
        self.options = own
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let known = (notification.reference ?? "").split(separator: "\n").map(String.init)
        let alias = known.first ?? String(key.prefix(OpsgenieAlert.aliasLimit))
        let alert = OpsgenieAlert(notification: notification, fields: fields, alias: alias, context: context)
        let outcome: DeliveryOutcome
        if notification.occasion == .acknowledgement {
            outcome = await acknowledge(alert, now: now)
        } else if notification.isFiring {
            outcome = await tell(alert, isKnown: !known.isEmpty, now: now)
        } else {
            outcome = await close(alias, alert.close, now: now)
        }
        guard case .delivered(let answer, _) = outcome else { return outcome }
        // The alerts of groups that went up in this one, and the one of a test.
        for other in known.dropFirst() + (notification.occasion == .test ? [alias] : []) {
            let ended = await close(other, alert.close, now: now)
            guard case .delivered = ended else { return ended }
        }
        return .delivered(answer: answer, reference: alias)
    }

    /// - Parameter isKnown: whether an earlier message made the alert.
    private func tell(_ alert: OpsgenieAlert, isKnown: Bool, now: Timestamp) async -> DeliveryOutcome {
        let outcome = await send(alert.create, to: "/v2/alerts", now: now)
        guard case .delivered = outcome else { return outcome }
        for update in isKnown ? alert.updates : [] {
            let changed = await send(
                update.body, to: Self.path(alert.alias, update.part), method: "PUT", isGoneFine: true, now: now)
            guard case .delivered = changed else { return changed }
        }
        return alert.notification.isAcknowledged ? await acknowledge(alert, now: now) : outcome
    }

    private func acknowledge(_ alert: OpsgenieAlert, now: Timestamp) async -> DeliveryOutcome {
        await send(alert.acknowledge, to: Self.path(alert.alias, "acknowledge"), isGoneFine: true, now: now)
    }

    private func close(_ alias: String, _ body: JSONText, now: Timestamp) async -> DeliveryOutcome {
        await send(body, to: Self.path(alias, "close"), isGoneFine: true, now: now)
    }

    private static func path(_ alias: String, _ part: String) -> String {
        "/v2/alerts/\(WebAddress.escapedPart(alias))/\(part)?identifierType=alias"
    }

    private func send(
        _ body: JSONText, to path: String, method: String = "POST", isGoneFine: Bool = false, now: Timestamp
    ) async -> DeliveryOutcome {
        let address = Secret(url + path)
        let judge = AnswerJudge(setting: "api_url", secrets: options.secrets(url: address))
        do throws(TransportError) {
            let request = options.jsonRequest(url: address, body: body, version: context.version, method: method)
            let response = try await transport.send(request)
            return Self.outcome(of: response, judge: judge, now: now, isGoneFine: isGoneFine)
        } catch {
            return judge.outcome(of: error)
        }
    }

    /// Sources: https://docs.opsgenie.com/docs/response (202 is success, 401, 402, 403 and 422) and
    /// https://docs.opsgenie.com/docs/api-rate-limiting (429 while a limit of the minute is used up).
    ///
    /// - Parameter isGoneFine: whether 404 means that somebody has closed the alert by hand.
    static func outcome(
        of response: HTTPResponse, judge: AnswerJudge, now: Timestamp, isGoneFine: Bool
    ) -> DeliveryOutcome {
        if response.status == 404, isGoneFine { return .delivered(answer: "404 it was closed already") }
        let outcome = judge.outcome(of: response, now: now, hint: { status, _ in hint(status) })
        switch outcome {
        case .delivered(let answer, _) where response.status != 202:
            return .rejected(
                reason: "answered \(answer), and Opsgenie answers 202; is `api_url` the address of its API?")
        case .retry(let reason, nil, let mayHaveArrived) where response.status == 429:
            return .retry(reason: reason, retryAfter: .seconds(60), mayHaveArrived: mayHaveArrived)
        case .delivered, .retry, .rejected: return outcome
        }
    }

    private static func hint(_ status: Int) -> String? {
        switch status {
        case 401:
            "check `api_key`: the key of an API integration that is switched on; accounts in Europe also need "
                + "`api_url: https://api.eu.opsgenie.com/`"
        case 402: "the account's plan does not allow it"
        case 403: "let the integration of `api_key` make, change and close alerts"
        case 400, 422: "check `responders`; if they are right, that is a fault in Tocsin, please report it"
        default: nil
        }
    }
}
