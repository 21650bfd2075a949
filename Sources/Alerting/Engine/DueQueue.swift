import HeapModule
import PromQL

/// What is due when, the earliest first; setting a time and finding the earliest take logarithmic time, however many
/// there are.
struct DueQueue<ID: Hashable & Comparable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let time: Timestamp
        let id: ID

        static func < (one: Entry, other: Entry) -> Bool { (one.time, one.id) < (other.time, other.id) }
    }

    /// Holds also entries whose time was changed since; `times` tells which count.
    private var heap = Heap<Entry>()
    private var times: [ID: Timestamp] = [:]

    /// The earliest time; nil where nothing is due ever.
    var next: Timestamp? { heap.min?.time }

    var isEmpty: Bool { times.isEmpty }
    var count: Int { times.count }

    /// Everything that is due sometime, in no order.
    var ids: some Collection<ID> { times.keys }

    /// Sets when something is due; nil for never.
    mutating func set(_ id: ID, _ time: Timestamp?) {
        guard times[id] != time else { return }
        times[id] = time
        if let time { heap.insert(Entry(time: time, id: id)) }
        dropOutdated()
    }

    /// Takes out the earliest that is due by now; nil where none is.
    mutating func popDue(at now: Timestamp) -> ID? {
        guard let first = heap.min, first.time <= now else { return nil }
        heap.removeMin()
        times[first.id] = nil
        dropOutdated()
        return first.id
    }

    private mutating func dropOutdated() {
        while let first = heap.min, times[first.id] != first.time { heap.removeMin() }
        // Times that are moved again and again leave their old entries behind.
        if heap.count > 2 * times.count + 64 {
            heap = Heap(times.map { Entry(time: $0.value, id: $0.key) })
        }
    }
}
