/// Templates of Go's language and of notifications that `amtool` 0.25 renders as we do.
enum LanguageCases {
    static let texts = plain + control + numbers + functions + printing + data + times

    static let plain = [
        "plain", "a{{1}}b", "{{- 1 -}} x", "a \n {{- 1 }} b", "a {{ 1 -}} \n\t b", "a {{- \" b \" -}} c",
        "{{/* note */}}x",
        "a {{- /* note */ -}} b", "a {{ \"}}\" }} b", "{{`raw \\n }}`}}", "{{ \"\\x41\\u00e9\\U0001F600\\101\\\"\" }}",
        "{{ '\\'' }} {{ 'a' }} {{ 'é' }} {{ '\\n' }}", "x\u{a0}{{- 1 -}}\u{a0}y",
        "{{\n1\n}}", "{{ (1) }}", "{{ ((\"x\")) | len }}", "{{ \"a\" | printf \"%s-%s\" \"b\" }}",
        "{{ true }}{{ false }}",
        "{ {{ 1 }} }", "}}", "{{ \"{{\" }}", "a{{- 1}}", "a\r\n{{- 1 -}}\r\nb",
    ]

    static let control = [
        "{{ if true }}a{{ else }}b{{ end }}", "{{ if false }}a{{ else if true }}c{{ else }}b{{ end }}",
        "{{ if and true 1 \"x\" }}a{{ end }}", "{{ with \"x\" }}{{ . }}{{ else }}none{{ end }}",
        "{{ with \"\" }}{{ . }}{{ else }}none{{ .Receiver }}{{ end }}", "{{ with $x := 5 }}{{ $x }}{{ . }}{{ end }}",
        "{{ if $x := 5 }}{{ $x }}{{ end }}", "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}",
        "{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}",
        "{{ range .Alerts }}{{ .Status }},{{ end }}",
        "{{ range $i, $a := .Alerts }}{{ $i }}{{ $a.Labels.pool }} {{ end }}",
        "{{ range $a := .Alerts }}{{ $a.Fingerprint }}{{ end }}",
        "{{ range .CommonAnnotations }}x{{ else }}none{{ end }}",
        "{{ range $k, $v := .CommonLabels }}{{ $k }}={{ $v }};{{ end }}", "{{ range .CommonLabels }}{{ . }};{{ end }}",
        "{{ range .Alerts }}{{ if eq .Labels.pool \"db\" }}{{ continue }}{{ end }}{{ .Labels.pool }}{{ end }}",
        "{{ range .Alerts }}{{ if eq .Labels.pool \"db\" }}{{ break }}{{ end }}{{ .Labels.pool }}{{ end }}",
        "{{ $last := \"\" }}{{ range .Alerts }}{{ $last = .Labels.pool }}{{ end }}{{ $last }}",
        "{{ range .Alerts }}{{ $.Receiver }}{{ end }}",
        "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" \"x\" }}",
        "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" }}", "{{ block \"b\" .Status }}<{{ . }}>{{ end }}",
        "{{ define \"t\" }}{{ $ }}{{ end }}{{ template \"t\" 4 }}",
        "{{ template \"t\" }}{{ define \"t\" }}later{{ end }}",
        "{{ define \"t\" }}{{ if gt . 0 }}{{ . }}{{ template \"t\" 0 }}{{ end }}{{ end }}{{ template \"t\" 3 }}",
        "{{ define \"a\" }} {{ end }}{{ define \"a\" }}full{{ end }}{{ template \"a\" }}",
        "{{ range $i, $c := stringSlice \"a\" \"b\" }}{{ if $i }}, {{ end }}{{ $c }}{{ end }}",
        "{{ if not (eq .Status \"resolved\") }}on{{ end }}", "{{ with .Alerts.Firing }}{{ len . }}{{ end }}",
        "{{ $x := 1 }}{{ range .Alerts }}{{ $x := 2 }}{{ end }}{{ $x }}", "{{ with . }}{{ .Status }}{{ end }}",
        "{{ range $i, $_ := .Alerts }}{{ $i }}{{ end }}", "{{ if or (eq 1 2) (eq 2 2) }}y{{ end }}",
    ]

    static let numbers = [
        "{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 0x_f }}", "{{ 1.5 }} {{ 1e3 }} {{ .5 }} {{ 5. }}",
        "{{ -3 }} {{ +3 }} {{ -0.0 }}", "{{ 1000000.0 }} {{ 999999.5 }} {{ 123456789.0 }} {{ 0.0001 }} {{ 0.00001 }}",
        "{{ 0x1p4 }} {{ 0x1.8p1 }}", "{{ 1_000.5 }} {{ 0e1 }}", "{{ 1e100 }} {{ 1e-7 }} {{ 12345678901234567890.0 }}",
        "{{ 9223372036854775807 }} {{ -9223372036854775808 }}",
    ]

    static let functions = [
        "{{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 \"\" }} {{ or 0 5 }}", "{{ or true (index .Alerts 99) }}",
        "{{ and false (index .Alerts 99) }}", "{{ not 0 }} {{ not \"x\" }} {{ not nil }}",
        "{{ eq 1 2 1 }} {{ eq \"a\" \"b\" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ gt 1.5 1.0 }} {{ ge 1 2 }}",
        "{{ lt \"a\" \"b\" }} {{ lt \"Z\" \"a\" }} {{ eq true true }} {{ eq nil nil }}", "{{ eq .Status \"firing\" }}",
        "{{ len \"größe\" }} {{ len .Alerts }} {{ len .CommonLabels }}", "{{ index \"abc\" 1 }}",
        "{{ index .CommonLabels \"severity\" }}|{{ index .CommonLabels \"none\" }}|",
        "{{ (index .Alerts 0).Labels.pool }} {{ (index .Alerts 1).Status }}", "{{ index (stringSlice \"a\" \"b\") 1 }}",
        "{{ slice \"abcdef\" 2 4 }} {{ slice \"abc\" 1 }} {{ slice \"abc\" }}",
        "{{ slice (stringSlice \"a\" \"b\" \"c\") 1 }}",
        "{{ print 1 2 \"a\" \"b\" 3 4 nil }}", "{{ println 1 \"a\" }}", "{{ html \"<a href='x'>&\\\"\" }}",
        "{{ js \"it's <b> & \\\"x\\\" = \\\\ \\n\\t é\" }}", "{{ urlquery \"a b&c=/é~\" }}",
        "{{ html 1 2 \"<\" }} {{ urlquery nil }}",
        "{{ toUpper \"straße é\" }} {{ toLower \"ÀB\" }}", "{{ join \"-\" (stringSlice \"a\" \"b\") }}",
        "{{ title \"hello wORLD foo-bar foo_bar o'neil a.b x:y\" }}", "{{ title \"3rd 4 x 5x (abc) éa\" }}",
        "{{ match \"^po\" \"pool\" }} {{ match \"^x\" \"pool\" }}", "{{ reReplaceAll \"o+\" \"0\" \"pool foo\" }}",
        "{{ reReplaceAll \"(p)o\" \"${1}-\" \"pool\" }}", "{{ safeHtml \"<b>\" }}", "{{ stringSlice \"a\" \"b\" }}",
        "{{ stringSlice }}", "{{ \"abc\" | toUpper | printf \"%q\" }}", "{{ \"x\" | eq \"x\" }}", "{{ 3 | lt 2 }}",
        "{{ print }}{{ print \"\" }}", "{{ index (stringSlice \"a\") 0 | toUpper }}", "{{ len (slice .Alerts 1 2) }}",
    ]

    static let printing = [
        "{{ printf \"%d %5d|%-5d|%05d %+d % d %x %X %#x %o %#o %O %b %c %q %U %#U\" 1 2 3 4 5 6 255 255 255 8 8 8 5 65 65 65 65 }}",
        "{{ printf \"%[2]d %[1]d\" 1 2 }} {{ printf \"%[1]d %[1]v\" 7 }} {{ printf \"%[3]d\" 1 }} {{ printf \"%[2]*[1]d\" 12 6 }}",
        "{{ printf \"%*d|%-*d|%.*f\" 5 1 5 2 2 3.14159 }}", "{{ printf \"%v %+v %#v %T\" \"s\" \"s\" \"s\" \"s\" }}",
        "{{ printf \"%v %+v %#v %T\" 1 1 1 1 }} {{ printf \"%v %+v %#v %T\" 1.5 1.5 1.5 1.5 }}",
        "{{ printf \"%t %v %5t\" true false true }}",
        "{{ printf \"%s|%10s|%-10s|%.2s|%q|%x|%X|% x|%#x\" \"abc\" \"abc\" \"abc\" \"abc\" \"a\\\"b\" \"hi\" \"hi\" \"hi\" \"hi\" }}",
        "{{ printf \"%f %.2f %8.3f|%-8.1f|%08.3f %+.1f % .1f\" 3.14159 3.14159 3.14159 3.14159 -3.14159 2.0 2.0 }}",
        "{{ printf \"%e %.2e %g %.3g %G %E\" 12345.678 12345.678 12345.678 12345.678 1e-10 12345.678 }}",
        "{{ printf \"%d\" \"x\" }} {{ printf \"%s\" 1 }} {{ printf \"%z\" 1 }} {{ printf \"%d\" }} {{ printf \"x\" 1 \"a\" }}",
        "{{ printf \"%d %s\" nil nil }} {{ printf \"%v\" nil }} {{ printf \"100%\" }} {{ printf \"100%%\" }} {{ printf \"%!\" 1 }}",
        "{{ printf \"%v %s %q %d\" (stringSlice \"a\" \"b\") (stringSlice \"a\" \"b\") (stringSlice \"a\" \"b\") (stringSlice \"a\") }}",
        "{{ printf \"%T %T %#v\" (stringSlice \"a\") .CommonLabels (stringSlice \"a\" \"b\") }}",
        "{{ printf \"%6.2f%%\" 12.345 }} {{ printf \"%.3v\" 3.14159 }} {{ printf \"%5v|%-5v|\" \"a\" true }}",
        "{{ printf \"%x %X\" 3.5 10.25 }} {{ printf \"%05s|%5q\" \"ab\" \"a\" }}",
        "{{ printf \"%08b %.3d %+.3d|%6.3d\" 5 7 7 7 }}",
        "{{ printf \"%q %+q %#q\" \"é\\n\\x00\" \"é\" \"raw\" }}", "{{ printf \"%c%c %q\" 233 128512 10 }}",
        "{{ printf \"%t\" 1 }} {{ printf \"%d\" 1.5 }} {{ printf \"%e\" 1 }}", "{{ printf \"%#x % d\" -255 -5 }}",
        "{{ printf \"%[1]*d\" 5 }} {{ printf \"%*d\" \"a\" 5 }} {{ printf \"%.*d\" -1 5 }} {{ printf \"%[x]d\" 5 }}",
        "{{ printf \"%s %v %d\" (index .Alerts 0).StartsAt.Month (index .Alerts 0).StartsAt.Weekday (index .Alerts 0).StartsAt.Month }}",
    ]

    static let data = [
        "{{ .Receiver }} {{ .Status }} {{ .ExternalURL }}", "{{ len .Alerts.Firing }} {{ .Alerts.Resolved | len }}",
        "{{ range .Alerts.Firing }}{{ .Labels.pool }} {{ end }}",
        "{{ range .GroupLabels.SortedPairs }}{{ .Name }}={{ .Value }} {{ end }}",
        "{{ .GroupLabels.Names }} {{ .GroupLabels.Values }}", "{{ .GroupLabels.Values | join \",\" }}",
        "{{ .CommonLabels.SortedPairs.Names }} {{ .CommonLabels.SortedPairs.Values | join \" \" }}",
        "{{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values | join \"|\" }}{{ end }}",
        "{{ (.CommonLabels.Remove (stringSlice \"severity\")).Names }}", "{{ .CommonLabels.nothing }}|",
        "{{ (index .Alerts 0).Annotations.description }}",
        "{{ range .Alerts }}{{ .GeneratorURL }}{{ .Fingerprint }} {{ end }}",
        "{{ $a := index .Alerts 1 }}{{ $a.Labels.pool }} {{ $a.EndsAt.Unix }}",
        "{{ index (index .Alerts 0).Labels \"a b\" }}", "{{ (index .Alerts.Firing 1).Labels.pool | toUpper }}",
        "[{{ .Status | toUpper }}{{ if eq .Status \"firing\" }}:{{ .Alerts.Firing | len }}{{ end }}] "
            + "{{ .GroupLabels.SortedPairs.Values | join \" \" }} {{ if gt (len .CommonLabels) (len .GroupLabels) }}"
            + "({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ .Values | join \" \" }}{{ end }}){{ end }}",
    ]

    static let times =
        [
            "2006-01-02 15:04:05", "Mon Jan _2 15:04:05 MST 2006", "Monday, 02-Jan-06 3:04PM", "Z07:00 -0700 -07 Z0700",
            ".000 .999999 ,000000000", "002 __2 1 2 3 4 5 01 03 pm", "January Jan Janus Month Mon2", "2006_2006 _2",
            "5.000 5.999",
            "-07:00:00 -070000 Z07:00:00", "06/1/2 x 20060102150405", "15h04 é",
        ].map { "{{ range .Alerts }}{{ .StartsAt.Format \"\($0)\" }}|{{ end }}" }
        + [
            "{{ range .Alerts }}{{ .StartsAt }} {{ .EndsAt }}|{{ end }}",
            "{{ (index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt }}",
            "{{ range .Alerts }}{{ .StartsAt.Unix }} {{ .StartsAt.UnixNano }} {{ .StartsAt.UnixMilli }} {{ .EndsAt.IsZero }}|{{ end }}",
            "{{ with (index .Alerts 1).StartsAt }}{{ .Year }} {{ .Month }} {{ .Day }} {{ .Hour }} {{ .Minute }} {{ .Second }} "
                + "{{ .Nanosecond }} {{ .Weekday }} {{ .YearDay }}{{ end }}",
            "{{ with index .Alerts 1 }}{{ .StartsAt.Before .EndsAt }} {{ .StartsAt.After .EndsAt }} {{ .StartsAt.Equal .StartsAt }}{{ end }}",
            "{{ with index .Alerts 1 }}{{ with .EndsAt.Sub .StartsAt }}{{ .Hours }} {{ .Minutes }} {{ .Seconds }} {{ .Milliseconds }} "
                + "{{ .String }} {{ .Round 60000000000 }} {{ .Truncate 3600000000000 }} {{ printf \"%d %s %T\" . . . }}{{ end }}{{ end }}",
            "{{ with index .Alerts 0 }}{{ .StartsAt.UTC }} {{ .StartsAt.Add 3600000000000 }} {{ .StartsAt.AddDate 0 1 30 }}{{ end }}",
            "{{ with index .Alerts 0 }}{{ .StartsAt.Truncate 86400000000000 }} {{ .StartsAt.Round 3600000000000 }}{{ end }}",
            "{{ with index .Alerts 0 }}{{ \"15:04\" | .StartsAt.Format }} {{ eq .StartsAt.Month 11 }} {{ gt .StartsAt.Hour 7 }}{{ end }}",
            "{{ (index .Alerts 0).EndsAt.Sub (index .Alerts 0).StartsAt }}",
            "{{ if (index .Alerts 0).EndsAt }}always{{ end }}",
            "{{ with index .Alerts 2 }}{{ .StartsAt.AddDate 1 0 0 }} {{ .StartsAt.AddDate 0 -2 0 }} {{ .StartsAt.AddDate 0 0 -60 }}{{ end }}",
            "{{ (index .Alerts 0).StartsAt.String }} {{ printf \"%v %s %q\" (index .Alerts 2).StartsAt (index .Alerts 2).StartsAt (index .Alerts 2).StartsAt }}",
        ]

    /// Templates that both refuse while they expand, with the same words.
    static let failures = [
        "{{ eq 1 \"a\" }}", "{{ lt 1 2.0 }}", "{{ lt .Alerts 1 }}", "{{ lt true false }}", "{{ index .Alerts 5 }}",
        "{{ index .CommonLabels 1 }}", "{{ index 1 1 }}", "{{ index nil 1 }}", "{{ slice 1 2 }}",
        "{{ slice \"abc\" 2 1 }}",
        "{{ slice \"abc\" 0 9 }}", "{{ len 3 }}", "{{ toUpper (len .Alerts) }}", "{{ nil | printf \"%v\" }}",
        "{{ range \"abc\" }}{{ end }}", "{{ range 1.5 }}{{ end }}",
        "{{ .Status.foo }}", "{{ (index .Alerts 0).StartsAt.Nope }}", "{{ (index .Alerts 0).Nope }}",
        "{{ join \",\" .Status }}", "{{ index (stringSlice \"a\") \"x\" }}", "{{ .Status 1 }}",
        "{{ .CommonLabels.severity 1 }}", "{{ (index .Alerts 0).StartsAt.Format }}",
        "{{ (index .Alerts 0).StartsAt.Sub $.Status }}",
        "{{ call 1 }}", "{{ 1 | .Status }}", "{{ range true }}{{ end }}", "{{ le .CommonLabels 1 }}",
    ]

    /// Templates that both refuse, we already when we read them.
    static let mistakes = [
        "{{ ", "{{ if }}x{{ end }}", "{{ if true }}", "{{ end }}", "{{ else }}", "{{ nope }}", "{{ $x }}", "{{ 1 2 }}",
        "{{ \"a }}", "{{ `a }}", "{{ 'ab' }}", "{{ \"\\q\" }}", "{{ /* x */ }}", "{{/* x }}", "{{ .a..b }}", "{{ 1x }}",
        "{{ 0x }}",
        "{{ template }}", "{{ template x }}", "{{ define \"x\" }}", "{{ if true }}{{ define \"x\" }}{{ end }}{{ end }}",
        "{{ break }}",
        "{{ continue }}", "{{ | print }}", "{{ 09 }}", "{{ (1 }}", "{{ 1) }}", "{{ print(1) }}", "{{ \"a\"\"b\" }}",
        "{{ \"a\".b }}",
        "{{ 1 | 2 }}", "{{ nil }}", "{{ $x = 1 }}", "{{ $x := }}", "{{ $a, $b := 1 }}{{ $a }}",
        "{{ range $a, $b, $c := .Alerts }}{{ end }}",
        "{{ if true }}{{ else }}{{ else }}{{ end }}", "{{ range .Alerts }}{{ else if true }}{{ end }}", "{{ end x }}",
        "{{ # }}", "{{ 1_ }}",
        "{{ template \"nope\" }}", "{{ toUpper }}", "{{ eq }}", "{{ not 1 2 }}", "{{ a-b }}", "{{ $x:=1 }}{{ $x=2 }}",
        "{{ . 1 }}", "{{ 99999999999999999999 }}",
        "{{ define \"a\" }}x{{ end }}{{ define \"a\" }}y{{ end }}",
        "{{ range .Alerts }}{{ define \"q\" }}{{ end }}{{ end }}", "{{}}",
        "{{ with 1 }}{{ else if 2 }}{{ end }}", "{{ define \"t\" }}{{ $x }}{{ end }}",
        "{{ if true }}{{ $y := 1 }}{{ end }}{{ $y }}", "{{ \"a\nb\" }}",
    ]
}
