import Foundation
import Templates
import Testing

/// Whatever a template says, it ends soon, and takes nobody down.
@Suite("Bounds")
struct BoundsTests {
    /// Expands in both dialects; what comes out does not matter.
    private static func run(_ text: String) {
        _ = try? RuleSamples.expand(text)
        _ = try? NotificationSamples.expand(text)
    }

    @Test(
        "what costs much is refused, and soon",
        arguments: [
            "{{ range 100001 }}{{ end }}", "{{ range 99999 }}{{ range 99999 }}{{ end }}{{ end }}",
            "{{ $x := printf \"%1000d\" 1 }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}",
            "{{ $x := printf \"%1000d%1000d%1000d%1000d\" 1 1 1 1 }}{{ range 90000 }}{{ $y := toUpper (html $x) }}{{ end }}",
            "{{ $x := printf \"%1000d\" 1 }}{{ range 90000 }}{{ $y := reReplaceAll \".\" $x $x }}{{ end }}",
            "{{ $x := printf \"%1000d\" 1 }}{{ range 90000 }}{{ $y := match $x $x }}{{ end }}",
            "{{ range 90000 }}{{ $y := printf \"%s%s\" (stringSlice \"a\" \"b\") . }}{{ $z := html $y $y $y }}{{ end }}",
            "{{ $x := stringSlice \"a\" }}{{ range 90000 }}{{ $x = stringSlice (join \",\" $x) (join \",\" $x) }}{{ end }}",
            "{{ define \"t\" }}{{ template \"t\" . }}{{ template \"t\" . }}{{ end }}{{ template \"t\" . }}",
            "{{ define \"t\" }}{{ tmpl \"t\" . }}{{ end }}{{ tmpl \"t\" . }}",
            "{{ define \"a\" }}{{ template \"b\" . }}{{ end }}{{ define \"b\" }}{{ if true }}{{ template \"a\" . }}{{ end }}{{ end }}{{ template \"a\" . }}",
        ])
    func refused(text: String) throws {
        let clock = ContinuousClock()
        let time = clock.measure { Self.run(text) }
        #expect(throws: TemplateError.self) { try RuleSamples.expand(text) }
        #expect(time < .seconds(20), "\(time)")
    }

