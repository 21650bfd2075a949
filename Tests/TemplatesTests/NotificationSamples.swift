import Templates

/// The notification of the tests, for us and for `amtool`.
enum NotificationSamples {
    static let notification = TemplateNotification(
        receiver: "team-x",
        alerts: [
            TemplateAlert(
                isFiring: true,
                labels: ["alertname": "PoolFull", "pool": "web", "severity": "page", "a b": "x\"<&>'y"],
                annotations: ["summary": "pool web is full", "description": "line one\nline two"],
                startsAt: TemplateTime(seconds: 1_795_420_800, nanoseconds: 123_456_789),
                generatorURL: "https://p.example/graph?g0.expr=up%20%3D%3D+0&x=1", fingerprint: "5ef77f1f8a3ecfb8"),
            TemplateAlert(
                isFiring: false, labels: ["alertname": "PoolFull", "pool": "db", "severity": "page"],
                annotations: ["summary": "pool db is full"], startsAt: TemplateTime(seconds: 1_704_067_199),
                endsAt: TemplateTime(seconds: 1_704_074_405, nanoseconds: 500_000_000), fingerprint: "0000000000000001"),
            TemplateAlert(
                isFiring: true, labels: ["alertname": "PoolFull", "pool": "größe", "severity": "page"],
                startsAt: TemplateTime(seconds: 1_709_164_800), fingerprint: "0000000000000002"),
        ], groupLabels: ["alertname": "PoolFull", "Zone": "eu"], externalURL: "https://am.example/alerts")

    /// The same for `amtool --template.data`.
    static let json = """
        {"receiver":"team-x","status":"firing","alerts":[
        {"status":"firing","labels":{"alertname":"PoolFull","pool":"web","severity":"page","a b":"x\\"<&>'y"},
         "annotations":{"summary":"pool web is full","description":"line one\\nline two"},
         "startsAt":"2026-11-23T08:00:00.123456789Z","endsAt":"0001-01-01T00:00:00Z",
         "generatorURL":"https://p.example/graph?g0.expr=up%20%3D%3D+0&x=1","fingerprint":"5ef77f1f8a3ecfb8"},
        {"status":"resolved","labels":{"alertname":"PoolFull","pool":"db","severity":"page"},
         "annotations":{"summary":"pool db is full"},
         "startsAt":"2023-12-31T23:59:59Z","endsAt":"2024-01-01T02:00:05.5Z","generatorURL":"",
         "fingerprint":"0000000000000001"},
        {"status":"firing","labels":{"alertname":"PoolFull","pool":"größe","severity":"page"},"annotations":{},
         "startsAt":"2024-02-29T00:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"",
         "fingerprint":"0000000000000002"}],
        "groupLabels":{"alertname":"PoolFull","Zone":"eu"},
        "commonLabels":{"alertname":"PoolFull","severity":"page"},"commonAnnotations":{},
        "externalURL":"https://am.example/alerts"}
        """

    static func expand(_ text: String, library: TemplateLibrary = .empty) throws(TemplateError) -> String {
        try Template(notification: text, library: library).expand(notification, environment: RuleSamples.environment)
    }
}
