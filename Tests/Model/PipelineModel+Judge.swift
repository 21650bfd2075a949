import Alerting
import PromQL

extension PipelineModel {
    /// Holds one thing that could be seen against what must be.
    mutating func judge(_ observation: ModelObservation) {
        switch observation {
        case .decided(let message): judgeDecided(message)
        case .sent(let message): judgeSent(message)
        case .arrived(let message): judgeArrived(message)
        case .answered(let message, let answer): noteAnswer(answer, to: message)
        case .movedBack(let step): moveBack(by: step)
        }
    }

    private mutating func fault(_ text: String, _ message: ModelMessage) {
        let parts = message.body.alerts.map { alert in
            let target = ModelTarget.byID[alert.id]?.rawValue ?? "?"
            return "\(target) \(alert.change.rawValue) \(Self.name(alert.level))"
        }
        let receiver = message.body.destination.receiver
        faults.append("\(receiver): \(text): \(parts.joined(separator: ", ")) [\(message.key)]")
    }

    // MARK: Decided

    private mutating func judgeDecided(_ message: ModelMessage) {
        let body = message.body
        guard let receiver = ModelReceiver(rawValue: body.destination.receiver) else {
            return fault("a receiver that there is not", message)
        }
        if keys[message.key] != nil { fault("a key for two messages", message) }
        let parts = body.alerts.compactMap { part(of: $0, in: message) }
        keys[message.key] = Key(receiver: receiver, body: body, parts: parts, number: decided)
        decided += 1
        let group = GroupID(receiver: receiver, key: body.groupKey)
        defer { lastMessages[group] = body.createdAt }
        for (alert, part) in zip(body.alerts, parts) {
            judgeTrue(alert, part, message)
            judgeWanted(part, at: EarID(receiver: receiver, target: part.target), message)
        }
        if body.occasion == .fallback {
            let isTaken = parts.contains { ears[EarID(receiver: receiver, target: $0.target)]?.taken != nil }
            if !isTaken { fault("nobody rejected it", message) }
        } else if body.occasion == .acknowledgement {
            judgeAcknowledgement(parts, of: receiver, message)
        } else if !parts.contains(where: { $0.change != .unchanged }) {
            judgeReminder(parts, in: group, message)
        }
    }

    /// Which episodes an alert of a message is about; nil where there never was such a one.
    private mutating func part(of alert: NotifiedAlert, in message: ModelMessage) -> ModelPart? {
        guard let target = ModelTarget.byID[alert.id], let truth = truths[target] else {
            fault("about nothing that there is", message)
            return nil
        }
        guard let episode = truth.episodes.lastIndex(where: { $0.startedAt == alert.startedAt }) else {
            fault("of \(alert.startedAt), when nothing began", message)
            return nil
        }
        let meanwhile = alert.meanwhile.compactMap { told in
            truth.episodes.lastIndex { $0.startedAt == told.startedAt && $0.endedAt == told.endedAt }
        }
        if meanwhile.count != alert.meanwhile.count { fault("of an earlier time that never was", message) }
        return ModelPart(
            target: target, change: alert.change, isFiring: alert.isFiring,
            told: .init(episode: episode, level: alert.level), meanwhile: meanwhile, omitted: alert.meanwhileOmitted)
    }

    /// What a message says must be so when it is decided.
    private mutating func judgeTrue(_ alert: NotifiedAlert, _ part: ModelPart, _ message: ModelMessage) {
        guard let truth = truths[part.target] else { return }
        if part.told.episode != truth.number { fault("of what is over since long", message) }
        if part.isFiring != truth.isOn { fault("says that it is \(part.isFiring ? "on" : "over")", message) }
        if part.isFiring && part.told.level != truth.level { fault("of another level", message) }
        if !part.isFiring && alert.endedAt != truth.episodes.last?.endedAt { fault("of another end", message) }
    }

