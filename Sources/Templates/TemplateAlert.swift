/// One alert as notification templates see it: Alertmanager's `template.Alert`.
package struct TemplateAlert: Sendable, Hashable {
    package let isFiring: Bool
    package let labels: [String: String]
    package let annotations: [String: String]
    package let startsAt: TemplateTime
    /// nil while no end is known; templates see Go's zero time.
    package let endsAt: TemplateTime?
    package let generatorURL: String
    package let fingerprint: String

    package init(
        isFiring: Bool, labels: [String: String], annotations: [String: String] = [:], startsAt: TemplateTime,
        endsAt: TemplateTime? = nil, generatorURL: String = "", fingerprint: String = ""
    ) {
        self.isFiring = isFiring
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.generatorURL = generatorURL
        self.fingerprint = fingerprint
    }

    package var value: TemplateValue {
        .record(
            TemplateRecord(
                "template.Alert",
                [
                    .init("Status", .string(isFiring ? "firing" : "resolved"), json: "status"),
                    .init("Labels", .labels(TemplateLabels(labels, isSet: true)), json: "labels"),
                    .init("Annotations", .labels(TemplateLabels(annotations, isSet: true)), json: "annotations"),
                    .init("StartsAt", .time(startsAt), json: "startsAt"),
                    .init("EndsAt", .time(endsAt ?? .zero), json: "endsAt"),
                    .init("GeneratorURL", .string(generatorURL), json: "generatorURL"),
                    .init("Fingerprint", .string(fingerprint), json: "fingerprint"),
                ]))
    }
}
