/// The samples that a range evaluation needs, read once and then looked up for every step.
///
/// Reading them anew at each step would unpack the same blocks hundreds of times.
struct PrefetchedSource: SampleSource {
    private var slices: [[Matcher]: [SeriesSlice]] = [:]

    /// - Parameter reads: what the selectors of the expression read over all steps.
    init(_ source: some SampleSource, reads: [(matchers: [Matcher], after: Int64, through: Int64)]) {
        for read in reads where slices[read.matchers] == nil {
            let same = reads.filter { $0.matchers == read.matchers }
            let after = same.map(\.after).min() ?? read.after
            let through = same.map(\.through).max() ?? read.through
            slices[read.matchers] = source.select(
                read.matchers, after: Timestamp(milliseconds: after), through: Timestamp(milliseconds: through))
        }
    }

    func select(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [SeriesSlice] {
        (slices[matchers] ?? []).compactMap { slice in
            let start = slice.samples.firstIndex(after: after.milliseconds)
            let end = slice.samples.firstIndex(after: through.milliseconds)
            return start < end ? SeriesSlice(labels: slice.labels, samples: slice.samples[start..<end]) : nil
        }
    }

    func newest(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [NewestSample] {
        (slices[matchers] ?? []).compactMap { slice in
            let end = slice.samples.firstIndex(after: through.milliseconds)
            guard end > slice.samples.startIndex, slice.samples[end - 1].time > after.milliseconds else { return nil }
            return NewestSample(labels: slice.labels, point: slice.samples[end - 1])
        }
    }
}

extension ArraySlice<Point> {
    /// The index of the first point after a time, by halving.
    fileprivate func firstIndex(after time: Int64) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
