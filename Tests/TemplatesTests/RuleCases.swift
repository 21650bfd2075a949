/// Templates of rules that `promtool` 2.42 expands as we do.
enum RuleCases {
    static let texts = plain + humanized + queries + addresses

    static let plain = [
        "plain", "{{ $labels.pool }} {{ .Labels.pool }}", "{{ $value }} {{ .Value }}", "{{ $labels.missing }}|",
        "{{ $externalLabels.region }} {{ .ExternalLabels.region }}", "{{ $externalURL }} {{ .ExternalURL }}",
        "{{ if gt $value 0.8 }}high{{ else }}low{{ end }}", "{{ printf \"%.2f of %s\" $value $labels.pool }}",
        "{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}", "{{ $labels }}", "{{ . }}",
        "{{ title \"hELLO wORLD foo-bar o'neil a_b éa\" }}",
        "{{ toUpper \"aé\" }}{{ toLower \"AÉ\" }}", "{{ match \"^w\" $labels.pool }}",
        "{{ reReplaceAll \"/(a)\" \"<${1}>\" $labels.path }}",
        "{{ safeHtml $labels.path }} {{ html $labels.path }}",
        "{{ graphLink \"up == 0\" }} {{ tableLink \"a{b=\\\"c\\\"}\" }}",
        "{{ args 1 \"a\" $value }}", "{{ (args 1 2).arg1 }} {{ (args 1 2).arg9 }}",
        "{{ with args 1 \"x\" }}{{ .arg0 }}{{ .arg1 }}{{ end }}",
        "{{ define \"t\" }}{{ .arg0 }}-{{ .arg1 }}{{ end }}{{ template \"t\" (args $value \"b\") }}",
        "{{ define \"t\" }}{{ .x }}{{ end }}{{ template \"t\" }}",
        "{{ printf \"%T %T %T\" $labels $value (args 1) }}",
        "{{ index $labels \"pool\" }}{{ index $labels \"none\" }}|",
        "{{ len $labels }} {{ eq $labels.pool \"web\" \"x\" }}", "{{ $value | printf \"%.1f%%\" }}",
        "{{ printf \"%#v %+v\" $labels (args 1 nil \"x\") }}",
        "{{ $x := $value }}{{ $x = 3.5 }}{{ $x }}",
        "{{ and $labels.pool $labels.none }}|{{ or $labels.none \"else\" }}",
        "{{ lt $value 1.0 }} {{ ge $value 0.834 }}",
        "{{ index (args 1) \"arg0\" }} {{ index (args 1) \"none\" }}", "{{ html (args).none }} {{ print (args).none }}",
        "{{ (args nil).arg0 }}",
        "{{ parseDuration \"1h30m\" }} {{ parseDuration \"1d2ms\" }} {{ parseDuration \"0\" }}",
        "{{ toTime 1435065584.128 }} {{ (toTime \"1435065584\").Year }}",
        "{{ (toTime $value).Format \"2006-01-02\" }} {{ (toTime 1435065584).UTC.Weekday }}",
        "{{ stripPort $labels.instance }}",
    ]

    static let humanized =
        ["humanize", "humanize1024", "humanizeDuration", "humanizePercentage"].flatMap { function in
            [
                "{{ \(function) 0 }} {{ \(function) 1 }} {{ \(function) -1 }} {{ \(function) 1234567 }} {{ \(function) 999.95 }}",
                "{{ \(function) 0.00012 }} {{ \(function) -0.5 }} {{ \(function) 1e15 }} {{ \(function) 1e-30 }} {{ \(function) \"12.5\" }}",
                "{{ \(function) \"NaN\" }} {{ \(function) \"+Inf\" }} {{ \(function) \"-Inf\" }} {{ \(function) 1024 }} {{ \(function) 1048576 }}",
                "{{ \(function) 59.9 }} {{ \(function) 60 }} {{ \(function) 3661 }} {{ \(function) 90061.5 }} {{ \(function) -90061 }} {{ $value | \(function) }}",
                "{{ query \"negative\" | first | value | \(function) }}",
            ]
        } + [
            "{{ humanize 1e30 }} {{ humanize1024 1e300 }} {{ query \"big\" | first | value | humanizePercentage }}",
            "{{ humanizeTimestamp 1435065584.128 }} {{ humanizeTimestamp 0 }} {{ humanizeTimestamp -1.5 }} {{ humanizeTimestamp \"NaN\" }}",
            "{{ query \"stamp\" | first | value | humanizeTimestamp }}", "{{ humanizeTimestamp 253402300799 | len }}",
        ]

    static let queries = [
        "{{ with query \"up\" }}{{ . | first | value | printf \"%T\" }}{{ end }}",
        "{{ range query \"up\" | sortByLabel \"job\" }}{{ .Labels.job }}={{ .Value }} {{ end }}",
        "{{ query \"up\" | sortByLabel \"host\" | first | label \"job\" }}", "{{ query \"other\" | first | value }}",
        "{{ query \"absent_one\" | len }}",
        "{{ with query \"absent_one\" }}x{{ else }}none{{ end }}", "{{ query \"other\" | first }}",
        "{{ (query \"other\" | first).Value }}", "{{ (index (query \"other\") 0).Labels.__name__ }}",
        "{{ query \"other\" | first | strvalue }}|", "{{ printf \"%T %T\" (query \"up\") (query \"up\" | first) }}",
        "{{ query \"x_nan\" | first | value }} {{ query \"x_inf\" | first | value }}",
        "{{ $v := query \"x_nan\" | first | value }}{{ gt $v 1.0 }} {{ lt $v 1.0 }} {{ eq $v $v }} {{ if $v }}yes{{ end }}",
        "{{ query \"other\" | first | value | printf \"%.0f\" }}",
        "{{ printf \"%v %5.1f %+v %08.2f %x\" $value (query \"x_inf\" | first | value) (query \"x_inf\" | first | value) (query \"x_nan\" | first | value) 1.0 }}",
        "{{ range $i, $s := sortByLabel \"job\" (query \"up\") }}{{ $i }}:{{ label \"host\" $s }} {{ end }}",
        "{{ len (query \"up\") }}", "{{ query \"negative\" | first | value }} {{ query \"big\" | first | value }}",
    ]

    static let addresses = [
        "localhost", "h.example.com:9090", "10.0.0.1:80", "10.0.0.1", "[::1]:80", "[::1]", "::1", "a:b:c", "", ":80",
        "h.example.com", "a.b.c.d:1", "1.2.3:4", "[fe80::1%25eth0]:9", "host:", "x]:1",
    ].flatMap { ["{{ stripPort \"\($0)\" }}|", "{{ stripDomain \"\($0)\" }}|"] }

    /// Both refuse them while they expand, with the same words.
    static let failures = [
        "{{ eq $value \"a\" }}", "{{ $labels.pool.x }}", "{{ query \"absent_one\" | first }}", "{{ gt $value 1 }}",
        "{{ toUpper $value }}", "{{ humanize \"abc\" }}", "{{ humanize $labels }}",
        "{{ first $value }}", "{{ value $value }}", "{{ label \"a\" $value }}", "{{ (args).none.x }}",
        "{{ parseDuration \"1.5h\" }}", "{{ parseDuration \"\" }}", "{{ parseDuration \"1m1h\" }}",
        "{{ toTime 1e30 }}", "{{ humanizeTimestamp 1e30 }}", "{{ index $labels 1 }}",
        "{{ (query \"up\" | first).Nope }}", "{{ range $value }}{{ end }}", "{{ len $value }}",
        "{{ sortByLabel \"x\" $labels }}",
    ]
}
