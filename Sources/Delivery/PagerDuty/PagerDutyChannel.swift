package import Alerting
package import Drivers
package import PromQL

/// Pages somebody through PagerDuty's Events API v2: one incident for each group, from its first message to its resolve.
///
/// The key of the group's first message is the incident's `dedup_key`; it is kept as the group's reference. So an
/// attempt whose answer was lost adds to the same incident, and a change of level never opens another, also where
/// routes divide by level. Once somebody has acknowledged all of the group that fires, the incident is too. What has fired and cleared before it could be told pages nobody: a resolve without an incident
/// is dropped by PagerDuty.
package struct PagerDutyChannel: Channel {
    /// Where events go unless the settings say otherwise.
    package static let url = "https://events.pagerduty.com/v2/enqueue"

    private let routingKey: Secret
    private let url: Secret
    private let options: HTTPOptions
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameter routingKey: the Integration Key of an Events API v2 integration.
    package init(
        routingKey: Secret, url: String, options: HTTPOptions, context: ChannelContext, transport: CurlTransport
    ) {
        self.routingKey = routingKey
        self.url = Secret(url)
        self.options = options
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let known = (notification.reference ?? "").split(separator: "\n").map(String.init)
        let incident = known.first ?? String(key.prefix(PagerDutyEvent.incidentLimit))
        let event = PagerDutyEvent(
            notification: notification, routingKey: routingKey, incident: incident, context: context)
        var outcome: DeliveryOutcome
        switch (notification.isFiring, notification.occasion) {
        case (false, _): outcome = await send(event.resolve(incident), now: now)
        case (true, .acknowledgement): outcome = await send(event.acknowledge, now: now)
        case (true, _): outcome = await send(event.trigger, now: now)
        }
        if case .delivered = outcome, notification.isAcknowledged, notification.occasion != .acknowledgement {
            outcome = await send(event.acknowledge, now: now)
        }
        guard case .delivered(let answer, _) = outcome else { return outcome }
        // The incidents of groups that went up in this one, and the one of a test.
        for other in known.dropFirst() + (notification.occasion == .test ? [incident] : []) {
            let ended = await send(event.resolve(other), now: now)
            guard case .delivered = ended else { return ended }
        }
        return .delivered(answer: answer, reference: incident)
    }

    private func send(_ event: JSONText, now: Timestamp) async -> DeliveryOutcome {
        let judge = AnswerJudge(setting: "url", secrets: options.secrets(url: url) + [routingKey.exposed])
        do throws(TransportError) {
            let request = options.jsonRequest(url: url, body: event, version: context.version)
            return Self.outcome(of: try await transport.send(request), judge: judge, now: now)
        } catch {
            return judge.outcome(of: error)
        }
    }

    /// Source: https://developer.pagerduty.com/docs/events-api-v2-overview, «Response Codes & Retry Logic»: only 202 is
    /// success, 400 is final, 429 and 5xx come again; after 429 best in a few minutes.
    static func outcome(of response: HTTPResponse, judge: AnswerJudge, now: Timestamp) -> DeliveryOutcome {
        let outcome = judge.outcome(
            of: response, now: now,
            hint: { status, _ in
                status == 400
                    ? "check `routing_key`: the Integration Key of an integration of the kind Events API v2, 32 characters"
                    : nil
            })
        if response.status == 429, case .retry(let reason, nil, let mayHaveArrived) = outcome {
            return .retry(reason: reason, retryAfter: .seconds(60), mayHaveArrived: mayHaveArrived)
        }
        return outcome
    }
}
