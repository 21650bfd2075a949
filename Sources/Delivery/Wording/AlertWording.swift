import Alerting
import PromQL

/// One alert in words: what Slack and mail show of it, each in its own dress. All texts are cleaned, none shortened.
struct AlertWording: Sendable {
    /// A name and what belongs to it.
    struct Fact: Sendable, Hashable {
        let name: String
        let text: String
    }

    /// What a reader sees first, also as a colour.
    enum Mood: Sendable, Hashable {
        case level(Severity)
        /// Fires, in Prometheus's form without a known level.
        case firing
        case over
    }

    let mood: Mood
    /// One or a few words in capitals: `CRITICAL`, `RESOLVED`.
    let tag: String
    /// One line: the summary, or the rule with its labels.
    let title: String
    /// One sentence on what has happened.
    let state: String
    /// Value, since when, peak and the like, most important first.
    let facts: [Fact]
    /// Nil where there is none, or where the receiver has read it and it is over.
    let description: String?
    /// Sentences on the alert's state that change how it is to be read.
    let notes: [String]
    let labels: [Fact]
    /// Annotations other than those shown above.
    let annotations: [Fact]
    let evidence: Evidence?
    /// The runbook's name or address; nil for none.
    let runbook: String?
    let runbookURL: String?
    let historyURL: String?
    /// Where it can be acknowledged or silenced; nil for what is over, and where the settings give no secret for links.
    let actionURL: String?
    /// Whether this is what the message is about, and not only there because it belongs to the group.
    let isNews: Bool

    /// - Parameter time: when the message was decided: what `for 3 min` counts to.
    init(_ alert: NotifiedAlert, at time: Timestamp, context: ChannelContext) {
        let times = TimeText(timeZone: context.timeZone)
        mood = Self.mood(of: alert)
        tag = Self.tag(of: alert)
        title = Self.title(of: alert)
        state = Self.state(of: alert, at: time, times: times)
        facts = Self.facts(of: alert, at: time, times: times)
        let text = alert.annotations["description"] ?? alert.annotations["message"]
        // Of what is over the receiver was told already, and it is written as if it still were so.
        let isKnown = alert.change == .resolved
        description = isKnown ? nil : text.map { SafeText.cleaned($0).trimmed }.flatMap { $0.isEmpty ? nil : $0 }
        notes =
            Self.notes(of: alert) + Self.acknowledgement(of: alert, at: time, times: times)
            + Self.meanwhile(of: alert, at: time, times: times)
        labels = alert.labels.filter { $0.name != "alertname" && $0.name != Severity.label }
            .map { Fact(name: SafeText.line($0.name), text: SafeText.line($0.value)) }
        annotations = alert.annotations.filter { !Self.shownAnnotations.contains($0.key) }
            .sorted { $0.key < $1.key }
            .map { Fact(name: SafeText.line($0.key), text: SafeText.line($0.value)) }
        evidence = alert.evidence.map { Self.titled($0, besides: time, times: times) }
        let book = alert.runbook ?? alert.annotations["runbook_url"] ?? alert.annotations["runbook"]
        runbook = book.map(SafeText.line)
        runbookURL = book.flatMap(context.runbookURL)
        historyURL = context.historyURL("\(alert.id)")
        actionURL = alert.isFiring ? context.actionURL(alert.id, at: time) : nil
        isNews = alert.change != .unchanged
    }

    /// With the time at which it was asked, since what it shows may be over by now.
    private static func titled(_ evidence: Evidence, besides time: Timestamp, times: TimeText) -> Evidence {
        var titled = evidence
        let title = SafeText.line(evidence.title)
        titled.title = title.isEmpty ? "Evidence" : title
        if let taken = evidence.takenAt { titled.title += ", \(times.short(taken, besides: time))" }
        return titled
    }

    private static let shownAnnotations: Set<String> = ["summary", "description", "message", "runbook", "runbook_url"]

    private static func mood(of alert: NotifiedAlert) -> Mood {
        guard alert.isFiring else { return .over }
        return alert.level.map(Mood.level) ?? .firing
    }

    private static func tag(of alert: NotifiedAlert) -> String {
        let level = alert.level?.rawValue.uppercased() ?? "FIRING"
        let was = alert.previousLevel.map { " (was \($0))" } ?? ""
        switch alert.change {
        case .fired, .steady: return level
        case .raised, .lowered: return level + was
        case .resolved, .passed: return "RESOLVED"
        case .flapping: return "FLAPPING"
        case .unchanged: return "STILL \(level)"
        }
    }

    /// The summary where the rule has one, else the rule and its labels.
    static func title(of alert: NotifiedAlert) -> String {
        let summary = SafeText.line(alert.annotations["summary"] ?? "")
        if !summary.isEmpty { return summary }
        let labels = alert.labels.filter { pair in
            // `instance` only repeats the name of the database, pool or process.
            let isRepeated =
                pair.name == "instance"
                && ["database", "pool", "process", "endpoint"].contains { alert.labels[$0] == pair.value }
            return pair.name != "alertname" && pair.name != Severity.label && !isRepeated
        }
        guard !labels.isEmpty else { return SafeText.line(alert.rule) }
        return SafeText.line("\(alert.rule) (\(labels.map { "\($0.name)=\($0.value)" }.joined(separator: ", ")))")
    }

