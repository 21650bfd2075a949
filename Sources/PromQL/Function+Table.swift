#if canImport(Glibc)
    import Glibc
#endif

extension Function {
    static let all: [Function] = elementwise + overRanges + dates + special

    private static let elementwise: [Function] =
        [
            plain("abs", abs), plain("ceil") { $0.rounded(.up) }, plain("floor") { $0.rounded(.down) },
            plain("exp", exp), plain("ln", log), plain("log2", log2), plain("log10", log10),
            plain("sqrt") { $0.squareRoot() }, plain("sin", sin), plain("cos", cos), plain("tan", tan),
            plain("asin", asin), plain("acos", acos), plain("atan", atan), plain("sinh", sinh), plain("cosh", cosh),
            plain("tanh", tanh), plain("asinh", asinh), plain("acosh", acosh), plain("atanh", atanh),
            plain("deg") { $0 * 180 / .pi }, plain("rad") { $0 * .pi / 180 },
            plain("sgn") { $0 < 0 ? -1 : ($0 > 0 ? 1 : $0) },
        ] + [
            Function(
                "round", [.vector, .scalar], optional: 1,
                .each { value, parameters in
                    // As Prometheus: multiplied by the inverse, halves upwards.
                    let inverse = 1 / (parameters.first ?? 1)
                    return (value * inverse + 0.5).rounded(.down) / inverse
                }),
            Function("clamp_min", [.vector, .scalar], .each { greater($0, $1[0]) }),
            Function("clamp_max", [.vector, .scalar], .each { lesser($0, $1[0]) }),
            Function("clamp", [.vector, .scalar, .scalar], .each { clamp($0, $1[0], $1[1]) }),
        ]

    private static func plain(_ name: String, _ body: @escaping @Sendable (Double) -> Double) -> Function {
        Function(name, [.vector], .each { value, _ in body(value) })
    }

    private static func clamp(_ value: Double, _ low: Double, _ high: Double) -> Double {
        greater(low, lesser(high, value))
    }

    /// Go's `math.Max` and `math.Min`: infinity wins over NaN, and NaN over numbers.
    private static func greater(_ one: Double, _ other: Double) -> Double {
        if one == .infinity || other == .infinity { return .infinity }
        return one.isNaN || other.isNaN ? .nan : max(one, other)
    }

    private static func lesser(_ one: Double, _ other: Double) -> Double {
        if one == -.infinity || other == -.infinity { return -.infinity }
        return one.isNaN || other.isNaN ? .nan : min(one, other)
    }

    private static let overRanges: [Function] = [
        over("rate") { extrapolated($0, isCounter: true, perSecond: true) },
        over("increase") { extrapolated($0, isCounter: true, perSecond: false) },
        over("delta") { extrapolated($0, isCounter: false, perSecond: false) },
        over("irate") { instant($0, isRate: true) },
        over("idelta") { instant($0, isRate: false) },
        over("avg_over_time") { $0.points.map(\.value).mean },
        over("sum_over_time") { $0.points.map(\.value).kahanSum },
        over("min_over_time") { $0.points.map(\.value).prometheusMin },
        over("max_over_time") { $0.points.map(\.value).prometheusMax },
        over("count_over_time") { Double($0.points.count) },
        over("last_over_time", keepsName: true) { $0.points.last?.value },
        over("present_over_time") { _ in 1 },
        over("stddev_over_time") { $0.points.map(\.value).variance.squareRoot() },
        over("stdvar_over_time") { $0.points.map(\.value).variance },
        over("changes") { range in
            Double(
                zip(range.points, range.points.dropFirst()).filter {
                    $0.value != $1.value && !($0.value.isNaN && $1.value.isNaN)
                }.count)
        },
        over("resets") { range in
            Double(zip(range.points, range.points.dropFirst()).filter { $1.value < $0.value }.count)
        },
        over("deriv") { range in
            guard range.points.count > 1, let first = range.points.first else { return nil }
            return regression(range.points, from: first.time).slope
        },
        Function(
            "predict_linear", [.matrix, .scalar],
            .over { range in
                guard range.points.count > 1 else { return nil }
                let line = regression(range.points, from: range.now)
                return line.slope * range.parameters[0] + line.intercept
            }),
        Function(
            "quantile_over_time", [.scalar, .matrix],
            .over { range in
                range.points.map(\.value).quantile(range.parameters[0])
            }),
        Function("double_exponential_smoothing", [.matrix, .scalar, .scalar], .over(smoothed)),
        Function("holt_winters", [.matrix, .scalar, .scalar], .over(smoothed)),
    ]

    private static func over(
        _ name: String, keepsName: Bool = false, _ body: @escaping @Sendable (RangeInput) -> Double?
    ) -> Function {
        Function(name, [.matrix], keepsName: keepsName, .over(body))
    }

