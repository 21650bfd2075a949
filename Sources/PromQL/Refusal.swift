/// A part of Prometheus's language that is not supported here, and is refused by its name instead of being misread.
package enum Refusal: Hashable, Sendable {
    /// Needs native histograms; the feature's name.
    case nativeHistograms(String)
    /// Experimental in Prometheus; the feature's name, and the server's flag that it is behind.
    case experimental(String, flag: String)

    /// The refused feature, such as `limitk`.
    package var feature: String {
        switch self {
        case .nativeHistograms(let feature), .experimental(let feature, _): feature
        }
    }

    /// Why, in one phrase: `it needs native histograms`.
    var reason: String {
        switch self {
        case .nativeHistograms: "it needs native histograms"
        case .experimental(_, let flag):
            "it is experimental in Prometheus, behind `--enable-feature=\(flag)`"
        }
    }
}

extension Refusal {
    /// What is written as the call of a function or an aggregation, such as `limitk(`; keywords in lower case.
    static func ofCall(_ name: String) -> Refusal? { calls[name] ?? calls[name.lowercased()] }

    private static let calls: [String: Refusal] = {
        var calls: [String: Refusal] = [:]
        for name in ["avg", "count", "sum", "stddev", "stdvar"] {
            calls["histogram_" + name] = .nativeHistograms("histogram_" + name)
        }
        for name in [
            "limitk", "limit_ratio", "mad_over_time", "sort_by_label", "sort_by_label_desc", "info", "first_over_time",
            "ts_of_min_over_time", "ts_of_max_over_time", "ts_of_last_over_time", "ts_of_first_over_time",
            "histogram_quantiles",
        ] { calls[name] = .experimental(name, flag: "promql-experimental-functions") }
        for name in ["start", "end", "step", "range", "min_of", "max_of"] {
            calls[name] = .experimental(name + "()", flag: "promql-duration-expr")
        }
        for name in ["fill", "fill_left", "fill_right"] {
            calls[name] = .experimental(name, flag: "promql-binop-fill-modifiers")
        }
        return calls
    }()

    /// What stands after a selector or a range, such as `smoothed`; nil for other words.
    ///
    /// - Parameter word: in lower case.
    static func ofModifier(_ word: String) -> Refusal? {
        ["smoothed", "anchored"].contains(word)
            ? .experimental(word, flag: "promql-extended-range-selectors") : nil
    }

    /// `[5m+30s]`, `[step()]`, `offset (2*5m)`.
    static let durationExpression = Refusal.experimental("duration expressions", flag: "promql-duration-expr")

    /// `</` and `>/`, which trim native histograms.
    static func ofTrim(_ symbol: String) -> Refusal { .nativeHistograms(symbol + "/") }
}
