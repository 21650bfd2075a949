/// The buckets of one classic histogram: how many observations are at most each bound.
///
/// The formulas are those of Prometheus's `BucketQuantile` and `BucketFraction` (promql/quantile.go): within a bucket
/// observations are taken to be spread evenly, and the first begins at 0 where its bound is above.
struct ClassicBuckets {
    typealias Bucket = (bound: Double, count: Double)

    private var all: [Bucket] = []

    mutating func add(bound: Double, count: Double) {
        all.append((bound, count))
    }

    /// By bound, those of one bound as one; nil where the last does not hold everything.
    private var ordered: [Bucket]? {
        var buckets: [Bucket] = []
        for bucket in all.sorted(by: { $0.bound < $1.bound }) {
            if let last = buckets.last, last.bound == bucket.bound {
                buckets[buckets.count - 1].count += bucket.count
            } else {
                buckets.append(bucket)
            }
        }
        return buckets.last?.bound == .infinity ? buckets : nil
    }

    /// - Returns: the quantile, and whether buckets had to be raised to hold at least what the one before holds; a
    ///   difference that rounding explains is not told.
    func quantile(_ phi: Double) -> (value: Double, isForced: Bool) {
        if phi.isNaN { return (.nan, false) }
        if phi < 0 { return (-.infinity, false) }
        if phi > 1 { return (.infinity, false) }
        guard var buckets = ordered else { return (.nan, false) }
        let isForced = Self.makeMonotonic(&buckets)
        guard buckets.count > 1, let observations = buckets.last?.count, observations != 0 else {
            return (.nan, isForced)
        }
        let rank = phi * observations
        let found = buckets.dropLast().firstIndex { $0.count >= rank } ?? buckets.count - 1
        if found == buckets.count - 1 { return (buckets[buckets.count - 2].bound, isForced) }
        if found == 0 && buckets[0].bound <= 0 { return (buckets[0].bound, isForced) }
        let start = found > 0 ? buckets[found - 1].bound : 0
        let before = found > 0 ? buckets[found - 1].count : 0
        let share = (rank - before) / (buckets[found].count - before)
        return (start + (buckets[found].bound - start) * share, isForced)
    }

    /// The share of the observations that lie between two values.
    func fraction(from lower: Double, to upper: Double) -> Double {
        guard let buckets = ordered, let count = buckets.last?.count, count != 0, !lower.isNaN, !upper.isNaN else {
            return .nan
        }
        if lower >= upper { return 0 }
        let below = (Self.observations(below: lower, in: buckets), Self.observations(below: upper, in: buckets))
        return (min(below.1, count) - min(below.0, count)) / count
    }

    /// How many observations are below a value. Of a bucket without an end nothing can be said: none of its own are.
    private static func observations(below value: Double, in buckets: [Bucket]) -> Double {
        var start = buckets[0].bound > 0 ? 0 : -Double.infinity
        var before = 0.0
        for bucket in buckets {
            if start >= value { return before }
            if bucket.bound > value {
                if start == -.infinity { return bucket.count }
                return before + (bucket.count - before) * (value - start) / (bucket.bound - start)
            }
            (start, before) = (bucket.bound, bucket.count)
        }
        return before
    }

    /// Raises each bucket to at least the one before: scrapes of parts at different times may say otherwise.
    private static func makeMonotonic(_ buckets: inout [Bucket]) -> Bool {
        var isForced = false
        for index in buckets.indices.dropFirst() {
            let before = buckets[index - 1].count
            let difference = abs(buckets[index].count - before)
            if difference <= 1e-12 * (abs(buckets[index].count) + abs(before)) {
                buckets[index].count = before
            } else if buckets[index].count < before {
                buckets[index].count = before
                isForced = true
            }
        }
        return isForced
    }
}
