import Alerting
import PromQL

/// Writes the bodies of state rows as the JSON that `Decodable` reads, by hand: each transaction writes many, and the
/// general encoder took a fifth of the agent's whole time when thousands of alerts began at once. Absent values are
/// left out. The tests read every field back.
struct BodyText {
    private var bytes: [UInt8] = []
    private var needsComma = false

    /// What was written.
    private var text: String { String(decoding: bytes, as: UTF8.self) }

    private init() { bytes.reserveCapacity(2_048) }

    static func of(_ alert: Alert) -> String {
        var body = BodyText()
        body.object { $0.fields(of: alert) }
        return body.text
    }

    static func of(_ group: NotificationGroup) -> String {
        var body = BodyText()
        body.object { $0.fields(of: group) }
        return body.text
    }

    static func of(_ row: OutboxRow) -> String {
        var body = BodyText()
        body.object { $0.fields(of: row) }
        return body.text
    }

    static func of(_ evidence: Evidence) -> String {
        var body = BodyText()
        body.object { $0.fields(of: evidence) }
        return body.text
    }

    static func of(_ one: Acknowledgement) -> String {
        var body = BodyText()
        body.object { $0.fields(of: one) }
        return body.text
    }

    static func of(_ silence: Silence) -> String {
        var body = BodyText()
        body.object { $0.fields(of: silence) }
        return body.text
    }

    /// Labels as a JSON object, always the same text for the same labels.
    static func of(_ labels: Labels) -> String {
        var body = BodyText()
        body.object { $0.fields(of: labels) }
        return body.text
    }

    static func of(_ mark: HeartbeatMark) -> String {
        var body = BodyText()
        body.object { body in
            body.field("name", mark.name)
            body.field("since", mark.since)
            body.field("lastAt", mark.lastAt)
        }
        return body.text
    }

    // MARK: Types

    mutating func fields(of alert: Alert) {
        field("id", alert.id.description)
        field("rule", alert.rule)
        field("ordinal", alert.ordinal)
        field("labels", alert.labels)
        field("annotations", alert.annotations)
        field("phase", alert.phase.rawValue)
        field("level", alert.level?.rawValue)
        field("value", alert.value)
        field("raisedValue", alert.raisedValue)
        field("peak", alert.peak)
        field("clearedValue", alert.clearedValue)
        field("threshold", alert.threshold)
        field("clearThreshold", alert.clearThreshold)
        field("pendingSince", alert.pendingSince)
        field("firingSince", alert.firingSince)
        field("resolvedAt", alert.resolvedAt)
        field("resolvedReason", alert.resolvedReason)
        field("isStale", alert.isStale)
        field("hasNoData", alert.hasNoData)
        field("isFlapping", alert.isFlapping)
        field("error", alert.error)
        field("runbook", alert.runbook)
        field("evidence", alert.evidence)
        field("awaitedDiagnosis", alert.awaitedDiagnosis)
        if let received = alert.received {
            name("received")
            object {
                $0.field("endsAt", received.endsAt)
                $0.field("isEndAssumed", received.isEndAssumed)
                $0.field("generatorURL", received.generatorURL)
            }
        }
        name("machine")
        object { $0.fields(of: alert.machine) }
        field("updatedAt", alert.updatedAt)
    }

    mutating func fields(of memory: AlertMachine.Memory) {
        name("latches")
        array(memory.latches) { body, latch in
            body.object {
                $0.field("level", latch.level.rawValue)
                $0.field("isLatched", latch.isLatched)
                $0.field("raising", latch.raising)
                $0.field("clearing", latch.clearing)
            }
        }
        field("lastReading", memory.lastReading)
        field("unknownSince", memory.unknownSince)
        field("noDataSince", memory.noDataSince)
        field("activeSince", memory.activeSince)
        field("keepFiringSince", memory.keepFiringSince)
        guard let flapping = memory.flapping else { return }
        name("flapping")
        object { body in
            body.name("slots")
            body.array(flapping.slots) { $0.raw($1 ? "true" : "false") }
            body.field("changedInThisSlot", flapping.changedInThisSlot)
            body.field("slotBegan", flapping.slotBegan)
        }
    }

    mutating func fields(of group: NotificationGroup) {
        name("id")
        object { $0.fields(of: group.id) }
        field("routeID", group.routeID)
        field("labels", group.labels)
        // As Swift writes a dictionary whose keys are no strings: keys and values by turns.
        name("members")
        array(group.members.sorted { $0.key < $1.key }) { body, member in
            body.string(member.key.description)
            body.object { $0.fields(of: member.value) }
        }
        field("dueAt", group.dueAt)
        field("lastMessageAt", group.lastMessageAt)
        field("outstanding", group.outstanding)
        field("sequence", group.sequence)
        field("reference", group.reference)
        if let isAcknowledged = group.isAcknowledged { field("isAcknowledged", isAcknowledged) }
    }

    mutating func fields(of id: NotificationGroup.ID) {
        field("key", id.key)
        name("destination")
        object { $0.fields(of: id.destination) }
    }

    mutating func fields(of destination: Destination) {
        field("receiver", destination.receiver)
        field("channel", destination.channel)
        field("index", destination.index)
    }

