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
    /// The metric's name is still there, and goes at the end: see `EvaluationLimits.delaysNameRemoval`.
    var dropsName = false

    package init(labels: Labels, value: Double) {
        self.labels = labels
        self.value = value
    }

    init(labels: Labels, value: Double, dropsName: Bool) {
        self.init(labels: labels, value: value)
        self.dropsName = dropsName
    }
}

/// One series of a range vector.
package struct RangeSeries: Hashable, Sendable {
    package var labels: Labels
    package var points: [Point]
    /// As `VectorElement.dropsName`.
    var dropsName = false

    package init(labels: Labels, points: [Point]) {
        self.labels = labels
        self.points = points
    }
}
