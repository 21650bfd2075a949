import PromQL

/// Which alerts that fire inhibit others. It is told of every change, so that a look costs the same however many
/// alerts there are.
struct InhibitionBook: Sendable {
    private(set) var rules: [InhibitRule]
    /// For each rule the sources that fire, by the values of its `equal` labels.
    private var sources: [[Labels: Set<AlertID>]]
    /// Where each source stands in `sources`.
    private var places: [AlertID: [(rule: Int, equal: Labels)]] = [:]
    /// The sources that are targets of the same rule: they don't inhibit each other.
    private var twoSided: [Int: Set<AlertID>] = [:]

    init(rules: [InhibitRule] = [], alerts: some Sequence<Alert> = []) {
        self.rules = rules
        sources = Array(repeating: [:], count: rules.count)
        for alert in alerts { note(alert) }
    }

    var isEmpty: Bool { rules.isEmpty }

    /// Takes note of how an alert stands.
    ///
    /// - Returns: whether what others are inhibited by may have changed.
    @discardableResult
    mutating func note(_ alert: Alert) -> Bool {
        guard !rules.isEmpty else { return false }
        let old = places.removeValue(forKey: alert.id) ?? []
        for place in old {
            sources[place.rule][place.equal]?.remove(alert.id)
            if sources[place.rule][place.equal]?.isEmpty == true { sources[place.rule][place.equal] = nil }
            twoSided[place.rule]?.remove(alert.id)
        }
        var new: [(rule: Int, equal: Labels)] = []
        if alert.isOn {
            let labels = alert.routedLabels
            for (index, rule) in rules.enumerated() where rule.isSource(labels) {
                let equal = labels.keeping(rule.equal)
                sources[index][equal, default: []].insert(alert.id)
                if rule.isTarget(labels) { twoSided[index, default: []].insert(alert.id) }
                new.append((index, equal))
            }
        }
        if !new.isEmpty { places[alert.id] = new }
        return !old.elementsEqual(new, by: { $0 == $1 })
    }

    /// The alert and the rule that hold an alert back; nil where none does.
    func inhibitor(of alert: Alert) -> (source: AlertID, rule: InhibitRule)? {
        inhibitors(of: alert).first
    }

    /// All of them, one for each rule.
    func inhibitors(of alert: Alert) -> [(source: AlertID, rule: InhibitRule)] {
        guard !rules.isEmpty else { return [] }
        let labels = alert.routedLabels
        var found: [(source: AlertID, rule: InhibitRule)] = []
        for (index, rule) in rules.enumerated() where !sources[index].isEmpty && rule.isTarget(labels) {
            var candidates = sources[index][labels.keeping(rule.equal)] ?? []
            candidates.remove(alert.id)
            // One that matches both sides is not inhibited by another that does.
            if rule.isSource(labels) { candidates.subtract(twoSided[index] ?? []) }
            if let source = candidates.min() { found.append((source, rule)) }
        }
        return found
    }
}