    /// Nobody hears of what is held back, or of what the routes lead elsewhere.
    private mutating func judgeWanted(_ part: ModelPart, at id: EarID, _ message: ModelMessage) {
        guard let ear = ears[id] else { return }
        let route = route(of: id)
        let isNew = ear.taken == nil && ear.believed == nil && ear.claimed == nil
        if part.isFiring {
            if isSilenced(part.target) { fault("announced while it is silenced", message) }
            if isInhibited(part.target) { fault("announced while it is inhibited", message) }
            if route?.isMuted(at: now) == true { fault("announced in a time that is muted", message) }
            if part.change == .fired && isNew && route == nil { fault("the routes lead elsewhere", message) }
        }
        if part.change == .passed && isNew && !ear.open.contains(part.told.episode) {
            fault("it was held back, or led elsewhere, for all of its time", message)
        }
        if !part.isFiring && !id.receiver.sendsResolved { fault("it wants no resolves", message) }
    }

    /// It is said to who wants it, of what somebody looks after, and to who was told of it.
    private mutating func judgeAcknowledgement(
        _ parts: [ModelPart], of receiver: ModelReceiver, _ message: ModelMessage
    ) {
        if !receiver.tellsAcknowledgements { fault("an acknowledgement that nobody wants", message) }
        if parts.isEmpty || !parts.allSatisfy({ $0.change == .unchanged && isAcknowledged($0.target) }) {
            fault("acknowledged by nobody", message)
        }
    }

    /// Nothing new is said only after `repeat_interval`, or once a silence or an acknowledgement is over; and nothing of
    /// what somebody looks after.
    private mutating func judgeReminder(_ parts: [ModelPart], in group: GroupID, _ message: ModelMessage) {
        if parts.contains(where: { isAcknowledged($0.target) }) {
            fault("said again though it is acknowledged", message)
        }
        // A group goes on where the one was that the alert was in before.
        let last = lastMessages[group] ?? lastMessages.filter { $0.key.receiver == group.receiver }.values.min()
        guard let last else {
            // In a group that the alert has moved to, the end of what held it back may be the first thing to say.
            let wasHeld = parts.contains { silencedAt[$0.target] != nil || acknowledgedUntil[$0.target] != nil }
            if !wasHeld { fault("a reminder of nothing", message) }
            return
        }
        let repeats = settings.route(ofGroup: group.key).repeats
        if message.body.createdAt - last >= .seconds(repeats) { return }
        let hasEnded = parts.contains { part in
            [silencedAt[part.target], acknowledgedUntil[part.target]].contains { $0.map { $0 >= last } ?? false }
        }
        if !hasEnded { fault("said again after \((message.body.createdAt - last).promQL)", message) }
    }

    // MARK: Sent

    private mutating func judgeSent(_ message: ModelMessage) {
        guard let key = keys[message.key] else { return fault("sent without being stored", message) }
        if key.body != message.body { fault("a key with two bodies", message) }
        if key.isUnderWay { fault("sent while it is on its way", message) }
        if key.isSettled { fault("sent again though it was answered", message) }
        for (other, value) in keys where other != message.key && value.receiver == key.receiver && !value.isSettled {
            if value.body.groupKey == message.body.groupKey && (value.isUnderWay || value.mayHaveArrived) {
                fault("sent while another of its group may have arrived", message)
            }
        }
        keys[message.key]?.isUnderWay = true
    }

    private mutating func noteAnswer(_ answer: ModelAnswer, to message: ModelMessage) {
        // Of a receiver that was taken out of the settings.
        guard let key = keys[message.key] else { return }
        keys[message.key]?.isUnderWay = false
        switch answer {
        case .works, .hangs: keys[message.key]?.isSettled = true
        case .refuses, .busy: break
        case .swallows, .mumbles: keys[message.key]?.mayHaveArrived = true
        case .rejects:
            keys[message.key]?.isSettled = true
            for part in key.parts { noteRejected(part, of: key) }
        }
    }

