/// The recent past of every series, in memory and packed: what expressions read.
///
/// A series is found through an index of its labels. `prune` drops what no rule reaches any more: each metric is kept
/// for as long as `reach` says, and at least for `retention`.
package struct SampleWindow: SampleSource, Sendable {
    /// By id; a free place holds a series that is in no index.
    private var slots: ContiguousArray<StoredSeries> = []
    private var freeIDs: [Int] = []
    private var index = SeriesIndex()
    private var unknownIDs: Set<Int> = []
    /// How far back every metric is kept, whoever reads it.
    package private(set) var retention: Duration
    /// How far back metrics are kept that rules look further back for.
    package private(set) var reach: Reach
    package private(set) var sampleCount = 0

    /// - Parameter retention: at least the five minutes that an instant selector looks back.
    package init(retention: Duration, reach: Reach = Reach()) {
        self.retention = max(retention, .seconds(300))
        self.reach = reach
    }

    package var seriesCount: Int { index.count }

    /// What the packed samples of all series take, in bytes, without the series' names.
    package var sampleBytes: Int { slots.reduce(0) { $0 + $1.bytes } }

    /// Changes how far back is kept. What is dropped already stays dropped.
    package mutating func keep(retention: Duration, reach: Reach) {
        self.retention = max(retention, .seconds(300))
        self.reach = reach
        for id in slots.indices {
            let reach = kept(slots[id].labels.metric)
            slots[id].reach = reach
        }
    }

    /// How far back a metric is kept, in milliseconds: a minute more, for those who ask with another clock.
    private func kept(_ metric: String?) -> Int64 {
        retention(of: metric).milliseconds + 60_000
    }

    /// How far back expressions can look at a metric.
    package func retention(of metric: String?) -> Duration { max(retention, reach.of(metric)) }

    /// Adds a sample. One that is not newer than the series' last is left out, as Prometheus does.
    ///
    /// - Returns: whether it was taken.
    @discardableResult
    package mutating func append(_ sample: Sample) -> Bool {
        let id = index[sample.labels] ?? add(sample.labels)
        guard slots[id].append(Point(time: sample.at.milliseconds, value: sample.value)) else { return false }
        setUnknown(false, id, at: sample.at)
        sampleCount += 1
        return true
    }

    package mutating func append(_ samples: [Sample]) {
        for sample in samples { append(sample) }
    }

    private mutating func add(_ labels: Labels) -> Int {
        let series = StoredSeries(labels: labels, reach: kept(labels.metric))
        let id: Int
        if let free = freeIDs.popLast() {
            id = free
            slots[id] = series
        } else {
            id = slots.count
            slots.append(series)
        }
        index.insert(id, labels)
        return id
    }

    private mutating func setUnknown(_ isUnknown: Bool, _ id: Int, at time: Timestamp) {
        guard slots[id].isUnknown != isUnknown else { return }
        slots[id].setUnknown(isUnknown, at: time.milliseconds)
        if isUnknown { unknownIDs.insert(id) } else { unknownIDs.remove(id) }
    }

    /// Says that a series has ended: its probe succeeded without it.
    package mutating func markStale(_ labels: Labels, at time: Timestamp) {
        guard let id = index[labels] else { return }
        setUnknown(false, id, at: time)
        end(id, at: time)
    }

    /// Says that a series' value is unknown: its probe failed. It ends here as a stale one does, and is listed by
    /// `unknown(matching:)` until its next sample.
    package mutating func markUnknown(_ labels: Labels, at time: Timestamp) {
        let id = index[labels] ?? add(labels)
        setUnknown(true, id, at: time)
        end(id, at: time)
    }

    private mutating func end(_ id: Int, at time: Timestamp) {
        guard let last = slots[id].last, !StaleMarker.isStale(last.value),
            slots[id].append(Point(time: time.milliseconds, value: StaleMarker.value))
        else { return }
        sampleCount += 1
    }

    /// The series whose value is unknown now and that satisfy all matchers.
    package func unknown(matching matchers: [Matcher]) -> [Labels] {
        unknownIDs.map { slots[$0].labels }
            .filter { labels in matchers.allSatisfy { $0.matches(labels) } }.sorted()
    }

    /// Whether the past of the series that satisfy all matchers is known, so that what a range over it says can be
    /// believed: of none of them more than a quarter of the range was unknown.
    ///
    /// - Parameters:
    ///   - belongs: which of them count.
    ///   - start: where samples must reach back to before this, of every series that counts, and of one at least.
    package func knowsPast(
        of matchers: [Matcher], range: Duration, at now: Timestamp, before start: Timestamp?,
        where belongs: (Labels) -> Bool
    ) -> Bool {
        let time = (now - range).milliseconds...now.milliseconds
        var hasAny = false
        for id in index.candidates(matchers) where slots[id].matches(matchers) && belongs(slots[id].labels) {
            hasAny = true
            if slots[id].unknown(in: time) > range.milliseconds / 4 { return false }
            if let start, (slots[id].oldest ?? .max) >= start.milliseconds { return false }
        }
        return hasAny || start == nil
    }

    /// Whether any series satisfies all matchers, also one that has ended and is not pruned yet.
    package func hasSeries(matching matchers: [Matcher]) -> Bool {
        index.candidates(matchers).contains { id in slots[id].matches(matchers) }
    }

    /// Drops what no rule reaches any more at this time, and the series that have nothing left.
    package mutating func prune(at now: Timestamp) {
        for id in slots.indices {
            sampleCount -= slots[id].prune(before: now.milliseconds - slots[id].reach)
            guard slots[id].last == nil, !slots[id].isUnknown, index[slots[id].labels] == id else { continue }
            index.remove(slots[id].labels)
            freeIDs.append(id)
        }
    }

    /// The newest sample of each series that has not ended and is not older than `lookback`.
    package func latest(at time: Timestamp, lookback: Duration = .seconds(300)) -> [Sample] {
        slots.compactMap { one in
            guard let last = one.last, !StaleMarker.isStale(last.value),
                last.time > (time - lookback).milliseconds
            else { return nil }
            return Sample(labels: one.labels, value: last.value, at: Timestamp(milliseconds: last.time))
        }
    }

    // MARK: Selection

    package func select(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [SeriesSlice] {
        var found: [SeriesSlice] = []
        for id in index.candidates(matchers) {
            guard slots[id].matches(matchers) else { continue }
            let points = slots[id].points(after: after.milliseconds, through: through.milliseconds)
            if !points.isEmpty { found.append(SeriesSlice(labels: slots[id].labels, samples: points[...])) }
        }
        return found
    }

    package func newest(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [NewestSample] {
        var found: [NewestSample] = []
        for id in index.candidates(matchers) {
            guard slots[id].matches(matchers),
                let point = slots[id].newest(after: after.milliseconds, through: through.milliseconds)
            else { continue }
            found.append(NewestSample(labels: slots[id].labels, point: point))
        }
        return found
    }

    // MARK: Names

    /// The series with a sample in the given time, in order. None of the selectors: all series.
    package func series(matching selectors: [[Matcher]], after: Timestamp, through: Timestamp) -> [Labels] {
        var found: Set<Labels> = []
        for matchers in selectors.isEmpty ? [[]] : selectors {
            for id in index.candidates(matchers) {
                guard slots[id].matches(matchers),
                    slots[id].newest(after: after.milliseconds, through: through.milliseconds) != nil
                else { continue }
                found.insert(slots[id].labels)
            }
        }
        return found.sorted()
    }

    /// The names of all labels, in order.
    package var labelNames: [String] { index.names.sorted() }

    /// The values of one label, in order.
    package func labelValues(of name: String) -> [String] { index.values(of: name).sorted() }
}
