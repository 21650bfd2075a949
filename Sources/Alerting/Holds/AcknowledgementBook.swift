import PromQL

/// The acknowledgements, and when each expires.
package struct AcknowledgementBook: Sendable {
    package private(set) var all: [AlertID: Acknowledgement] = [:]
    private var queue = DueQueue<AlertID>()

    /// - Parameter stored: as the store gave them back. What expired since then is told by `popExpired`.
    init(_ stored: [Acknowledgement] = []) {
        for one in stored { self[one.alert] = one }
    }

    /// Also of an alert that has resolved; see `active`.
    subscript(alert: AlertID) -> Acknowledgement? {
        get { all[alert] }
        set {
            all[alert] = newValue
            queue.set(alert, newValue.flatMap { $0.resolvedAt == nil ? $0.endsAt : nil })
        }
    }

    /// When the next expires; nil for never.
    var nextDue: Timestamp? { queue.next }

    /// What holds back repeats and escalation of an alert; nil where nothing does.
    func active(_ alert: AlertID, at now: Timestamp) -> Acknowledgement? {
        guard let one = all[alert], one.isActive(at: now) else { return nil }
        return one
    }

    /// How many there are of alerts that fire.
    package var activeCount: Int { all.values.count { $0.resolvedAt == nil } }

    /// Takes out one that has expired; nil where none has.
    mutating func popExpired(at now: Timestamp) -> Acknowledgement? {
        while let id = queue.popDue(at: now) {
            if let one = all.removeValue(forKey: id) { return one }
        }
        return nil
    }
}
