import PromQL
import Support

/// The series that both sides evaluate over: two hours, a sample every quarter of a minute.
///
/// No sample stands on a whole or half second, and all times asked for are half seconds: Prometheus 2.42 includes the
/// left end of a range and 3 does not, so that neither a sample nor a subquery's step may stand there. Counters never come near zero, since 3 reaches back to
/// zero in another order. Values are of one size, so that sums differ in the last bits only.
struct DifferentialSeries {
    static let start: Int64 = 1_700_000_000_000
    static let end: Int64 = start + 7_200_000

    private(set) var series: [(labels: Labels, points: [Point])] = []

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for job in ["api", "web", "db"] {
            for zone in ["eu-1", "us-2", ""] {
                for n in 1...3 {
                    let labels: Labels = ["job": job, "zone": zone, "n": "\(n)"]
                    add("gauge", labels, &random) { _, random in Double.random(in: 1...100, using: &random) }
                    if n < 3 {
                        add("other", labels, &random) { _, random in Double.random(in: -500...500, using: &random) }
                    }
                    var count = Double.random(in: 1_000...5_000, using: &random)
                    add("count_total", labels, &random) { _, random in
                        let resets = Int.random(in: 0..<60, using: &random) == 0
                        count =
                            resets
                            ? Double.random(in: 900...990, using: &random)
                            : count + Double(Int.random(in: 0...9, using: &random))
                        return count
                    }
                    if n == 1 { addHard(labels, &random) }
                }
            }
        }
    }

    private mutating func addHard(_ labels: Labels, _ random: inout SeededGenerator) {
        add("special", labels, &random) { step, random in
            switch (step / 7) % 5 {
            case 0: .nan
            case 1: .infinity
            case 2: -.infinity
            default: Double.random(in: -10...10, using: &random)
            }
        }
        // Longer than five minutes without a sample, twice.
        add("gappy", labels, &random) { step, random in
            (100..<140).contains(step) || (200..<290).contains(step)
                ? nil : Double.random(in: 1...50, using: &random).rounded()
        }
        var counts = [Double](repeating: 2_000, count: 6)
        var rows: [[Double]] = []
        for _ in 0..<480 {
            for bucket in counts.indices {
                counts[bucket] += Double(Int.random(in: 0...(bucket * 3 + 2), using: &random))
            }
            // Cumulative, and cumulative it stays.
            for bucket in counts.indices.dropFirst() { counts[bucket] = max(counts[bucket], counts[bucket - 1]) }
            rows.append(counts)
        }
        for (bucket, bound) in ["0.1", "0.5", "1", "2.5", "10", "+Inf"].enumerated() {
            add("lat_bucket", labels.setting("le", bound), &random) { step, _ in rows[step][bucket] }
        }
    }

    private mutating func add(
        _ metric: String, _ labels: Labels, _ random: inout SeededGenerator,
        _ value: (Int, inout SeededGenerator) -> Double?
    ) {
        let phase = Int64.random(in: 1...10, using: &random) * 1_000
        var points: [Point] = []
        for step in 0..<480 {
            let time = Self.start + Int64(step) * 15_000 + phase + Int64.random(in: 100...400, using: &random)
            if let value = value(step, &random) { points.append(Point(time: time, value: value)) }
        }
        series.append((labels.setting(Labels.metricName, metric), points))
    }

    /// For `promtool tsdb create-blocks-from openmetrics`.
    var openMetrics: String {
        var lines: [String] = []
        for (labels, points) in series {
            for point in points {
                let (seconds, rest) = point.time.quotientAndRemainder(dividingBy: 1_000)
                let fraction = String(repeating: "0", count: 3 - "\(rest)".count) + "\(rest)"
                let value =
                    point.value.isNaN
                    ? "NaN" : point.value.isInfinite ? (point.value > 0 ? "+Inf" : "-Inf") : "\(point.value)"
                lines.append("\(labels.description.replacing(", ", with: ",")) \(value) \(seconds).\(fraction)")
            }
        }
        return lines.joined(separator: "\n") + "\n# EOF\n"
    }

    var window: SampleWindow {
        var window = SampleWindow(retention: .seconds(1_000_000))
        for (labels, points) in series {
            for point in points {
                window.append(
                    Sample(labels: labels, value: point.value, at: Timestamp(milliseconds: point.time)))
            }
        }
        return window
    }
}