    private static func state(of alert: NotifiedAlert, at time: Timestamp, times: TimeText) -> String {
        let level = alert.level?.rawValue ?? "firing"
        let lasted = alert.endedAt.map { TimeText.span($0 - alert.startedAt) }
        let why = alert.resolvedReason.map { ": \(SafeText.line($0))" } ?? ""
        switch alert.change {
        case .fired:
            return "Began to fire\(alert.level.map { " at level \($0)" } ?? "")."
        case .raised:
            return alert.previousLevel.map { "Rose from \($0) to \(level)." } ?? "Rose to \(level)."
        case .lowered:
            return "\(alert.previousLevel?.rawValue.capitalizedFirst ?? "The higher level") is over, still \(level)."
        case .resolved:
            return lasted.map { "Resolved after \($0)\(why)." } ?? "Resolved\(why)."
        case .passed:
            let fired = times.short(alert.startedAt, besides: time)
            guard let ended = alert.endedAt else { return "Fired \(fired) and cleared before it could be told\(why)." }
            return "Fired \(fired), cleared \(times.short(ended, besides: time)), before it could be told\(why)."
        case .flapping:
            return "Flaps: it keeps firing and clearing. Nothing more is sent until it is steady or its level rises."
        case .steady:
            return "Steady again, and firing\(alert.level.map { " at level \($0)" } ?? "")."
        case .unchanged:
            return "Still \(alert.level == nil ? "firing" : level)."
        }
    }

    private static func facts(of alert: NotifiedAlert, at time: Timestamp, times: TimeText) -> [Fact] {
        var facts: [Fact] = []
        if alert.isFiring {
            if let value = alert.value {
                let limit = alert.threshold.map { " (raises at \(SafeText.line($0)))" } ?? ""
                let name = alert.isStale || alert.hasNoData ? "Last known value" : "Value"
                facts.append(Fact(name: name, text: NumberText.format(value) + limit))
            } else if let threshold = alert.threshold {
                facts.append(Fact(name: "Raises at", text: SafeText.line(threshold)))
            }
            let since = times.short(alert.startedAt, besides: time)
            facts.append(Fact(name: "Since", text: "\(since), \(ago(alert.startedAt, at: time))"))
        } else {
            if let value = alert.clearedValue {
                let limit = alert.clearThreshold.map { " (clears at \(SafeText.line($0)))" } ?? ""
                facts.append(Fact(name: "Cleared at", text: NumberText.format(value) + limit))
            }
            // Of one that passed the sentence above says both times.
            if alert.change != .passed {
                facts.append(Fact(name: "Fired", text: times.short(alert.startedAt, besides: time)))
                if let ended = alert.endedAt {
                    facts.append(Fact(name: "Cleared", text: times.short(ended, besides: time)))
                }
            }
        }
        if let peak = alert.peak { facts.append(Fact(name: "Peak", text: NumberText.format(peak))) }
        if alert.isFiring, let clear = alert.clearThreshold {
            facts.append(Fact(name: "Clears at", text: SafeText.line(clear)))
        }
        return facts
    }

    /// One sentence on what fired and cleared while this receiver could not be told.
    private static func meanwhile(of alert: NotifiedAlert, at time: Timestamp, times: TimeText) -> [String] {
        guard !alert.meanwhile.isEmpty else { return [] }
        let shown = alert.meanwhile.suffix(5)
        let omitted = alert.meanwhileOmitted + alert.meanwhile.count - shown.count
        let list = shown.map { episode in
            "fired \(times.short(episode.startedAt, besides: time)), "
                + "cleared \(times.short(episode.endedAt, besides: time))"
        }
        let more = omitted > 0 ? "; and \(omitted) more before" : ""
        return ["Meanwhile: \(list.joined(separator: "; "))\(more)."]
    }

    /// Who looks after it, or did until it was over.
    private static func acknowledgement(of alert: NotifiedAlert, at time: Timestamp, times: TimeText) -> [String] {
        guard let one = alert.acknowledgement else { return [] }
        let comment = SafeText.line(one.comment)
        let why = comment.isEmpty ? "" : ": \(comment)"
        let by = SafeText.line(one.by)
        guard alert.isFiring else { return ["Was acknowledged by \(by)\(why)."] }
        return ["Acknowledged by \(by) until \(times.short(one.until, besides: time))\(why)."]
    }

    private static func ago(_ time: Timestamp, at now: Timestamp) -> String {
        let passed = now - time
        return passed.milliseconds < 1_000 ? "just now" : "\(TimeText.span(passed)) ago"
    }

    private static func notes(of alert: NotifiedAlert) -> [String] {
        var notes: [String] = []
        if alert.hasNoData {
            notes.append("No data: nothing has been measured for a while, and the rule makes that an alert.")
        } else if alert.isStale {
            notes.append("The value is unknown at the moment, so the alert is held as it was.")
        }
        if alert.isFlapping && alert.change != .flapping {
            notes.append("It flaps: it may look well at this moment.")
        }
        return notes
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    /// With the first letter as a capital.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
