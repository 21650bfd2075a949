import Settings
import Testing

/// The expanding notation of promtool's input series.
@Suite("Series notation")
struct SeriesNotationTests {
    private static func values(_ text: String) throws -> [SeriesValues.Value] {
        Array(try #require(try SeriesNotation.parse(text)))
    }

    @Test(
        "numbers, steps and repetitions",
        arguments: [
            ("1 2.5 -3", [1, 2.5, -3]), ("0+10x3", [0, 10, 20, 30]), ("5-1x2", [5, 4, 3]), ("7x2", [7, 7, 7]),
            ("-1-1x1", [-1, -2]), ("1e3+1e-1x1", [1000, 1000.1]), ("_x2 4", [nil, nil, 4]), ("_ _", [nil, nil]),
            ("Inf -Inf", [Double.infinity, -Double.infinity]), ("3x0", [3]), ("", []),
            ("0x10", [Double?](repeating: 0, count: 11)),
            ("1\n  2\t3", [1, 2, 3]), ("+5 .5 5.", [5, 0.5, 5]),
        ] as [(String, [Double?])])
    func numbers(_ text: String, _ wanted: [Double?]) throws {
        #expect(try Self.values(text) == wanted.map { $0.map(SeriesValues.Value.number) ?? .missing })
    }

    @Test("a step is added up from value to value, with the rounding that this gives")
    func rounding() throws {
        #expect(try Self.values("0+0.1x8").last == .number(0.7999999999999999))
    }

    @Test("series end, and probes fail")
    func endings() throws {
        #expect(try Self.values("1 stale failedx2 failed") == [.number(1), .stale, .failed, .failed, .failed])
    }

    @Test("native histograms are told apart")
    func histograms() throws {
        #expect(try SeriesNotation.parse("{{count:2 sum:3 buckets:[2]}}x2") == nil)
    }

    @Test(
        "what is no notation is refused at its place",
        arguments: [
            ("1xx", 3), ("x5", 1), ("1x", 3), ("1+x3", 3), ("1x-1", 3), ("1 abc", 3), ("0x1F", 3), ("5 %", 3),
            ("1+2", 4),
            ("stalex3", 1), ("infx3", 1), ("1,2", 2), ("_y", 2), ("1 2 failedy", 11),
        ])
    func wrong(_ text: String, _ column: Int) throws {
        let problem = #expect(throws: SeriesNotation.Problem.self) { try SeriesNotation.parse(text) }
        #expect(problem?.column == column, "\(text): \(String(describing: problem))")
        #expect(problem?.remedy != nil)
    }

    @Test(
        "what would take all memory is refused",
        arguments: [
            "0+1x100000000000", "0x99999999999999999999999", "_x9999999 _x9999999", "1 1x9999999",
        ])
    func tooMany(_ text: String) throws {
        let problem = #expect(throws: SeriesNotation.Problem.self) { try SeriesNotation.parse(text) }
        #expect(problem?.message.contains("10000000") == true, "\(String(describing: problem))")
    }
}
