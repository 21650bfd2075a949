/// What expressions read.
package protocol SampleSource {
    /// The series that satisfy all matchers, each with its samples after `after` and up to and with `through`, oldest
    /// first, stale markers included. A series without such samples may be left out.
    func select(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [SeriesSlice]

    /// The newest sample of each series that satisfies all matchers, after `after` and up to and with `through`; also
    /// where it is a stale marker.
    func newest(_ matchers: [Matcher], after: Timestamp, through: Timestamp) -> [NewestSample]
}

/// The newest sample of one series.
package struct NewestSample: Sendable {
    package let labels: Labels
    package let point: Point

    package init(labels: Labels, point: Point) {
        self.labels = labels
        self.point = point
    }
}

/// A part of one series.
package struct SeriesSlice: Sendable {
    package let labels: Labels
    package let samples: ArraySlice<Point>

    package init(labels: Labels, samples: ArraySlice<Point>) {
        self.labels = labels
        self.samples = samples
    }
}

/// One value at one time.
package struct Point: Hashable, Sendable {
    /// Milliseconds since 1970 UTC.
    package let time: Int64
    package let value: Double

    package init(time: Int64, value: Double) {
        self.time = time
        self.value = value
    }
}
