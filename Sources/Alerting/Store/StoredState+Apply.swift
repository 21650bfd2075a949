extension StoredState {
    /// Takes over changes, in order; events and ledger entries are no part of the state.
    package mutating func apply(_ records: [StoreRecord]) {
        for record in records {
            switch record {
            case .alert(let alert): alerts.replace(alert) { $0.id == alert.id }
            case .removeAlert(let id): alerts.removeAll { $0.id == id }
            case .group(let group): groups.replace(group) { $0.id == group.id }
            case .removeGroup(let id): groups.removeAll { $0.id == id }
            case .outbox(let row): outbox.replace(row) { $0.id == row.id }
            case .removeOutbox(let id): outbox.removeAll { $0.id == id }
            case .silence(let silence): silences.replace(silence) { $0.id == silence.id }
            case .removeSilence(let id): silences.removeAll { $0.id == id }
            case .heartbeat(let mark): heartbeats.replace(mark) { $0.name == mark.name }
            case .removeHeartbeat(let name): heartbeats.removeAll { $0.name == name }
            case .acknowledgement(let one): acknowledgements.replace(one) { $0.alert == one.alert }
            case .removeAcknowledgement(let id): acknowledgements.removeAll { $0.alert == id }
            case .event, .ledger: break
            }
        }
    }
}

extension Array {
    /// Puts the element in the place of the first that is the same one, or at the end.
    fileprivate mutating func replace(_ element: Element, where isSame: (Element) -> Bool) {
        if let place = firstIndex(where: isSame) { self[place] = element } else { append(element) }
    }
}
