import Templates
import Testing

/// What newer Alertmanagers know than the `amtool` that the differential tests ask, and what is Tocsin's own.
@Suite("Notifications")
struct NotificationTests {
    @Test(
        "functions and methods of newer Alertmanagers",
        arguments: [
            ("{{ trimSpace \" \\t a b\\n \" }}|", "a b|"),
            ("{{ (index .Alerts 0).StartsAt | date \"15:04\" }}", "08:00"),
            ("{{ (index .Alerts 0).StartsAt | tz \"Europe/Paris\" | date \"15:04 MST -0700\" }}", "09:00 CET +0100"),
            ("{{ (index .Alerts 0).StartsAt | tz \"America/New_York\" }}", "2026-11-23 03:00:00.123456789 -0500 EST"),
            ("{{ tz \"UTC\" (index .Alerts 1).StartsAt }}", "2023-12-31 23:59:59 +0000 UTC"),
            ("{{ since (index .Alerts 0).StartsAt }}", "1h30m0.376543211s"),
            ("{{ since (index .Alerts 0).StartsAt | humanizeDuration }}", "1h 30m 0s"),
            ("{{ humanizeDuration 90061 }} {{ humanizeDuration \"0.5\" }}", "1d 1h 1m 1s 500ms"),
            ("{{ now.Format \"2006-01-02\" }} {{ now.Unix }}", "2026-11-23 1795426200"),
            ("{{ (toDate \"2006-01-02\" \"2024-02-29\").Weekday }}", "Thursday"),
            (
                "{{ (mustToDate \"2006-01-02T15:04:05Z07:00\" \"2024-02-29T10:00:00.5+02:00\").UTC }}",
                "2024-02-29 08:00:00.5 +0000 UTC"
            ),
            ("{{ (toDate \"2006-01-02\" \"2023-02-29\").IsZero }}", "true"),
            ("{{ urlUnescape \"a%20b+c%C3%A9\" }} {{ safeUrl \"x&y\" }}", "a b cé x&y"),
            ("{{ base64encode \"größe?>\" }} {{ base64decode \"Z3LDtsOfZT8-\" }}", "Z3LDtsOfZT8- größe?>"),
            ("{{ list 1 \"a\" | len }} {{ append (list 1) 2 3 }} {{ (dict \"a\" 1 \"b\" .).a }}", "2 [1 2 3] 1"),
            (
                "{{ define \"t\" }}{{ .root.Receiver }}{{ .a.Status }}{{ end }}{{ template \"t\" (dict \"root\" . \"a\" (index .Alerts 0)) }}",
                "team-xfiring"
            ),
            (
                "{{ toJson .GroupLabels }} {{ toJson \"<a>&\\n\\\"é\" }}",
                "{\"Zone\":\"eu\",\"alertname\":\"PoolFull\"} \"\\u003ca\\u003e\\u0026\\n\\\"é\""
            ),
            ("{{ toJson (list 1 1.5 true nil \"x\" 1e21 1e-7) }}", "[1,1.5,true,null,\"x\",1e+21,1e-7]"),
            ("{{ toJson (index .Alerts 1).EndsAt }}", "\"2024-01-01T02:00:05.5Z\""),
            (
                "{{ .GroupLabels }} {{ .CommonLabels.SortedPairs }}",
                "alertname=PoolFull, Zone=eu alertname=PoolFull, severity=page"
            ),
            ("{{ .NotificationReason }}|{{ .RouteLabels.team }}|{{ .CommonAnnotations.SortedPairs }}|", "|||"),
            (
                "{{ range 3 }}{{ . }}{{ end }}{{ range $i := 2 }}{{ $i }}{{ end }}{{ range 0 }}x{{ else }}none{{ end }}",
                "01201none"
            ),
            ("{{ with \"\" }}a{{ else with \"b\" }}{{ . }}{{ else }}c{{ end }}", "b"),
            ("{{ define \"t\" }}[{{ . }}]{{ end }}{{ tmpl \"t\" \"x\" | toUpper }}", "[X]"),
            (
                "{{ with (index .Alerts 1) }}{{ (.EndsAt.Sub .StartsAt).Abs }} {{ .StartsAt.Compare .EndsAt }} {{ .StartsAt.UnixMicro }}{{ end }}",
                "2h0m6.5s -1 1704067199000000"
            ),
            (
                "{{ printf \"%#v\" (index .Alerts 1).StartsAt }}",
                "time.Date(2023, time.December, 31, 23, 59, 59, 0, time.UTC)"
            ),
            ("{{ nonsense := 1 }}", ""),
        ])
    func newer(text: String, wanted: String) throws {
        if wanted.isEmpty {
            #expect(throws: TemplateError.self) { try Template(notification: text) }
        } else {
            #expect(try NotificationSamples.expand(text) == wanted)
        }
    }

