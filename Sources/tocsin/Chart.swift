import PromQL

/// A series as one line of bars, for a terminal.
enum Chart {
    /// Columns.
    static let width = 60

    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

    /// One bar for each column of time, as high as the last finite value in it; blank where there is none.
    static func line(_ points: [Point], from: Timestamp, through: Timestamp) -> String {
        let span = max(1, (through - from).milliseconds)
        var columns: [Double?] = Array(repeating: nil, count: width)
        for point in points where point.value.isFinite {
            let column = Int(Double(point.time - from.milliseconds) / Double(span) * Double(width - 1) + 0.5)
            if columns.indices.contains(column) { columns[column] = point.value }
        }
        let values = columns.compactMap { $0 }
        guard let low = values.min(), let high = values.max() else { return "(no finite value)" }
        return String(
            columns.map { value -> Character in
                guard let value else { return " " }
                // A level line is drawn in the middle: it is neither low nor high.
                guard high > low else { return bars[3] }
                // Divided before subtracted, since the difference of two large numbers may be infinite.
                let share = (value / 2 - low / 2) / (high / 2 - low / 2)
                return bars[min(bars.count - 1, Int(share * Double(bars.count)))]
            })
    }

    /// `min 1  max 9  last 4`; infinities and NaN are counted apart.
    static func summary(_ points: [Point]) -> String {
        let finite = points.map(\.value).filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max(), let last = points.last?.value else {
            return "\(points.count) values, none of them finite"
        }
        let others = points.count - finite.count
        return "min \(shown(low))  max \(shown(high))  last \(shown(last))"
            + (others > 0 ? "  (\(others) not finite)" : "")
    }

    /// With four digits that count.
    private static func shown(_ value: Double) -> String {
        guard value.isFinite, value != 0, value != value.rounded() else { return PlainNumber.text(value) }
        var scale = 1.0
        while abs(value) * scale < 1_000, scale < 1e12 { scale *= 10 }
        return PlainNumber.text((value * scale).rounded() / scale)
    }
}