    /// The receiver is not asked again for what it rejected; who takes its place hears how it goes on.
    private mutating func noteRejected(_ part: ModelPart, of key: Key) {
        let id = EarID(receiver: key.receiver, target: part.target)
        if !key.hasArrived {
            ears[id]?.reject(
                part, number: key.number, mayHaveArrived: key.mayHaveArrived || key.maySeemArrived)
        }
        guard key.body.occasion != .fallback,
            let fallback = settings.route(ofGroup: key.body.groupKey).fallback, fallback != key.receiver
        else { return }
        let other = EarID(receiver: fallback, target: part.target)
        ears[other]?.taken = part.told.episode
        ears[other]?.takenAt = decided
        ears[other]?.disturbedAt = awake
    }

    // MARK: Arrived

    private mutating func judgeArrived(_ message: ModelMessage) {
        guard let key = keys[message.key] else { return fault("arrived without being stored", message) }
        if key.body != message.body { fault("a key with two bodies", message) }
        guard !key.hasArrived else { return }
        keys[message.key]?.hasArrived = true
        for part in key.parts {
            let id = EarID(receiver: key.receiver, target: part.target)
            guard let ear = ears[id] else { continue }
            let isStandIn = message.body.occasion == .fallback
            if let complaint = ear.complaint(about: part, receiver: key.receiver, isStandIn: isStandIn) {
                fault(complaint, message)
            }
            ears[id]?.hear(part, number: key.number)
        }
    }
}

extension ModelEar {
    /// What is wrong with a message that arrives now; nil where nothing is.
    ///
    /// - Parameter isStandIn: whether another receiver rejected it: a rejected resolve is passed on, also to one that
    ///   has heard of the end for itself.
    func complaint(about part: ModelPart, receiver: ModelReceiver, isStandIn: Bool) -> String? {
        let told = part.told
        let mayRepeat = isStandIn && !part.isFiring
        for episode in part.meanwhile + [told.episode] where episode <= endTold && !mayRepeat {
            return "of a time whose end it has heard of (\(episode))"
        }
        if part.meanwhile != part.meanwhile.sorted() { return "earlier times out of order" }
        let isEndTold =
            believed.map { $0.episode == told.episode || part.meanwhile.contains($0.episode) || part.omitted > 0 }
            ?? true
        switch part.change {
        case .fired:
            // One that rejected it may be asked again, if the routes led elsewhere meanwhile.
            if believed?.episode == told.episode { return "announced twice" }
            if !isEndTold && receiver.sendsResolved { return "announced anew before the end of what was told" }
        case .raised, .lowered:
            guard let claimed, claimed.episode == told.episode else { return "a change of what was not announced" }
            let isHigher = (told.level ?? .info) > (claimed.level ?? .info)
            if claimed.level == told.level || isHigher != (part.change == .raised) { return "not the change it was" }
        case .unchanged:
            if claimed != told { return "unchanged, and yet news" }
        case .resolved:
            if believed?.episode != told.episode && !mayBelieve { return "resolved without having been announced" }
        case .passed:
            if believed?.episode == told.episode { return "told as passed though it was announced" }
            if !isEndTold { return "passed before the end of what was told" }
        case .flapping, .steady: return "flaps, which no rule here watches for"
        }
        return nil
    }

    /// - Parameter number: the message's.
    mutating func hear(_ part: ModelPart, number: Int) {
        note(part)
        if !part.isFiring && number >= takenAt { taken = nil }
        claimed = part.isFiring ? part.told : nil
        believed = claimed
        mayBelieve = false
    }

    mutating func reject(_ part: ModelPart, number: Int, mayHaveArrived: Bool) {
        note(part)
        claimed = part.isFiring ? part.told : nil
        believed = part.isFiring && believed != nil ? claimed : nil
        mayBelieve = part.isFiring && (mayBelieve || mayHaveArrived)
        if number >= takenAt { taken = nil }
    }

    private mutating func note(_ part: ModelPart) {
        heard.formUnion(part.meanwhile + [part.told.episode])
        if part.omitted > 0 { heard.formUnion(0...max(0, part.told.episode)) }
        endTold = max(endTold, part.meanwhile.max() ?? -1)
        if !part.isFiring { endTold = max(endTold, part.told.episode) }
    }
}