    @Test("all of the data as JSON")
    func json() throws {
        let one = TemplateNotification(
            receiver: "r",
            alerts: [
                TemplateAlert(isFiring: false, labels: ["a": "b"], startsAt: TemplateTime(milliseconds: 1_500))
            ], groupLabels: [:], externalURL: "https://x", reason: "repeat interval elapsed")
        let text = try Template(notification: "{{ toJson . }}").expand(one, environment: RuleSamples.environment)
        let wanted =
            #"{"receiver":"r","status":"resolved","alerts":[{"status":"resolved","labels":{"a":"b"},"annotations":{},"#
            + #""startsAt":"1970-01-01T00:00:01.5Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":""}],"#
            + #""notification_reason":"repeat interval elapsed","groupLabels":{},"commonLabels":{"a":"b"},"#
            + #""commonAnnotations":{},"routeLabels":{},"externalURL":"https://x"}"#
        #expect(text == wanted)
    }

    @Test(
        "rules in ways of Prometheus 3 that promtool 2.42 has not",
        arguments: [
            ("{{ externalURL }} {{ pathPrefix }}", "https://tocsin.example/x /x"), ("{{ now }}", "1.7954262005e+09"),
            ("{{ toDuration 90.5 }} {{ (toDuration \"60\").Minutes }}", "1m30.5s 1"),
            ("{{ urlQueryEscape \"a b&\" }}", "a+b%26"),
            ("{{ parseDuration \"-5m\" }}", "-300"), ("{{ humanizeDuration (toDuration 61) }}", "1m 1s"),
            ("{{ query \"big\" | first | value | humanizeDuration }}", "104166666666666d 16h 0m 0s"),
        ])
    func newerRules(text: String, wanted: String) throws {
        #expect(try RuleSamples.expand(text) == wanted)
    }

    @Test("files of templates call each other, and their failures name their own places")
    func library() throws {
        let library = try TemplateLibrary([
            ("a.tmpl", "{{ define \"title\" }}{{ template \"list\" .Alerts }}{{ end }}"),
            (
                "b.tmpl",
                "{{ define \"list\" }}{{ range . }}\n {{ index .Labels 1 }}{{ end }}{{ end }}{{ define \"x\" }}1{{ end }}"
            ),
            ("c.tmpl", "{{ define \"x\" }}2{{ end }}{{ define \"title \" }} {{ end }}top"),
        ])
        #expect(library.names == ["a.tmpl", "b.tmpl", "c.tmpl", "list", "title", "title ", "x"])
        #expect(
            try NotificationSamples.expand("{{ template \"x\" }}{{ template \"c.tmpl\" . }}", library: library)
                == "2top")
        #expect(
            try NotificationSamples.expand("{{ define \"x\" }} {{ end }}{{ template \"x\" }}", library: library) == "2")
        let template = try Template(notification: "\n\n{{ template \"title\" . }}", name: "slack", library: library)
        let text = template.expandShowingFailure(NotificationSamples.notification, environment: RuleSamples.environment)
        #expect(
            text
                == "<error expanding template: template b.tmpl, 2:5: error calling index: value has type int; should be string>"
        )
    }

    @Test(
        "each dialect has its own functions, and names the one that was meant",
        arguments: [
            ("{{ toJson 1 }}", true, nil), ("{{ humanize 1 }}", true, "humanizeDuration"),
            ("{{ tile \"a\" }}", true, "title"),
            ("{{ upper \"a\" }}", true, "toUpper"), ("{{ tojson 1 }}", false, nil),
            ("{{ humanise 1 }}", false, "humanize"),
            ("{{ graphlink \"a\" }}", false, "graphLink"), ("{{ pritnf \"a\" }}", false, "printf"),
            ("{{ json . }}", true, "toJson"),
        ] as [(String, Bool, String?)])
    func dialects(text: String, isNotification: Bool, meant: String?) throws {
        do {
            _ = isNotification ? try Template(notification: text) : try Template(text)
            #expect(isNotification && meant == nil, "\(text) was accepted")
        } catch {
            #expect(error.message.hasPrefix("unknown function"), "\(error)")
            if let meant { #expect(error.message.hasSuffix("; did you mean `\(meant)`?"), "\(error)") }
        }
    }
}
