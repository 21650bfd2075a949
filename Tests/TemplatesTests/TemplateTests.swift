import Templates
import Testing

/// Templates as rule files write them.
@Suite("Templates")
struct TemplateTests {
    private static let environment = TemplateEnvironment(
        query: { text in [(labels: ["instance": "a", "q": text], value: 7), (labels: ["instance": "b"], value: 8)] },
        matches: { pattern, text in text.contains(pattern) },
        replaceAll: { pattern, replacement, text in
            text.split(separator: Character(pattern), omittingEmptySubsequences: false).joined(separator: replacement)
        }, now: 0, externalURL: "https://tocsin.example/x")

    private func expand(_ text: String, value: Double = 0.834) throws -> String {
        try Template(text).expandRule(
            labels: ["pool": "web", "path": "/a<b"], value: value, externalLabels: ["region": "eu"],
            externalURL: "https://tocsin.example/x", environment: Self.environment)
    }

    @Test(
        "what rule files write gives what Prometheus gives",
        arguments: [
            ("plain", "plain"), ("{{ $labels.pool }}", "web"), ("{{ .Labels.pool }}", "web"),
            ("{{ $value | humanizePercentage }}", "83.4%"), ("{{ $labels.missing }}|", "|"),
            ("{{ $externalLabels.region }}", "eu"), ("a {{- \" b \" -}} c", "a b c"), ("{{/* note */}}x", "x"),
            ("{{ if gt $value 0.8 }}high{{ else }}low{{ end }}", "high"),
            ("{{ with query \"up\" }}{{ . | first | value | humanize }}{{ end }}", "7"),
            ("{{ range query \"up\" }}{{ .Labels.instance }}={{ .Value }} {{ end }}", "a=7 b=8 "),
            ("{{ printf \"%.2f of %s\" $value $labels.pool }}", "0.83 of web"),
            (
                "{{ $x := \"a\" }}{{ range $i, $e := (stringSlice \"p\" \"q\") }}{{ $i }}{{ $e }}{{ end }}{{ $x }}",
                "0p1qa"
            ),
            ("{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" $labels.pool }}", "[web]"),
            ("{{ \"abc\" | toUpper | printf \"%q\" }}", "\"ABC\""), ("{{ and true \"x\" }} {{ or \"\" \"y\" }}", "x y"),
            ("{{ reReplaceAll \"/\" \"-\" $labels.path }}", "-a<b"), ("{{ html $labels.path }}", "/a&lt;b"),
        ])
    func table(text: String, wanted: String) throws {
        #expect(try expand(text) == wanted)
    }

    @Test(
        "numbers for people",
        arguments: [
            ("humanize", 1_234_567, "1.235M"), ("humanize", 0.00012, "120u"), ("humanize", 0, "0"),
            ("humanize1024", 1_048_576, "1Mi"), ("humanizeDuration", 90_061, "1d 1h 1m 1s"),
            ("humanizeDuration", 0.1, "100ms"), ("humanizeDuration", 59.5, "59.5s"), ("humanizePercentage", 1, "100%"),
            ("humanizeTimestamp", 1_435_065_584.128, "2015-06-23 13:19:44.128 +0000 UTC"),
        ])
    func humanize(function: String, value: Double, wanted: String) throws {
        #expect(try expand("{{ $value | \(function) }}", value: value) == wanted)
    }

    @Test(
        "a mistake is found when it is read, with its place",
        arguments: [
            ("{{ $lables.x }}", 1, 4, "undefined variable"), ("{{ humanise $value }}", 1, 4, "did you mean `humanize`"),
            ("a\n{{ if }}x{{ end }}", 2, 7, "missing"), ("{{ $value ", 1, 1, "not closed"),
            ("{{ range 3 }}", 1, 14, "end"),
            // Inside of two scopes, in the definition that knows neither.
            ("{{ if 1 }}{{ with 2 }}{{ block \"x\" . }}{{ humanise 1 }}", 1, 43, "did you mean `humanize`"),
            ("{{ match \"a\" }}", 1, 4, "2 arguments"),
        ])
    func mistakes(text: String, line: Int, column: Int, fragment: String) throws {
        do {
            _ = try Template(text)
            Issue.record("it was accepted")
        } catch {
            #expect(error.line == line && error.column == column, "\(error)")
            #expect(error.description.contains(fragment), "\(error)")
        }
    }

    @Test(
        "what grows without bound is stopped",
        arguments: [
            "{{ range 1000000000 }}x{{ end }}", "{{ define \"t\" }}{{ template \"t\" }}{{ end }}{{ template \"t\" }}",
            "{{ $x := \"0123456789\" }}{{ range 20 }}{{ $x = printf \"%s%s%s\" $x $x $x }}{{ end }}{{ $x }}",
            "{{ $x := \"a\" }}{{ range 90000 }}{{ $x = args $x }}{{ end }}",
        ])
    func bounded(text: String) throws {
        let template = try Template(text)
        #expect(throws: TemplateError.self) {
            try template.expandRule(
                labels: [:], value: 0, externalLabels: [:], externalURL: "", environment: Self.environment)
        }
    }
}
