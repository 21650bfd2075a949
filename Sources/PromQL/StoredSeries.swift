/// One series of the window: its name and its samples in packed blocks.
struct StoredSeries: Sendable {
    let labels: Labels
    /// Full blocks, oldest first.
    private var older: [SampleBlock] = []
    private var head: SampleBlock?
    /// How far back it is kept, in milliseconds.
    var reach: Int64
    /// Whether its probe failed since its last sample.
    private(set) var isUnknown = false
    /// The last time for which it was unknown, in milliseconds; nil where it always was known. While it is unknown, it
    /// ends far ahead.
    private(set) var gap: ClosedRange<Int64>?

    /// A new block is begun after so many samples once the present one spans the whole reach: smaller blocks would
    /// take more for themselves than for their samples.
    private static let fewestSamples = 16

    init(labels: Labels, reach: Int64) {
        self.labels = labels
        self.reach = reach
    }

    var last: Point? { head.map { Point(time: $0.lastTime, value: $0.lastValue) } }
    /// The time of the oldest sample that is kept; nil without samples.
    var oldest: Int64? { older.first?.firstTime ?? head?.firstTime }
    var count: Int { older.reduce(head?.count ?? 0) { $0 + $1.count } }
    /// What the packed samples take.
    var bytes: Int { older.reduce(head?.bytes ?? 0) { $0 + $1.bytes } }

    func matches(_ matchers: [Matcher]) -> Bool {
        for matcher in matchers where !matcher.matches(labels) { return false }
        return true
    }

    /// Says that it is unknown from its last sample on, or is known again from a time on.
    mutating func setUnknown(_ isUnknown: Bool, at time: Int64) {
        guard self.isUnknown != isUnknown else { return }
        self.isUnknown = isUnknown
        let from = isUnknown ? last.map { min($0.time, time) } ?? .min : gap?.lowerBound ?? .min
        gap = from...(isUnknown ? .max : max(from, time))
    }

    /// How much of a time it was unknown for, in milliseconds.
    func unknown(in time: ClosedRange<Int64>) -> Int64 {
        gap.map { max(0, min($0.upperBound, time.upperBound) - max($0.lowerBound, time.lowerBound)) } ?? 0
    }

    /// Adds a sample.
    ///
    /// - Returns: false where its time is not after the last one's; then it is left out.
    mutating func append(_ point: Point) -> Bool {
        guard let (count, first, last) = head.map({ ($0.count, $0.firstTime, $0.lastTime) }) else {
            head = SampleBlock(point)
            return true
        }
        guard point.time > last else { return false }
        let spansReach = count >= Self.fewestSamples && point.time - first >= reach
        if count < SampleBlock.mostSamples && !spansReach {
            head?.append(point)
        } else {
            head?.shrink()
            if let full = head { older.append(full) }
            head = SampleBlock(point)
        }
        return true
    }

    /// Drops the blocks that hold nothing at or after a time.
    ///
    /// - Returns: how many samples were dropped.
    mutating func prune(before time: Int64) -> Int {
        var dropped = 0
        if let present = head, present.lastTime < time {
            dropped = count
            older = []
            head = nil
        } else if let first = older.first, first.lastTime < time {
            let kept = older.firstIndex { $0.lastTime >= time } ?? older.endIndex
            dropped = older[..<kept].reduce(0) { $0 + $1.count }
            older.removeFirst(kept)
        }
        return dropped
    }

    /// The samples after `after` and up to and with `through`, oldest first.
    func points(after: Int64, through: Int64) -> [Point] {
        guard let head, head.lastTime > after else { return [] }
        var points: [Point] = []
        points.reserveCapacity(older.reduce(head.count) { $1.lastTime > after ? $0 + $1.count : $0 })
        for block in older where block.lastTime > after { block.read(after: after, through: through, into: &points) }
        head.read(after: after, through: through, into: &points)
        return points
    }

    /// The newest sample after `after` and up to and with `through`; nil where there is none.
    func newest(after: Int64, through: Int64) -> Point? {
        guard let head, head.lastTime > after else { return nil }
        if head.lastTime <= through { return Point(time: head.lastTime, value: head.lastValue) }
        return points(after: after, through: through).last
    }
}
