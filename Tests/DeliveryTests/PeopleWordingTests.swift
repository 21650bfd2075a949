import Alerting
import PromQL
import Testing

@testable import Delivery

/// Who looks after an alert, escalation and digests, as people read them.
@Suite("What messages say of people and digests")
struct PeopleWordingTests {
    private func wording(_ notification: Notification) -> MessageWording {
        MessageWording(notification, context: Samples.context())
    }

    private static let acknowledged = NotifiedAlert.Acknowledged(
        by: "ann", comment: "adding\nconnections", at: Samples.start, until: Samples.now + .seconds(3600))

    @Test("a message names who looks after the alert, and the resolve who did")
    func acknowledgement() {
        var lowered = Samples.lowered
        lowered.alerts[0].acknowledgement = Self.acknowledged
        #expect(wording(lowered).alerts[0].notes == ["Acknowledged by ann until 11:05:14 UTC: adding connections."])
        var resolved = Samples.resolved
        resolved.alerts[0].acknowledgement = Self.acknowledged
        #expect(wording(resolved).alerts[0].notes == ["Was acknowledged by ann: adding connections."])
        resolved.alerts[0].acknowledgement?.comment = ""
        #expect(wording(resolved).alerts[0].notes == ["Was acknowledged by ann."])
    }

    @Test("a webhook has it under `tocsin`, and nothing where there is none")
    func webhook() {
        func body(_ notification: Notification) -> String {
            let payload = WebhookPayload(
                notification: notification, key: "k", maxAlerts: 0, context: Samples.context())
            return String(decoding: payload.json.bytes, as: UTF8.self)
        }
        #expect(!body(Samples.lowered).contains("acknowledgement"))
        var lowered = Samples.lowered
        lowered.alerts[0].acknowledgement = Self.acknowledged
        #expect(body(lowered).contains(#""acknowledgement":{"by":"ann","comment":"adding\nconnections","at":"#))
    }

    @Test("an escalation says so")
    func escalation() {
        var message = Samples.firedWarning
        message.occasion = .escalation
        message.note = "Escalated: not acknowledged for 15m since ops was told."
        #expect(wording(message).notes == ["Escalated: not acknowledged for 15m since ops was told."])
        message.note = nil
        #expect(wording(message).notes == ["Escalated: nobody has acknowledged this."])
    }

    static func digest(_ cause: Digest.Cause) -> Notification {
        var message = Samples.message(
            [
                Samples.alert(.fired, level: .critical),
                Samples.alert(.resolved, firing: false, labels: ["pool": "api"]),
            ], occasion: .digest, group: Labels())
        message.digest = Digest(
            cause: cause, messages: 30, firing: 27, over: 3, level: .critical,
            rules: [
                .init(rule: "PoolUtilizationHigh", firing: 26, over: 3, level: .critical),
                .init(rule: "Odd", firing: 1, over: 0, level: nil),
            ], omittedRules: 4)
        return message
    }

    @Test("a digest says what it stands for")
    func digests() {
        let storm = wording(Self.digest(.storm))
        #expect(storm.headline == "DIGEST: 27 firing, 3 resolved, worst critical")
        #expect(storm.status == "DIGEST:27 critical")
        #expect(storm.subject == "30 messages: PoolUtilizationHigh and 5 more")
        #expect(
            storm.notes == [
                "30 messages came at once; this one stands for them all.",
                "PoolUtilizationHigh: 26 firing, 3 resolved (critical); Odd: 1 firing; and 4 more",
                "Of 30 alerts the first 2 are named; `tocsin alerts` has all that fire.",
            ])
        #expect(storm.alerts.count == 2 && storm.mood == .level(.critical))
        #expect(wording(Self.digest(.outage)).notes[0].contains("waited for this receiver"))
        let look = wording(Self.digest(.firstLook))
        #expect(look.headline.hasPrefix("FIRST LOOK: 27 firing"))
        #expect(look.notes[0] == "A first look: this was wrong already when Tocsin began to watch.")
    }
}
