import PromQL
import Testing

/// What the conformance files don't say: places of mistakes, thresholds, regular expressions, and the window.
@Suite("PromQL")
struct LanguageTests {
    @Test(
        "a mistake is found with its place",
        arguments: [
            ("sum(up", 7, "expected `)`"), ("rated(up[5m])", 1, "did you mean `rate`"), ("rate(up)", 6, "range vector"),
            ("up{a=b}", 6, "quoted value"), ("1 > 2", 3, "bool"), ("up +", 5, "expected an expression"),
            ("sum(up) bye (job)", 9, "did you mean `by`?"), ("up ofset 5m", 4, "did you mean `offset`?"),
            ("a * ignorng (b) c", 5, "did you mean `ignoring`?"), ("(a unles b)", 4, "did you mean `unless`?"),
            ("{a=\"\"}", 1, "empty text"), ("up{a=~\"(\"}", 7, "not closed"), ("up[0s]", 3, "longer than zero"),
        ])
    func mistakes(text: String, column: Int, fragment: String) {
        do {
            _ = try Expression(text)
            Issue.record("it was accepted")
        } catch {
            #expect(error.column == column, "\(error)")
            #expect(error.description.contains(fragment), "\(error)")
        }
    }

    @Test("thousands of operators are refused, not a crash")
    func deep() {
        #expect(throws: ExpressionError.self) {
            try Expression(Array(repeating: "1", count: 50_000).joined(separator: "+"))
        }
        #expect(throws: ExpressionError.self) { try Expression(String(repeating: "(", count: 50_000)) }
    }

    @Test(
        "regular expressions as RE2 has them",
        arguments: [
            ("a.*b", "axxb", true), ("a|bc", "bc", true), ("a|bc", "abc", false), ("(?i)Web", "wEB", true),
            ("[[:digit:]]{2,3}", "1234", false), ("\\d+\\.\\d", "10.5", true), ("[^/]+", "a/b", false), ("", "", true),
            ("x*?y", "xxy", true), ("(?i)[x-z]", "Y", true), ("ä+", "ää", true),
        ])
    func regex(pattern: String, text: String, matches: Bool) throws {
        #expect(try RegularExpression(pattern).matchesWhole(text) == matches)
    }

    @Test(
        "Unicode's classes as RE2 has them",
        arguments: [
            ("\\p{Lu}+", "ÄB", true), ("\\p{Lu}", "ä", false), ("(?i)\\p{Lu}", "ä", true), ("\\pL", "ж", true),
            ("\\PL", "ж", false), ("\\PL", "5", true), ("\\p{^Nd}", "٣", false), ("\\P{^Nd}", "٣", true),
            ("[\\p{L}\\d]+", "aß1", true), ("[^\\p{L}\\d]+", "a", false), ("[^\\p{L}\\d]+", "-+", true),
            ("[\\P{L}a]", "a", true), ("[\\P{L}a]", "b", false), ("\\p{Greek}+", "λόγος", true),
            ("\\p{Greek}", "l", false), ("\\P{Greek}", "l", true), ("[\\p{Han}\\p{Hiragana}]+", "日の", true),
            ("\\p{Any}", "\u{378}", true), ("\\p{C}", "\u{378}", false), ("\\P{C}", "\u{378}", true),
            ("\\p{Zs}", "\u{a0}", true), ("\\p{Sc}\\p{Nd}+(\\p{Po}\\p{Nd}+)?", "€12.5", true),
            ("(?i)[\\p{Ll}]", "Σ", true),
        ])
    func unicodeClasses(pattern: String, text: String, matches: Bool) throws {
        #expect(try RegularExpression(pattern).matchesWhole(text) == matches)
    }

    @Test(
        "Unicode's classes that are not known are refused by name",
        arguments: ["\\p{Tamil}", "\\p{lu}", "\\p", "\\p{Lu", "\\pX", "[\\p{}]", "\\p{Lx}"])
    func unknownClasses(pattern: String) {
        let problem = #expect(throws: RegexError.self) { try RegularExpression(pattern) }
        #expect(pattern != "\\p{Tamil}" || problem?.description.contains("`Tamil` is not known here") == true)
    }

    @Test("what would take exponential time by backtracking takes none", arguments: ["(a+)+$", "(a|a)*b", "(a*)*c"])
    func linear(pattern: String) throws {
        #expect(try !RegularExpression(pattern).matchesWhole(String(repeating: "a", count: 2_000) + "!"))
    }

    @Test("what RE2 refuses is refused", arguments: ["(?=a)", "(a)\\1", "a**", "[b-a]", "(", "a{2000}", "(?<!a)"])
    func refused(pattern: String) {
        #expect(throws: RegexError.self) { try RegularExpression(pattern) }
    }

    @Test("thresholds imply and exclude each other")
    func thresholds() throws {
        let high = try Threshold("> 0.95")
        let low = try Threshold("> 0.8")
        #expect(high.implies(low) && !low.implies(high))
        #expect(high.isDisjoint(from: try Threshold("< 0.9")) && !low.isDisjoint(from: high))
        let other = try Threshold("!= 1")
        #expect(!low.holds(.nan) && !other.holds(.nan))
        #expect(try Threshold("> 0").isDisjoint(from: Threshold("<= 0")))
    }

    @Test("the window: late samples are left out, a gone series ends, an unknown one is listed")
    func window() throws {
        var window = SampleWindow(retention: .seconds(600))
        let labels: Labels = [Labels.metricName: "up", "job": "a"]
        func at(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1_000) }
        let first = window.append(Sample(labels: labels, value: 1, at: at(10)))
        let again = window.append(Sample(labels: labels, value: 2, at: at(10)))
        #expect(first && !again)
        let up = try Expression("up")
        func value(_ second: Int64) throws -> [Double] {
            guard case .vector(let elements) = try up.evaluate(at: at(second), in: window) else { return [] }
            return elements.map(\.value)
        }
        #expect(try value(20) == [1])
        #expect(try value(311).isEmpty)
        window.markUnknown(labels, at: at(15))
        #expect(try value(20).isEmpty)
        #expect(window.unknown(matching: [try Matcher("job", .equal, "a")]) == [labels])
        window.append(Sample(labels: labels, value: 3, at: at(30)))
        #expect(window.unknown(matching: []).isEmpty)
        // Ten minutes and a minute for late askers.
        window.prune(at: at(690))
        #expect(window.seriesCount == 1)
        window.prune(at: at(691))
        #expect(window.seriesCount == 0 && window.sampleCount == 0)
    }
}

