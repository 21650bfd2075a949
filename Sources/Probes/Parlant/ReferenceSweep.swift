import PromQL

/// Where a search for rows that refer to nothing has come: goes through tables chunk by chunk, remembers where it found
/// some and looks there again, and begins anew when it is through. A pure value: the shell asks the server.
struct ReferenceSweep: Sendable {
    /// A stretch of one table, in pages.
    struct Chunk: Hashable, Sendable {
        let table: String
        let pages: Range<Int64>
    }

    /// Where it is in one table.
    private struct Place: Sendable {
        var next: Int64 = 0
        var size: Int64
        /// How many pages are asked for at once.
        var step = ReferenceSweep.firstStep
        /// Whether the present pass has been through it.
        var isDone = false
        /// What was found, by chunk, in the order of the table's references.
        var found: [Chunk: [Int]] = [:]
    }

    private var places: [String: Place] = [:]
    private var order: [String] = []
    private var passBegan: Timestamp?
    /// When the last whole pass ended; nil before the first.
    private(set) var completedAt: Timestamp?
    /// How long the last whole pass took; nil before the first.
    private(set) var lastDuration: Duration?

    private static let firstStep: Int64 = 64
    private static let steps: ClosedRange<Int64> = 4...4_096

    /// Takes over which tables there are and how large they are now. A table that is gone is forgotten.
    mutating func take(sizes: [String: Int64]) {
        places = places.filter { sizes[$0.key] != nil }
        for (table, size) in sizes { places[table, default: Place(size: size)].size = size }
        // Small tables first: what they show is known within the first round.
        order = sizes.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    /// Whether none is under way and the last began long enough ago.
    func isDue(at now: Timestamp, every interval: Duration) -> Bool {
        guard let passBegan else { return true }
        return order.allSatisfy { places[$0]?.isDone == true } && now - passBegan >= interval
    }

    /// Begins a pass at the beginning of every table.
    mutating func begin(at now: Timestamp) {
        passBegan = now
        for table in order {
            places[table]?.next = 0
            places[table]?.isDone = false
        }
    }

    /// The chunks where something was found, to be looked at again: what was mended there is known at once.
    func suspects(most: Int) -> [Chunk] {
        Array(
            places.values.flatMap { $0.found.keys }
                .sorted { ($0.table, $0.pages.lowerBound) < ($1.table, $1.pages.lowerBound) }.prefix(most))
    }

    /// The next chunk of the pass; nil once it is through.
    var next: Chunk? {
        guard let table = order.first(where: { places[$0]?.isDone == false }), let place = places[table] else {
            return nil
        }
        return Chunk(table: table, pages: place.next..<max(place.next + 1, min(place.next + place.step, place.size)))
    }

    /// Takes over what was found.
    ///
    /// - Parameters:
    ///   - counts: rows that refer to nothing, in the order of the table's references.
    ///   - took: how long the server took; the next chunk is sized so that it takes about `target`.
    mutating func found(_ counts: [Int], in chunk: Chunk, took: Duration, target: Duration, at now: Timestamp) {
        guard var place = places[chunk.table] else { return }
        place.found[chunk] = counts.contains { $0 > 0 } ? counts : nil
        if chunk.pages.lowerBound == place.next && !place.isDone {
            // What an earlier pass found in other stretches of the same pages is settled by this one.
            for old in place.found.keys
            where old != chunk && old.pages.overlaps(chunk.pages) && old.pages.lowerBound >= chunk.pages.lowerBound {
                place.found[old] = nil
            }
            place.next = chunk.pages.upperBound
            place.isDone = place.next >= place.size
            let ratio = min(4, max(0.25, target / max(took, .microseconds(100))))
            place.step = Self.clamped(Int64(Double(chunk.pages.count) * ratio))
        }
        if place.isDone {
            // Beyond the end there is nothing any more.
            for old in place.found.keys where old.pages.lowerBound >= place.size { place.found[old] = nil }
        }
        places[chunk.table] = place
        finish(at: now)
    }

    /// A chunk took too long for the server's time limit: the next one is a quarter of it.
    mutating func failed(_ chunk: Chunk) {
        places[chunk.table]?.step = Self.clamped(Int64(chunk.pages.count) / 4)
    }

    private static func clamped(_ step: Int64) -> Int64 { min(steps.upperBound, max(steps.lowerBound, step)) }

    private mutating func finish(at now: Timestamp) {
        guard let began = passBegan, completedAt.map({ $0 < began }) ?? true,
            order.allSatisfy({ places[$0]?.isDone == true })
        else { return }
        completedAt = now
        lastDuration = now - began
    }

    /// The rows found in a table so far, by reference; empty where none was ever found.
    func counts(of table: String, references: Int) -> [Int] {
        var sums = [Int](repeating: 0, count: references)
        for counts in (places[table]?.found ?? [:]).values {
            for (index, count) in counts.enumerated() where index < references { sums[index] += count }
        }
        return sums
    }

    /// How much of the present pass is done, from 0 to 1.
    var progress: Double {
        let size = places.values.reduce(0) { $0 + max(1, $1.size) }
        let done = places.values.reduce(0) { $0 + ($1.isDone ? max(1, $1.size) : min($1.next, $1.size)) }
        return size > 0 ? Double(done) / Double(size) : 1
    }
}