    private static let dates: [Function] = [
        date("minute") { Double($0.minute) }, date("hour") { Double($0.hour) }, date("month") { Double($0.month) },
        date("year") { Double($0.year) }, date("day_of_month") { Double($0.day) },
        date("day_of_week") { Double($0.weekday) }, date("day_of_year") { Double($0.dayOfYear) },
        date("days_in_month") { Double($0.daysInMonth) },
    ]

    private static func date(_ name: String, _ body: @escaping @Sendable (CivilDate) -> Double) -> Function {
        Function(name, [.vector], optional: 1, .date(body))
    }

    private static let special: [Function] = [
        Function("absent", [.vector], .special(.absent)),
        Function("absent_over_time", [.matrix], .special(.absentOverTime)),
        Function("time", [], result: .scalar, .special(.time)),
        Function("pi", [], result: .scalar, .special(.pi)),
        Function("vector", [.scalar], .special(.vector)),
        Function("scalar", [.vector], result: .scalar, .special(.scalar)),
        Function("sort", [.vector], keepsName: true, .special(.sort)),
        Function("sort_desc", [.vector], keepsName: true, .special(.sortDescending)),
        Function(
            "label_replace", [.vector, .string, .string, .string, .string], keepsName: true, .special(.labelReplace)),
        Function(
            "label_join", [.vector, .string, .string, .string], optional: 1, isVariadic: true, keepsName: true,
            .special(.labelJoin)),
        Function("histogram_quantile", [.scalar, .vector], .special(.histogramQuantile)),
        Function("histogram_fraction", [.scalar, .scalar, .vector], .special(.histogramFraction)),
        Function("timestamp", [.vector], .special(.timestamp)),
    ]

    /// The rate or difference over a range, extrapolated to its ends: `extrapolatedRate` of Prometheus 3
    /// (promql/functions.go). A counter's resets are added back, and it is not extrapolated below zero.
    private static func extrapolated(_ range: RangeInput, isCounter: Bool, perSecond: Bool) -> Double? {
        guard range.points.count > 1, let first = range.points.first, let last = range.points.last else { return nil }
        var result = last.value - first.value
        if isCounter {
            for (one, next) in zip(range.points, range.points.dropFirst()) where next.value < one.value {
                result += one.value
            }
        }
        var toStart = Double(first.time - range.start) / 1_000
        var toEnd = Double(range.end - last.time) / 1_000
        let sampled = Double(last.time - first.time) / 1_000
        let average = sampled / Double(range.points.count - 1)
        let threshold = average * 1.1
        if toStart >= threshold { toStart = average / 2 }
        if isCounter {
            let toZero = result > 0 && first.value >= 0 ? sampled * (first.value / result) : toStart
            toStart = min(toStart, toZero)
        }
        if toEnd >= threshold { toEnd = average / 2 }
        var factor = (sampled + toStart + toEnd) / sampled
        if perSecond { factor /= Double(range.end - range.start) / 1_000 }
        return result * factor
    }

    private static func instant(_ range: RangeInput, isRate: Bool) -> Double? {
        guard range.points.count > 1 else { return nil }
        let last = range.points[range.points.count - 1]
        let before = range.points[range.points.count - 2]
        let difference = isRate && last.value < before.value ? last.value : last.value - before.value
        guard isRate else { return difference }
        let seconds = Double(last.time - before.time) / 1_000
        return seconds == 0 ? nil : difference / seconds
    }

    /// Least squares over the points, in seconds from a time: `linearRegression` of Prometheus.
    private static func regression(_ points: [Point], from origin: Int64) -> (slope: Double, intercept: Double) {
        let first = points[0].value
        if points.allSatisfy({ $0.value == first }) { return first.isInfinite ? (.nan, .nan) : (0, first) }
        var (x, y, xy, xx) = (KahanSum(), KahanSum(), KahanSum(), KahanSum())
        for point in points {
            let time = Double(point.time - origin) / 1_000
            x.add(time)
            y.add(point.value)
            xy.add(time * point.value)
            xx.add(time * time)
        }
        let count = Double(points.count)
        let covariance = xy.total - x.total * y.total / count
        let variance = xx.total - x.total * x.total / count
        let slope = covariance / variance
        return (slope, y.total / count - slope * x.total / count)
    }

    private static func smoothed(_ range: RangeInput) -> Double? {
        let (smoothing, trendFactor) = (range.parameters[0], range.parameters[1])
        guard range.points.count > 1, smoothing > 0, smoothing < 1, trendFactor > 0, trendFactor < 1 else { return nil }
        var before = 0.0
        var level = range.points[0].value
        var trend = range.points[1].value - range.points[0].value
        for (index, point) in range.points.enumerated().dropFirst() {
            if index > 1 { trend = trendFactor * (level - before) + (1 - trendFactor) * trend }
            before = level
            level = smoothing * point.value + (1 - smoothing) * (level + trend)
        }
        return level
    }
}
