import Alerting
import PromQL
import Testing

@testable import History

/// What is written by hand is read back by the general decoder: every field, present and absent.
@Suite("Bodies of state rows")
struct BodyTextTests {
    private let texts = ["", "plain", "\"quoted\" \\ and\nlines\u{1}", "Größe – 97 %", "😀"]

    private func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try BodyCoding.decode(type, from: text, table: "t", key: "k")
    }

    @Test("alerts")
    func alerts() throws {
        let bare = Alert(id: AlertID(fingerprint: 7), rule: "", labels: Labels(), runbook: nil, at: Make.start)
        #expect(try read(Alert.self, BodyText.of(bare)) == bare)
        for text in texts {
            var alert = Make.alert(text, ["label": text])
            alert.ordinal = 3
            alert.annotations = [text: text, "other": "b"]
            alert.raisedValue = -.infinity
            alert.peak = .infinity
            alert.clearedValue = 1e-300
            alert.threshold = text
            alert.clearThreshold = "< 1"
            alert.pendingSince = Make.time(1)
            alert.resolvedAt = Make.time(2)
            alert.resolvedReason = text
            (alert.isStale, alert.hasNoData, alert.isFlapping) = (true, true, true)
            alert.error = text
            alert.evidence = Evidence(title: text, columns: [text], rows: [[text]], takenAt: Make.time(9))
            alert.awaitedDiagnosis = text
            alert.received = .init(endsAt: Make.time(8), isEndAssumed: true, generatorURL: text)
            alert.machine.latches = [
                .init(level: .warning, isLatched: true, raising: nil, clearing: .milliseconds(-1_500)),
                .init(level: .critical, isLatched: false, raising: .nanoseconds(123_456_789), clearing: .zero),
            ]
            alert.machine.unknownSince = Make.time(5)
            alert.machine.noDataSince = Make.time(6)
            alert.machine.activeSince = Make.time(7)
            alert.machine.keepFiringSince = Make.time(8)
            alert.machine.flapping?.advance(to: Make.time(100), slot: .seconds(10), window: 20, changed: true)
            #expect(try read(Alert.self, BodyText.of(alert)) == alert)
        }
        let number = Make.alert("NaN", value: .nan)
        #expect(try read(Alert.self, BodyText.of(number)).value?.isNaN == true)
    }

    @Test("groups")
    func groups() throws {
        let bare = NotificationGroup(id: .init(key: "", destination: Make.destination()), routeID: "", labels: Labels())
        #expect(try read(NotificationGroup.self, BodyText.of(bare)) == bare)
        for text in texts {
            var group = Make.group(text, outstanding: 12)
            group.lastMessageAt = Make.time(3)
            var member = NotificationGroup.Member(
                told: .init(level: nil, isFlapping: true, at: Make.time(1), wasHeard: false),
                waitingSince: Make.time(2),
                isRouted: false)
            member.passed = [.init(startedAt: Make.time(1), endedAt: Make.time(2), level: .error, peak: 1.5)]
            member.passedOmitted = 4
            member.escalatesFrom = Make.time(3)
            member.escalatedSteps = 2
            member.escalation = text
            member.notedAcknowledgement = Make.time(4)
            member.endedAcknowledgement = text
            member.hold = Hold(.inhibited, by: text, reason: text, until: Make.time(7))
            member.heldFromStart = Hold(.muted, by: text, reason: text)
            member.awaits = 11
            member.standsIn = text
            member.standsInFrom = 10
            group.members[AlertID(fingerprint: .max)] = member
            group.isAcknowledged = true
            #expect(try read(NotificationGroup.self, BodyText.of(group)) == group)
        }
    }

    @Test("silences")
    func silences() throws {
        for text in texts {
            var silence = try Make.silence(text, comment: text)
            #expect(try read(Silence.self, BodyText.of(silence)) == silence)
            silence.during = [text, "nights"]
            #expect(try read(Silence.self, BodyText.of(silence)) == silence)
        }
        let wrong = #"{"id":"x","matchers":[{"name":"a","operation":"=~","value":"("}]}"#
        #expect(throws: HistoryError.self) { try read(Silence.self, wrong) }
    }

    @Test("acknowledgements")
    func acknowledgements() throws {
        for text in texts {
            var one = Make.acknowledgement(text)
            #expect(try read(Acknowledgement.self, BodyText.of(one)) == one)
            one.level = nil
            one.resolvedAt = Make.time(9)
            #expect(try read(Acknowledgement.self, BodyText.of(one)) == one)
        }
    }

    @Test("messages")
    func messages() throws {
        for text in texts {
            var row = Make.message(9)
            row.lastError = text
            row.state = .frozen
            row.mayHaveArrived = true
            row.notification.note = text
            var alert = NotifiedAlert(
                Make.alert(text), change: .raised, previousLevel: .warning,
                meanwhile: [.init(startedAt: Make.time(1), endedAt: Make.time(2), level: nil, peak: nil)],
                meanwhileOmitted: 2)
            alert.endedAt = Make.time(8)
            alert.resolvedReason = text
            alert.clearedValue = 0.25
            alert.evidence = Evidence(
                title: text, columns: [text, "b"], rows: [[text, "1"], []], omittedRows: 3, failure: text,
                takenAt: Make.time(7))
            alert.acknowledgement = .init(by: text, comment: text, at: Make.time(1), until: Make.time(2))
            row.notification.alerts.append(alert)
            #expect(try read(OutboxRow.self, BodyText.of(row)) == row)
            row.state = .carried
            row.carries = [1, 7]
            row.isFirstLook = true
            row.notification.digest = Digest(
                cause: .storm, messages: 3, firing: 2, over: 1, level: .error,
                rules: [.init(rule: text, firing: 2, over: 1, level: nil)], omittedRules: 4)
            #expect(try read(OutboxRow.self, BodyText.of(row)) == row)
        }
    }
}