    mutating func fields(of member: NotificationGroup.Member) {
        if let told = member.told {
            name("told")
            object {
                $0.field("level", told.level?.rawValue)
                $0.field("isFlapping", told.isFlapping)
                $0.field("at", told.at)
                $0.field("wasHeard", told.wasHeard)
            }
        }
        field("waitingSince", member.waitingSince)
        field("isRouted", member.isRouted)
        field("hold", member.hold)
        field("passed", member.passed)
        field("passedOmitted", member.passedOmitted)
        field("escalatesFrom", member.escalatesFrom)
        field("escalatedSteps", member.escalatedSteps)
        field("escalation", member.escalation)
        field("notedAcknowledgement", member.notedAcknowledgement)
        field("endedAcknowledgement", member.endedAcknowledgement)
        field("heldFromStart", member.heldFromStart)
        field("awaits", member.awaits)
        field("standsIn", member.standsIn)
        field("standsInFrom", member.standsInFrom)
    }

    private mutating func field(_ key: StaticString, _ hold: Hold?) {
        guard let hold else { return }
        name(key)
        object {
            $0.field("kind", hold.kind.rawValue)
            $0.field("by", hold.by)
            $0.field("reason", hold.reason)
            $0.field("until", hold.until)
        }
    }

    mutating func fields(of row: OutboxRow) {
        field("id", row.id)
        name("group")
        object { $0.fields(of: row.group) }
        field("key", row.key)
        name("notification")
        object { $0.fields(of: row.notification) }
        field("state", row.state.rawValue)
        field("mayHaveArrived", row.mayHaveArrived)
        field("createdAt", row.createdAt)
        field("attempts", row.attempts)
        field("nextAttemptAt", row.nextAttemptAt)
        field("giveUpAt", row.giveUpAt)
        field("lastError", row.lastError)
        if let carries = row.carries {
            name("carries")
            array(carries) { $0.raw(String($1)) }
        }
        if let isFirstLook = row.isFirstLook { field("isFirstLook", isFirstLook) }
    }

    mutating func fields(of one: Acknowledgement) {
        field("alert", one.alert.description)
        field("level", one.level?.rawValue)
        field("createdAt", one.createdAt)
        field("endsAt", one.endsAt)
        field("createdBy", one.createdBy)
        field("comment", one.comment)
        field("resolvedAt", one.resolvedAt)
    }

    mutating func fields(of silence: Silence) {
        field("id", silence.id)
        name("matchers")
        array(silence.matchers) { body, matcher in
            body.object {
                $0.field("name", matcher.name)
                $0.field("operation", matcher.operation.rawValue)
                $0.field("value", matcher.value)
            }
        }
        field("startsAt", silence.startsAt)
        field("endsAt", silence.endsAt)
        field("updatedAt", silence.updatedAt)
        field("createdBy", silence.createdBy)
        field("comment", silence.comment)
        if let during = silence.during {
            name("during")
            array(during) { $0.string($1) }
        }
        field("noted", silence.noted.rawValue)
    }

    // MARK: Values

    mutating func field(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        name(key)
        string(value)
    }

    mutating func field(_ key: StaticString, _ value: Bool) {
        name(key)
        raw(value ? "true" : "false")
    }

    mutating func field(_ key: StaticString, _ value: (some BinaryInteger)?) {
        guard let value else { return }
        name(key)
        raw(String(value))
    }

    mutating func field(_ key: StaticString, _ value: Timestamp?) { field(key, value?.milliseconds) }

    /// JSON has no number that is not finite: those are strings, as `BodyCoding` reads them.
    mutating func field(_ key: StaticString, _ value: Double?) {
        guard let value else { return }
        name(key)
        if value.isFinite {
            raw("\(value)")
        } else {
            string(value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf")
        }
    }

    /// As Swift writes it: the two halves of the attoseconds, which are a number of 128 bits.
    mutating func field(_ key: StaticString, _ value: Duration?) {
        guard let (seconds, attoseconds) = value?.components else { return }
        let whole = Int128(seconds) * 1_000_000_000_000_000_000 + Int128(attoseconds)
        name(key)
        array([String(Int64(truncatingIfNeeded: whole >> 64)), String(UInt64(truncatingIfNeeded: whole))]) {
            $0.raw($1)
        }
    }

    mutating func field(_ key: StaticString, _ labels: Labels) {
        name(key)
        object { $0.fields(of: labels) }
    }

    private mutating func fields(of labels: Labels) {
        for (name, value) in labels { field(named: name, value) }
    }

    mutating func field(_ key: StaticString, _ texts: [String: String]) {
        name(key)
        object { body in
            for (key, value) in texts.sorted(by: { $0.key < $1.key }) { body.field(named: key, value) }
        }
    }

    private mutating func field(named name: String, _ value: String) {
        separate()
        bytes.append(jsonString: name)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(jsonString: value)
        needsComma = true
    }

    // MARK: Form

    mutating func object(_ body: (inout BodyText) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        body(&self)
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    mutating func array<Elements: Sequence>(
        _ elements: Elements, _ body: (inout BodyText, Elements.Element) -> Void
    ) {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
        for element in elements { body(&self, element) }
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    mutating func name(_ key: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func string(_ value: String) {
        separate()
        bytes.append(jsonString: value)
        needsComma = true
    }

    mutating func raw(_ value: String) {
        separate()
        bytes.append(contentsOf: value.utf8)
        needsComma = true
    }

    mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }
}
