/// What a notification's templates see as the dot: Alertmanager's `template.Data`.
package struct TemplateNotification: Sendable, Hashable {
    package let receiver: String
    package let alerts: [TemplateAlert]
    package let groupLabels: [String: String]
    /// The labels that the matching route itself carries.
    package let routeLabels: [String: String]
    package let externalURL: String
    /// Why it is sent, in Alertmanager's words such as `first notification` or `repeat interval elapsed`; empty where
    /// nobody says.
    package let reason: String

    package init(
        receiver: String, alerts: [TemplateAlert], groupLabels: [String: String], routeLabels: [String: String] = [:],
        externalURL: String, reason: String = ""
    ) {
        self.receiver = receiver
        self.alerts = alerts
        self.groupLabels = groupLabels
        self.routeLabels = routeLabels
        self.externalURL = externalURL
        self.reason = reason
    }

    /// Firing while one alert is.
    package var isFiring: Bool { alerts.contains(where: \.isFiring) }
    package var commonLabels: [String: String] { Self.common(alerts.map(\.labels)) }
    package var commonAnnotations: [String: String] { Self.common(alerts.map(\.annotations)) }

    /// The names with the same value everywhere.
    private static func common(_ all: [[String: String]]) -> [String: String] {
        guard let first = all.first else { return [:] }
        return all.dropFirst().reduce(first) { common, other in
            common.isEmpty ? common : common.filter { other[$0.key] == $0.value }
        }
    }

    package var value: TemplateValue {
        func set(_ labels: [String: String]) -> TemplateValue { .labels(TemplateLabels(labels, isSet: true)) }
        return .record(
            TemplateRecord(
                "*template.Data",
                [
                    .init("Receiver", .string(receiver), json: "receiver"),
                    .init("Status", .string(isFiring ? "firing" : "resolved"), json: "status"),
                    .init("Alerts", .list(alerts.map(\.value), .alerts), json: "alerts"),
                    .init("NotificationReason", .string(reason), json: "notification_reason"),
                    .init("GroupLabels", set(groupLabels), json: "groupLabels"),
                    .init("CommonLabels", set(commonLabels), json: "commonLabels"),
                    .init("CommonAnnotations", set(commonAnnotations), json: "commonAnnotations"),
                    .init("RouteLabels", set(routeLabels), json: "routeLabels"),
                    .init("ExternalURL", .string(externalURL), json: "externalURL"),
                ]))
    }
}
