/// Which groups hold alerts that others inhibit, by the alert that does.
struct InhibitedGroups: Sendable {
    private var groups: [String: Set<NotificationGroup.ID>] = [:]
    private var sources: [NotificationGroup.ID: Set<String>] = [:]

    /// The groups in which an alert holds something back.
    func held(by source: AlertID) -> Set<NotificationGroup.ID> { groups[source.description] ?? [] }

    /// Takes note of a group as it is now; nil for one that is over.
    mutating func note(_ group: NotificationGroup?, id: NotificationGroup.ID) {
        let holds = group?.members.values.compactMap(\.hold).filter { $0.kind == .inhibited } ?? []
        let new = Set(holds.map(\.by))
        let old = sources[id] ?? []
        guard new != old else { return }
        for source in old.subtracting(new) {
            groups[source]?.remove(id)
            if groups[source]?.isEmpty == true { groups[source] = nil }
        }
        for source in new { groups[source, default: []].insert(id) }
        sources[id] = new.isEmpty ? nil : new
    }
}
