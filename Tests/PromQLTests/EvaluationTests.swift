import PromQL
import Testing

/// What evaluations give that the conformance files at hand don't show.
@Suite("Evaluation")
struct EvaluationTests {
    private static let start: Int64 = 1_000_000

    private static func window(_ series: [(Labels, [Double])]) -> SampleWindow {
        var window = SampleWindow(retention: .seconds(3_600))
        for (labels, values) in series {
            for (step, value) in values.enumerated() {
                window.append(
                    Sample(labels: labels, value: value, at: Timestamp(milliseconds: start + Int64(step) * 60_000)))
            }
        }
        return window
    }

    private static func vector(
        _ text: String, _ window: SampleWindow, delayed: Bool = false
    ) throws -> [String: Double] {
        let value = try Expression(text).evaluate(
            at: Timestamp(milliseconds: start + 120_000), in: window,
            limits: EvaluationLimits(delaysNameRemoval: delayed))
        guard case .vector(let elements) = value else { return [:] }
        return Dictionary(
            elements.map { ("\($0.labels)", $0.value) }, uniquingKeysWith: { one, _ in one })
    }

    private static func buckets(_ counts: [(String, Double)], name: String = "h_bucket") -> [(Labels, [Double])] {
        counts.map { bound, count in ([Labels.metricName: name, "le": bound, "job": "a"], [count, count, count]) }
    }

    @Test(
        "the share of a classic histogram between two values",
        arguments: [
            ("0, 4", 2.0 / 3), ("0, 3.5", 1.75 / 3), ("-Inf, +Inf", 1), ("3, 3", 0), ("4, 1", 0), ("NaN, 1", .nan),
            ("6, +Inf", 0), ("-5, 0", 0), ("1, 3", 1.0 / 3),
        ])
    func fraction(_ bounds: String, _ wanted: Double) throws {
        let window = Self.window(Self.buckets([("0", 0), ("2", 1), ("4", 2), ("6", 3), ("+Inf", 3)]))
        let found = try Self.vector("histogram_fraction(\(bounds), h_bucket)", window)
        #expect(found.keys.sorted() == ["{job=\"a\"}"])
        let value = try #require(found.values.first)
        #expect(wanted.isNaN ? value.isNaN : abs(value - wanted) < 1e-12, "\(value)")
    }

    @Test("a histogram without an end, or without observations, has no shares; below zero the first bucket is one step")
    func oddHistograms() throws {
        let open = Self.window(Self.buckets([("1", 1), ("2", 2)]))
        #expect(try Self.vector("histogram_fraction(0, 1, h_bucket)", open).values.first?.isNaN == true)
        let empty = Self.window(Self.buckets([("1", 0), ("+Inf", 0)]))
        #expect(try Self.vector("histogram_fraction(0, 1, h_bucket)", empty).values.first?.isNaN == true)
        let negative = Self.window(Self.buckets([("-2", 4), ("2", 8), ("+Inf", 8)]))
        #expect(try Self.vector("histogram_fraction(-10, 0, h_bucket)", negative)["{job=\"a\"}"] == 0.25)
        var statistics = EvaluationStatistics()
        let unbound = Self.window([([Labels.metricName: "h_bucket"], [1, 1, 1])])
        _ = try Expression("histogram_fraction(0, 1, h_bucket)").evaluate(
            at: Timestamp(milliseconds: Self.start + 120_000), in: unbound, statistics: &statistics)
        #expect(statistics.warnings.contains { $0.contains("bucket label \"le\" is missing") })
    }

    @Test("histograms of two metrics are not thrown together")
    func twoMetrics() throws {
        let window = Self.window(
            Self.buckets([("1", 1), ("+Inf", 2)], name: "a_bucket")
                + Self.buckets([("1", 1), ("+Inf", 2)], name: "b_bucket"))
        for text in ["histogram_quantile(0.5, {job=\"a\"})", "histogram_fraction(0, 1, {job=\"a\"})"] {
            #expect(throws: EvaluationError.self, "\(text)") { try Self.vector(text, window) }
        }
    }

    @Test("the type and the unit of a metric go with its name, and are labels otherwise")
    func metadata() throws {
        let window = Self.window([
            ([Labels.metricName: "m", "__type__": "counter", "__unit__": "s", "job": "a"], [1, 2, 3])
        ])
        for delayed in [false, true] {
            #expect(try Self.vector("-m", window, delayed: delayed) == ["{job=\"a\"}": -3])
            #expect(try Self.vector("m + m", window, delayed: delayed) == ["{job=\"a\"}": 6])
            #expect(try Self.vector("delta(m[2m1s])", window, delayed: delayed).keys.sorted() == ["{job=\"a\"}"])
            let kept = ["m{__type__=\"counter\", __unit__=\"s\", job=\"a\"}": 3.0]
            #expect(try Self.vector("m > 1", window, delayed: delayed) == kept)
        }
        let two = Self.window([
            ([Labels.metricName: "m", "__unit__": "s"], [1, 2, 3]),
            ([Labels.metricName: "m", "__unit__": "h"], [1, 2, 3]),
        ])
        #expect(throws: EvaluationError.self) { try Self.vector("-m", two) }
    }

    @Test("names go at once, or at the end where that is asked for")
    func delayedNames() throws {
        let window = Self.window([
            ([Labels.metricName: "m_total", "job": "a"], [0, 60, 120]),
            ([Labels.metricName: "n_total", "job": "a"], [0, 60, 120]),
        ])
        let relabelled = #"label_replace(rate({job="a"}[2m1s]), "of", "$1", "__name__", "(.+)")"#
        #expect(throws: EvaluationError.self) { try Self.vector(relabelled, window) }
        #expect(
            try Self.vector(relabelled, window, delayed: true).keys.sorted() == [
                "{job=\"a\", of=\"m_total\"}", "{job=\"a\", of=\"n_total\"}",
            ])
        #expect(try Self.vector("sum by (__name__) (-m_total)", window, delayed: true) == ["{}": -120])
        #expect(throws: EvaluationError.self) { try Self.vector(#"-{job="a"}"#, window, delayed: true) }
        let inner = #"max_over_time((-{job="a"})[1m:30s]) > -1000"#
        #expect(throws: EvaluationError.self) { try Self.vector(inner, window, delayed: true) }
        let kept = #"label_replace(max_over_time((-m_total)[1m:30s]), "__name__", "x", "", "")"#
        #expect(try Self.vector(kept, window, delayed: true).keys.sorted() == ["x{job=\"a\"}"])
        #expect(try Self.vector("m_total > bool 5", window, delayed: true) == ["{job=\"a\"}": 1])
        #expect(try Self.vector("m_total == bool n_total", window, delayed: true) == ["{job=\"a\"}": 1])
        let compared = "-m_total < on (job) n_total"
        #expect(try Self.vector(compared, window, delayed: true) == ["{job=\"a\"}": -120])
    }

    @Test("an evaluation that is ended says why")
    func cancelled() throws {
        var limits = EvaluationLimits(isCancelled: { true })
        limits.whyCancelled = "enough"
        #expect(throws: EvaluationError("enough")) {
            try Expression("up").evaluate(
                at: Timestamp(milliseconds: 0), in: SampleWindow(retention: .seconds(300)), limits: limits)
        }
    }
}
