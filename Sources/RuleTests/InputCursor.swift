import PromQL
import Settings

/// Hands out the values of an input series step by step.
struct InputCursor {
    let labels: Labels
    private var values: SeriesValues.Iterator
    private(set) var next: (time: Timestamp, value: SeriesValues.Value)?
    private let interval: Duration

    init(_ series: InputSeries, start: Timestamp, interval: Duration) {
        labels = series.labels
        self.interval = interval
        values = series.values.makeIterator()
        next = values.next().map { (start, $0) }
    }

    /// The next value that comes by a time; nil where none does.
    mutating func pop(through time: Timestamp) -> (time: Timestamp, value: SeriesValues.Value)? {
        guard let present = next, present.time <= time else { return nil }
        next = values.next().map { (present.time + interval, $0) }
        return present
    }
}
