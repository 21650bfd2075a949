/// What an expression gave.
package enum Value: Sendable {
    case scalar(Double)
    case vector([VectorElement])
    case matrix([RangeSeries])
    case string(String)
}

/// One element of an instant vector.
package struct VectorElement: Hashable, Sendable {
    package var labels: Labels
    package var value: Double

    package init(labels: Labels, value: Double) {
        self.labels = labels
        self.value = value
    }
}

/// One series of a range vector.
package struct RangeSeries: Hashable, Sendable {
    package var labels: Labels
    package var points: [Point]

    package init(labels: Labels, points: [Point]) {
        self.labels = labels
        self.points = points
    }
}
