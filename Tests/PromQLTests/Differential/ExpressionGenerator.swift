import Support

/// Makes expressions of the language that Prometheus 2.42 and Tocsin both know, over the series of
/// `DifferentialSeries`. What the two are known to differ in is left out here, each with its reason.
struct ExpressionGenerator {
    var random: SeededGenerator

    private mutating func pick<Element>(_ all: [Element]) -> Element {
        all[Int.random(in: 0..<all.count, using: &random)]
    }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func expression() -> GeneratedExpression { chance(8) ? scalar(4) : vector(4) }

    // MARK: Scalars

    private mutating func scalar(_ depth: Int) -> GeneratedExpression {
        guard depth > 0, chance(45) else {
            return GeneratedExpression(
                .scalar, pick(["0", "1", "2", "0.5", "-3", "1e3", "0x1F", "Inf", "NaN", "10", "0.95", "3.25", "100"]))
        }
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return GeneratedExpression(.scalar, "time()")
        case 1: return GeneratedExpression(.scalar, "pi()")
        case 2: return GeneratedExpression(.scalar, [.text("scalar("), .child(vector(depth - 1)), .text(")")])
        case 3: return GeneratedExpression(.scalar, [.text("-("), .child(scalar(depth - 1)), .text(")")])
        case 4:
            let comparison = pick(["==", "!=", ">", "<", ">=", "<="])
            return GeneratedExpression(
                .scalar,
                [
                    .text("("), .child(scalar(depth - 1)), .text(" \(comparison) bool "), .child(scalar(depth - 1)),
                    .text(")"),
                ])
        default:
            return GeneratedExpression(
                .scalar,
                [
                    .text("("), .child(scalar(depth - 1)), .text(" \(pick(Self.arithmetic + ["atan2"])) "),
                    .child(scalar(depth - 1)), .text(")"),
                ])
        }
    }

    private static let arithmetic = ["+", "-", "*", "/", "%", "^"]
    /// Series without infinities and NaN.
    private static let finite = ["gauge", "other", "gappy", "count_total"]

    // MARK: Selectors

    private mutating func matchers() -> String {
        let all = [
            #"job="api""#, #"job!="api""#, #"job=~"a.*""#, #"job!~"w.+""#, #"zone="""#, #"zone!="""#, #"n=~"1|2|3""#,
            #"n="1""#, #"missing="""#, #"job=~"api|web""#, #"zone=~"(eu|us)-[0-9]""#, #"n!~"[2-9]""#,
        ]
        return (0..<Int.random(in: 0...2, using: &random)).map { _ in pick(all) }.joined(separator: ",")
    }

    /// - Parameter range: `[5m]`, or empty.
    private mutating func selector(_ range: String = "", metrics: [String]? = nil) -> [GeneratedExpression.Part] {
        let metric = pick(
            metrics ?? ["gauge", "gauge", "other", "count_total", "special", "gappy", "lat_bucket", "none"])
        let inner = matchers()
        var parts: [GeneratedExpression.Part] = [.text(metric)]
        if !inner.isEmpty { parts.append(.optional("{\(inner)}")) }
        parts.append(.text(range))
        return parts + modifiers()
    }

    private mutating func modifiers() -> [GeneratedExpression.Part] {
        var parts: [GeneratedExpression.Part] = []
        if chance(12) { parts.append(.optional(" offset \(pick(["30s", "5m", "-2m", "1m10s", "17s"]))")) }
        if chance(8) { parts.append(.optional(" @ \(pick(["1700003000", "start()", "end()", "1700002222"]))")) }
        return parts
    }

    private mutating func matrix(_ depth: Int, metrics: [String]? = nil) -> GeneratedExpression {
        if depth > 1, metrics == nil, chance(22) {
            return GeneratedExpression(
                .matrix,
                [
                    .text("("), .child(vector(depth - 2)),
                    .text(")[\(pick(["313s", "611s", "97s"])):\(pick(["", "30s", "1m"]))]"),
                ] + modifiers())
        }
        return GeneratedExpression(
            .matrix, selector("[\(pick(["1m", "2m", "5m", "10m", "45s", "17s", "20m"]))]", metrics: metrics))
    }

    // MARK: Vectors

    private mutating func vector(_ depth: Int) -> GeneratedExpression {
        guard depth > 0 else { return GeneratedExpression(.vector, selector()) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<14: return GeneratedExpression(.vector, selector())
        case 14..<34: return overTime(depth)
        case 34..<50: return aggregation(depth)
        case 50..<72: return binary(depth)
        case 72..<84: return elementwise(depth)
        case 84..<90: return labels(depth)
        case 90..<93: return histogram(depth)
        case 93..<95: return GeneratedExpression(.vector, [.text("vector("), .child(scalar(depth - 1)), .text(")")])
        case 95..<97:
            return GeneratedExpression(.vector, [.text("-("), .child(vector(depth - 1)), .text(")")])
        default:
            return GeneratedExpression(
                .vector, [.text("\(pick(["absent", "sort", "sort_desc"]))("), .child(vector(depth - 1)), .text(")")])
        }
    }

    private mutating func overTime(_ depth: Int) -> GeneratedExpression {
        let plain = [
            "delta", "idelta", "irate", "deriv", "changes", "resets", "avg_over_time",
            "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time", "present_over_time",
            "absent_over_time",
        ]
        switch Int.random(in: 0..<22, using: &random) {
        case 5...8:
            // Over series without gaps: after one, 2.42 and 3 reach back to zero in another order.
            return GeneratedExpression(
                .vector,
                [
                    .text("\(pick(["rate", "increase"]))("),
                    .child(matrix(depth, metrics: ["count_total", "count_total", "gauge", "lat_bucket", "other"])),
                    .text(")"),
                ])
        case 3, 4:
            // 2.42 takes the deviation of an infinity for 0, Prometheus 3 for NaN.
            return GeneratedExpression(
                .vector,
                [
                    .text("\(pick(["stddev_over_time", "stdvar_over_time"]))("),
                    .child(matrix(depth, metrics: Self.finite)), .text(")"),
                ])
        case 0:
            return GeneratedExpression(
                .vector,
                [
                    .text("quantile_over_time("), .child(scalar(1)), .text(", "), .child(matrix(depth)), .text(")"),
                ])
        case 1:
            return GeneratedExpression(
                .vector,
                [.text("predict_linear("), .child(matrix(depth)), .text(", "), .child(scalar(1)), .text(")")])
        case 2:
            // Of the name that 2.42 has; Prometheus 3 calls it double_exponential_smoothing.
            return GeneratedExpression(
                .vector,
                [
                    .text("holt_winters("), .child(matrix(depth)),
                    .text(", \(pick(["0.3", "0.5", "0.9", "1.5"])), \(pick(["0.1", "0.6", "0"])))"),
                ])
        default:
            return GeneratedExpression(.vector, [.text("\(pick(plain))("), .child(matrix(depth)), .text(")")])
        }
    }

    private mutating func grouping() -> String {
        "\(pick(["by", "without"])) (\(pick(["job", "zone", "job, zone", "n", "", "le", "missing, job"])))"
    }

    private mutating func aggregation(_ depth: Int) -> GeneratedExpression {
        let group = GeneratedExpression.Part.optional(" \(grouping()) ")
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            // Only over values without ties: which of two equal elements stays is open in both.
            return GeneratedExpression(
                .vector,
                [
                    .text(pick(["topk", "bottomk"])), group, .text("(\(pick(["1", "2", "3", "0", "-1"])), "),
                    .child(GeneratedExpression(.vector, selector(metrics: ["gauge", "other"]))), .text(")"),
                ])
        case 1:
            return GeneratedExpression(
                .vector,
                [
                    .text("quantile"), group, .text("("), .child(scalar(1)), .text(", "), .child(vector(depth - 1)),
                    .text(")"),
                ])
        case 2:
            // Over whole numbers: their text does not depend on the last bit.
            return GeneratedExpression(
                .vector,
                [
                    .text("count_values"), group, .text("(\"\(pick(["value", "job", "n"]))\", floor("),
                    .child(GeneratedExpression(.vector, selector())), .text(" / 50))"),
                ])
        case 3:
            // As for stddev_over_time.
            return GeneratedExpression(
                .vector,
                [
                    .text(pick(["stddev", "stdvar"])), group, .text("("),
                    .child(GeneratedExpression(.vector, selector(metrics: Self.finite))), .text(")"),
                ])
        default:
            return GeneratedExpression(
                .vector,
                [
                    .text(pick(["sum", "avg", "min", "max", "count", "group", "sum"])), group,
                    .text("("), .child(vector(depth - 1)), .text(")"),
                ])
        }
    }

    /// `atan2` is only used between scalars: 2.42 forgets to drop the metric's name after it.
    private mutating func binary(_ depth: Int) -> GeneratedExpression {
        let comparisons = ["==", "!=", ">", "<", ">=", "<="]
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3:
            let isComparison = chance(40)
            let sign = isComparison ? pick(comparisons) : pick(Self.arithmetic)
            let word: GeneratedExpression.Part = isComparison && chance(40) ? .optional(" bool") : .text("")
            let (one, other): (GeneratedExpression, GeneratedExpression) =
                chance(75) ? (vector(depth - 1), scalar(depth - 1)) : (scalar(depth - 1), vector(depth - 1))
            return GeneratedExpression(
                .vector, [.text("("), .child(one), .text(" \(sign)"), word, .text(" "), .child(other), .text(")")])
        case 3..<5:
            return GeneratedExpression(
                .vector,
                [
                    .text("("), .child(vector(depth - 1)), .text(" \(pick(["and", "or", "unless"]))"),
                    .optional(" \(pick(["on", "ignoring"])) (\(pick(["job", "zone", "job, zone", "n", ""])))"),
                    .text(" "), .child(vector(depth - 1)), .text(")"),
                ])
        case 5..<8:
            return matched(depth, sign: chance(30) ? pick(comparisons) : pick(Self.arithmetic))
        case 8:
            return GeneratedExpression(
                .vector,
                [
                    .text("("), .child(vector(depth - 1)), .text(" \(pick(comparisons)) "), .child(vector(depth - 1)),
                    .text(")"),
                ])
        default:
            // No comparisons: 2.42 leaves elements out before it looks for several matches, 3 after.
            return GeneratedExpression(
                .vector,
                [
                    .text("("), .child(vector(depth - 1)), .text(" \(pick(Self.arithmetic))"),
                    .optional(" \(pick(["on", "ignoring"])) (\(pick(["job", "zone", "job, zone, n", "n", "le"])))"),
                    .text(" "), .child(vector(depth - 1)), .text(")"),
                ])
        }
    }

    /// Matching that mostly succeeds: many against an aggregate by the labels that are matched on.
    private mutating func matched(_ depth: Int, sign: String) -> GeneratedExpression {
        let labels = pick(["job", "job, zone", "zone"])
        let many = GeneratedExpression.Part.child(
            GeneratedExpression(.vector, selector(metrics: ["gauge", "other", "gappy"])))
        let one = GeneratedExpression.Part.child(
            GeneratedExpression(
                .vector,
                [.text("\(pick(["sum", "max", "count"])) by (\(labels)) ("), .child(vector(depth - 1)), .text(")")]))
        let included = chance(25) ? "(\(pick(["missing", "n", "le"])))" : ""
        return chance(50)
            ? GeneratedExpression(
                .vector, [.text("("), many, .text(" \(sign) on (\(labels)) group_left\(included) "), one, .text(")")])
            : GeneratedExpression(
                .vector, [.text("("), one, .text(" \(sign) on (\(labels)) group_right\(included) "), many, .text(")")])
    }

    private mutating func elementwise(_ depth: Int) -> GeneratedExpression {
        let plain = [
            "abs", "ceil", "floor", "sqrt", "ln", "log2", "log10", "sgn", "deg", "rad", "asin", "acos", "atan", "tanh",
            "asinh", "acosh", "atanh", "timestamp", "round",
        ]
        let dates = [
            "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year",
        ]
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            return GeneratedExpression(
                .vector,
                [
                    .text("clamp("), .child(vector(depth - 1)), .text(", "), .child(scalar(1)), .text(", "),
                    .child(scalar(1)), .text(")"),
                ])
        case 1:
            return GeneratedExpression(
                .vector,
                [
                    .text("\(pick(["clamp_min", "clamp_max", "round"]))("), .child(vector(depth - 1)), .text(", "),
                    .child(scalar(1)), .text(")"),
                ])
        case 3:
            // Of plain samples: of large numbers that differ in the last bit these differ in all.
            return GeneratedExpression(
                .vector,
                [
                    .text("\(pick(["exp", "sinh", "cosh", "sin", "cos", "tan"]))("),
                    .child(GeneratedExpression(.vector, selector())), .text(")"),
                ])
        case 2:
            // Of times that a calendar knows: past them Prometheus's numbers wrap around.
            let times = ["gauge * 1e7", "timestamp(gauge)", "other * 86399", "count_total"]
            return GeneratedExpression(.vector, "\(pick(dates))(\(pick(times)))")
        default:
            return GeneratedExpression(.vector, [.text("\(pick(plain))("), .child(vector(depth - 1)), .text(")")])
        }
    }

    private mutating func labels(_ depth: Int) -> GeneratedExpression {
        let replace = [
            #""new", "$1-x", "job", "(a.*)""#, #""job", "", "n", "1""#, #""zone", "${1}$2", "zone", "(..)-(.)""#,
            #""new", "fixed", "missing", """#, #""n", "$1", "n", "(.)""#, #""new", "$name", "job", "(?P<name>.*)""#,
        ]
        let join = [
            #""new", "-", "job", "zone""#, #""job", "", "n""#, #""new", ",""#, #""zone", "/", "missing", "job""#,
        ]
        return chance(60)
            ? GeneratedExpression(
                .vector, [.text("label_replace("), .child(vector(depth - 1)), .text(", \(pick(replace)))")])
            : GeneratedExpression(
                .vector, [.text("label_join("), .child(vector(depth - 1)), .text(", \(pick(join)))")])
    }

    private mutating func histogram(_ depth: Int) -> GeneratedExpression {
        let buckets = [
            "lat_bucket", "rate(lat_bucket[5m])", "sum by (le) (rate(lat_bucket[10m]))",
            "sum by (le, job) (lat_bucket)", "gauge", "lat_bucket{le!=\"+Inf\"}",
        ]
        return GeneratedExpression(
            .vector, [.text("histogram_quantile("), .child(scalar(1)), .text(", \(pick(buckets)))")])
    }
}