@Suite("What Prometheus's grammar refuses")
struct RefusalTests {
    @Test(
        "is refused here as well",
        arguments: [
            "(m)[5m]", "(m) offset 5m", "(m) @ 5", "abs(m,)", "sum(m,)", "m offset 5m offset 10m", "m @ 5 @ 6",
            "m[5m][5m]", "m offset 5m[5m]", "m @ 5 [5m]", "rate(m)", "m[5m] > 1",
        ])
    func refused(_ text: String) {
        #expect(throws: ExpressionError.self) { try Expression(text) }
    }

    @Test(
        "what it takes only behind a feature flag, or for native histograms, is refused by name",
        arguments: [
            ("rate(m[5m] smoothed)", "smoothed", "promql-extended-range-selectors"),
            ("m anchored", "anchored", "promql-extended-range-selectors"),
            ("a + fill(0) b", "fill", "promql-binop-fill-modifiers"),
            ("a / on (x) group_left fill_right(1) b", "fill_right", "promql-binop-fill-modifiers"),
            ("rate(m[5m+30s])", "duration expressions", "promql-duration-expr"),
            ("rate(m[-5m+10m])", "duration expressions", "promql-duration-expr"),
            ("rate(m[(5m)])", "duration expressions", "promql-duration-expr"),
            ("rate(m[step()])", "step()", "promql-duration-expr"),
            ("sum_over_time(m[1h:5m/2])", "duration expressions", "promql-duration-expr"),
            ("m offset (2*5m)", "duration expressions", "promql-duration-expr"),
            ("m offset -STEP()", "step()", "promql-duration-expr"), ("end()", "end()", "promql-duration-expr"),
            ("limitk by (a) (2, m)", "limitk", "promql-experimental-functions"),
            ("limit_ratio(0.5, m)", "limit_ratio", "promql-experimental-functions"),
            ("info(m)", "info", "promql-experimental-functions"),
            ("histogram_quantiles(m, \"q\", 0.5)", "histogram_quantiles", "promql-experimental-functions"),
        ])
    func experimental(_ text: String, _ feature: String, _ flag: String) {
        let problem = #expect(throws: ExpressionError.self) { try Expression(text) }
        #expect(problem?.refusal == .experimental(feature, flag: flag))
        #expect(problem?.message.contains("experimental") == true && problem?.message.contains(flag) == true)
    }

    @Test("native histograms are refused by name", arguments: ["histogram_avg(m)", "m </ 3", "m >/ on (a) n"])
    func native(_ text: String) {
        let problem = #expect(throws: ExpressionError.self) { try Expression(text) }
        guard case .nativeHistograms = problem?.refusal else {
            Issue.record("\(String(describing: problem))")
            return
        }
    }

    @Test(
        "what only resembles them is taken",
        arguments: ["a + fill", "info", "smoothed", "m offset 5 ^ 2", "step + range"])
    func resembling(_ text: String) {
        #expect(throws: Never.self) { try Expression(text) }
    }

    @Test(
        "and what it takes is taken",
        arguments: [
            "(m)[5m:]", "sum by (a,) (m)", "m @ 5 offset 5m", "m offset 5m @ 5", "m[5m] offset -5m",
            "(rate(m[5m]))[1h:1m] offset 5m", "sum(m) without (a, \"b.c\")", "{\"m.x\", a=\"b\",}",
        ])
    func taken(_ text: String) {
        #expect(throws: Never.self) { try Expression(text) }
    }

    @Test("numbers are Go's", arguments: [("0755", 493.0), ("08", 8), ("0x1f", 31), ("1_000", 1_000), ("0.50", 0.5)])
    func numbers(_ text: String, _ wanted: Double) throws {
        let value = try Expression(text).evaluate(
            at: Timestamp(milliseconds: 0), in: SampleWindow(retention: .seconds(300)))
        guard case .scalar(let number) = value else {
            Issue.record("\(text) is no scalar")
            return
        }
        #expect(number == wanted)
    }
}
