/// The recent past of every series, in memory: what expressions read.
///
/// A series is found through an index of its labels. What is older than `retention` is dropped by `prune`.
package struct SampleWindow: SampleSource, Sendable {
    private struct Series: Sendable {
        let labels: Labels
        var points: [Point]
        var isUnknown: Bool
    }

    private var series: [Int: Series] = [:]
    private var ids: [Labels: Int] = [:]
    private var postings: [Labels.Pair: Set<Int>] = [:]
    private var unknownIDs: Set<Int> = []
    private var nextID = 0
    /// How far back samples are kept.
    package var retention: Duration
    package private(set) var sampleCount = 0

    /// - Parameter retention: at least the five minutes that an instant selector looks back.
    package init(retention: Duration) {
        self.retention = max(retention, .seconds(300))
    }

    package var seriesCount: Int { series.count }

    /// Adds a sample. One that is not newer than the series' last is left out, as Prometheus does.
    ///
    /// - Returns: whether it was taken.
    @discardableResult
    package mutating func append(_ sample: Sample) -> Bool {
        let id = ids[sample.labels] ?? add(sample.labels)
        guard series[id]?.points.last.map({ $0.time < sample.at.milliseconds }) ?? true else { return false }
        series[id]?.points.append(Point(time: sample.at.milliseconds, value: sample.value))
        if series[id]?.isUnknown == true {
            series[id]?.isUnknown = false
            unknownIDs.remove(id)
        }
        sampleCount += 1
        return true
    }

    package mutating func append(_ samples: [Sample]) {
        for sample in samples { append(sample) }
    }

    private mutating func add(_ labels: Labels) -> Int {
        let id = nextID
        nextID += 1
        ids[labels] = id
        series[id] = Series(labels: labels, points: [], isUnknown: false)
        for pair in labels.pairs { postings[pair, default: []].insert(id) }
        return id
    }

    /// Says that a series has ended: its probe succeeded without it.
    package mutating func markStale(_ labels: Labels, at time: Timestamp) {
        guard let id = ids[labels] else { return }
        series[id]?.isUnknown = false
        unknownIDs.remove(id)
        end(id, at: time)
    }

    /// Says that a series' value is unknown: its probe failed. It ends here as a stale one does, and is listed by
    /// `unknown(matching:)` until its next sample.
    package mutating func markUnknown(_ labels: Labels, at time: Timestamp) {
        let id = ids[labels] ?? add(labels)
        series[id]?.isUnknown = true
        unknownIDs.insert(id)
        end(id, at: time)
    }

    private mutating func end(_ id: Int, at time: Timestamp) {
        guard let last = series[id]?.points.last, !StaleMarker.isStale(last.value), last.time < time.milliseconds
        else { return }
        series[id]?.points.append(Point(time: time.milliseconds, value: StaleMarker.value))
        sampleCount += 1
    }

    /// The series whose value is unknown now and that satisfy all matchers.
    package func unknown(matching matchers: [Matcher]) -> [Labels] {
        unknownIDs.compactMap { series[$0]?.labels }
            .filter { labels in matchers.allSatisfy { $0.matches(labels) } }.sorted()
    }

    /// Whether any series satisfies all matchers, also one that has ended and is not pruned yet.
    package func hasSeries(matching matchers: [Matcher]) -> Bool {
        candidates(matchers).contains { id in
            series[id].map { one in matchers.allSatisfy { $0.matches(one.labels) } } ?? false
        }
    }

    /// Drops samples before a time, and the series that have none left.
    package mutating func prune(before time: Timestamp) {
        for (id, one) in series {
            let kept = one.points.firstIndex { $0.time >= time.milliseconds } ?? one.points.endIndex
            guard kept > 0 else { continue }
            sampleCount -= kept
            if kept == one.points.count && !one.isUnknown {
                series[id] = nil
                ids[one.labels] = nil
                for pair in one.labels.pairs {
                    postings[pair]?.remove(id)
                    if postings[pair]?.isEmpty == true { postings[pair] = nil }
                }
            } else {
                series[id]?.points.removeFirst(kept)
            }
        }
    }

    /// The newest sample of each series that has not ended and is not older than `lookback`.
    package func latest(at time: Timestamp, lookback: Duration = .seconds(300)) -> [Sample] {
        series.values.compactMap { one in
            guard let last = one.points.last, !StaleMarker.isStale(last.value),
                last.time > (time - lookback).milliseconds
            else { return nil }
            return Sample(labels: one.labels, value: last.value, at: Timestamp(milliseconds: last.time))
        }
    }

    // MARK: Selection

    package func select(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [SeriesSlice] {
        var found: [SeriesSlice] = []
        for id in candidates(matchers) {
            guard let one = series[id], matchers.allSatisfy({ $0.matches(one.labels) }) else { continue }
            let start = one.points.firstIndex(after: after.milliseconds)
            let end = one.points.firstIndex(after: through.milliseconds)
            if start < end { found.append(SeriesSlice(labels: one.labels, samples: one.points[start..<end])) }
        }
        return found
    }

    /// The ids that may match: those of the rarest exact label, or all where no matcher names one.
    private func candidates(_ matchers: [Matcher]) -> [Int] {
        var smallest: Set<Int>?
        for matcher in matchers where matcher.operation == .equal && !matcher.value.isEmpty {
            let ids = postings[Labels.Pair(name: matcher.name, value: matcher.value)] ?? []
            if smallest.map({ ids.count < $0.count }) ?? true { smallest = ids }
        }
        return smallest.map(Array.init) ?? Array(series.keys)
    }
}

extension [Point] {
    /// The index of the first point after a time, by halving.
    func firstIndex(after time: Int64) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