    @Test("a hundred queries are enough for one text")
    func queries() throws {
        #expect(throws: TemplateError.self) {
            try RuleSamples.expand("{{ range 200 }}{{ $x := query \"up\" }}{{ end }}")
        }
        #expect(try RuleSamples.expand("{{ range 50 }}{{ $x := query \"up\" }}{{ end }}ok") == "ok")
    }

    @Test("deep nesting is refused, and what is allowed fits a small stack")
    func deep() async throws {
        for count in [10, 40, 49, 100, 5_000, 20_000] {
            let pieces = [
                String(repeating: "{{ if true }}", count: count) + "x" + String(repeating: "{{ end }}", count: count),
                "{{ " + String(repeating: "(", count: count) + "1" + String(repeating: ")", count: count) + " }}",
                "{{ range 1 }}" + String(repeating: "{{ if true }}", count: count)
                    + String(repeating: "{{ end }}", count: count) + "{{ end }}",
                "{{ if false }}" + String(repeating: "{{ else if false }}", count: count) + "{{ else }}x{{ end }}",
                "{{ ." + String(repeating: "a.", count: count) + "a }}",
                "{{ print " + String(repeating: "1 ", count: count) + "}}",
                "{{ print 1" + String(repeating: " | print", count: count) + "}}",
            ]
            // A thread with one megabyte of stack, an eighth of what Linux gives.
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                let thread = Thread {
                    for piece in pieces { Self.run(piece) }
                    done.resume()
                }
                thread.stackSize = 1_024 * 1_024
                thread.start()
            }
        }
        #expect(
            try RuleSamples.expand(
                "{{ if false }}" + String(repeating: "{{ else if false }}", count: 500) + "{{ else }}x{{ end }}") == "x"
        )
    }

    @Test("large data is no fault of a template that does not write it all")
    func large() throws {
        let alert = TemplateAlert(
            isFiring: true, labels: ["text": String(repeating: "x", count: 2_000)], startsAt: TemplateTime(seconds: 0))
        let many = TemplateNotification(
            receiver: "r", alerts: Array(repeating: alert, count: 500), groupLabels: [:], externalURL: "")
        func expand(_ text: String) throws -> String {
            try Template(notification: text).expand(many, environment: RuleSamples.environment)
        }
        #expect(try expand("{{ len .Alerts.Firing }} {{ (index .Alerts 499).Status }}") == "500 firing")
        let loop =
            "{{ define \"t\" }}{{ range .root.Alerts }}{{ .Status }}{{ end }}{{ end }}{{ template \"t\" (dict \"root\" .) }}"
        #expect(try expand(loop).utf8.count == 3_000)
        #expect(throws: TemplateError.self) { try expand("{{ toJson . }}") }
        #expect(throws: TemplateError.self) { try expand("{{ . }}") }
    }

    @Test("random templates end, whatever they say", arguments: 0..<8 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let words = [
            "{{", "}}", "{{ ", " }}", "{{- ", " -}}", "if", "else", "end", "range", "with", "define", "block",
            "template", "break",
            "continue", "$x", "$", ".", ".a", ".Alerts", ".Labels", "$labels", "$value", ":=", "=", ",", "|", "(", ")",
            "\"", "`",
            "'", "'a'", "\"t\"", "\"%d %[3]*.[2]*f\"", "1", "-1", "0x7fffffffffffffff", "1e308", "9223372036854775807",
            "nil", "true",
            " ", "\n", "/*", "*/", "é\u{301}", "\r\n", "printf", "index", "slice", "len", "eq", "lt", "query \"up\"",
            "first", "args", "dict",
            "list", "append", "toJson", "date", "tz", "now", "since", "humanize", "humanizeDuration",
            "humanizeTimestamp", "toTime", "html",
            "title", "join", ".StartsAt", ".Add", ".AddDate 9223372036854775807 1 -9223372036854775808", ".Round",
            ".Truncate", ".Format",
            "(index .Alerts 0)", ".Sub", ".Unix", "print", "println", "js", "urlquery", "tmpl", "toDuration",
            "parseDuration", "stripDomain",
        ]
        for _ in 0..<1_500 {
            var text = ""
            for _ in 0..<Int.random(in: 1...14, using: &random) {
                text += words.randomElement(using: &random) ?? ""
                if Bool.random(using: &random) { text += " " }
            }
            Self.run(text)
            Self.run("{{ " + text + " }}")
        }
        // Whole templates with one part damaged.
        let known = LanguageCases.texts + LanguageCases.failures + RuleCases.texts
        for _ in 0..<800 {
            var scalars = Array((known.randomElement(using: &random) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...3, using: &random) where !scalars.isEmpty {
                let place = Int.random(in: 0..<scalars.count, using: &random)
                let part = Array((words.randomElement(using: &random) ?? "").unicodeScalars)
                scalars.replaceSubrange(
                    place..<min(scalars.count, place + Int.random(in: 0...2, using: &random)), with: part)
            }
            Self.run(String(String.UnicodeScalarView(scalars)))
        }
    }

    @Test("times and durations at their ends")
    func extremes() {
        let numbers = ["0", "1", "-1", "9223372036854775807", "-9223372036854775808", "1000000000"]
        let start = "(index .Alerts 0).StartsAt"
        for number in numbers {
            for other in numbers {
                for method in [
                    "Add \(number)", "Round \(number)", "Truncate \(number)", "AddDate \(number) \(other) \(number)",
                ] {
                    for end in [
                        "", ".YearDay", ".Unix", ".UnixNano", ".Add \(other)", ".AddDate \(other) 1 1", ".Sub \(start)",
                    ] {
                        Self.run("{{ \(end.isEmpty ? "" : "(")\(start).\(method)\(end.isEmpty ? "" : ")")\(end) }}")
                        Self.run("{{ ((\(start).\(method)).Sub \(start)).Round \(other) }}")
                    }
                }
            }
        }
    }
}
