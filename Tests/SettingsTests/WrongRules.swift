import Settings

/// Rule files in which one thing is wrong each. `RULE` begins a group with one rule.
enum WrongRules {
    private static let start = "groups:\n  - name: g\n    rules:\n      - "

    private static func rule(
        _ description: String, _ lines: String, _ message: String, mend remedy: String,
        _ severity: SettingsProblem.Severity = .error
    ) -> Wrong {
        let indented = lines.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n        ")
        return Wrong(description, start + indented, message, mend: remedy, severity)
    }

    static let expressions = [
        rule("no expression", "▸alert: A", "has no `expr`", mend: "add `expr"),
        rule("an empty expression", "alert: A\nexpr: ▸''", "`expr` is empty", mend: "give it a value"),
        rule("a broken expression", "alert: A\nexpr: up == ▸)", "the expression is wrong", mend: ""),
        rule(
            "a broken expression in quotes", "alert: A\nexpr: 'up{a=\"it''s\"} == ▸)'", "the expression is wrong",
            mend: ""),
        rule(
            "a broken expression in double quotes", "alert: A\nexpr: \"up{a=\\\"b\\\"} == ▸)\"",
            "the expression is wrong",
            mend: ""),
        rule(
            "a broken expression in a block", "alert: A\nexpr: |\n  sum(up)\n  / ▸)\nfor: 5m",
            "the expression is wrong", mend: ""),
        rule(
            "a broken expression in a folded block", "alert: A\nexpr: >-\n  sum(up)\n  + sum(up)\n  / ▸)\nfor: 5m",
            "the expression is wrong", mend: ""),
        rule("a mistyped function", "alert: A\nexpr: 1 + ▸raet(x[5m])", "raet", mend: "rate"),
        rule("an instant vector in rate", "alert: A\nexpr: rate(▸x)", "the expression is wrong", mend: ""),
        rule("a range", "alert: A\nexpr: ▸up[5m]", "a range of samples", mend: "max_over_time"),
        rule("a text", "alert: A\nexpr: ▸'\"up\"'", "gives a text", mend: "numbers"),
        rule(
            "a comparison with levels", "alert: A\nexpr: ▸up > 0\nlevels: {warning: {raise: '> 0'}}",
            "compares and leaves out what does not hold", mend: "`raise`"),
    ]

    static let rules = [
        rule(
            "an unknown key", "alert: A\nexpr: up\n▸annotation: {a: b}", "unknown key `annotation`",
            mend: "did you mean `annotations`?"),
        rule("neither alert nor record", "▸expr: up", "neither `alert` nor `record`", mend: "`alert: NAME`"),
        rule("both alert and record", "alert: A\nrecord: ▸a\nexpr: up", "both", mend: "two rules"),
        rule("a bad name of a series", "record: ▸a-b\nexpr: up", "is not a metric's name", mend: "job:requests:rate5m"),
        rule(
            "a recording rule with for", "record: a\nexpr: up\n▸for: 5m", "a recording rule can't have `for`",
            mend: "remove it"),
        rule(
            "a recording rule with annotations", "record: a\nexpr: up\n▸annotations: {a: b}",
            "can't have `annotations`", mend: "remove it"),
        rule(
            "a bad label", "alert: A\nexpr: up\nlabels: {▸1a: b}", "`1a` can't be a name under `labels`", mend: "letter"
        ),
        rule(
            "a reserved label", "alert: A\nexpr: up\nlabels: {▸alertname: b}", "can't set the label `alertname`",
            mend: "another label"),
        rule(
            "the metric's name as a label", "alert: A\nexpr: up\nlabels: {▸__name__: b}",
            "can't set the label `__name__`", mend: "another label"),
        rule(
            "severity beside levels",
            "alert: A\nexpr: up\nlevels: {warning: {raise: '> 0'}}\nlabels: {▸severity: page}",
            "`severity` can't stand beside `levels`", mend: "remove it"),
        rule(
            "a broken template", "alert: A\nexpr: up\nannotations: {a: 'x {{ ▸bad }}'}", "the template of `a` is wrong",
            mend: "$labels"),
        rule(
            "a bad duration", "alert: A\nexpr: up\nfor: ▸five", "`for` must be a duration, found `five`", mend: "`5m`"),
        rule(
            "a bad no_data", "alert: A\nexpr: up\nno_data: ▸kep", "`no_data` must be one of",
            mend: "did you mean `keep`?"),
        rule(
            "bad flapping", "alert: A\nexpr: up\nflapping: {high: 20, ▸low: 30}", "must be below `high`",
            mend: "high: 30"),
        rule(
            "for beside levels", "alert: A\nexpr: up\nlevels: {warning: {raise: '> 0'}}\n▸for: 5m",
            "`for` can't stand beside `levels`", mend: "into each level"),
        rule("no level", "alert: A\nexpr: up\nlevels: ▸{}", "`levels` has no level", mend: "warning"),
        rule(
            "a mistyped level", "alert: A\nexpr: up\nlevels: {▸warnin: {raise: '> 0'}}", "`warnin` is not a level",
            mend: "did you mean `warning`?"),
        rule(
            "a level without raise", "alert: A\nexpr: up\nlevels: {▸warning: {clear: '< 1'}}", "has no `raise`",
            mend: "add `raise"),
        rule("a bad threshold", "alert: A\nexpr: up\nlevels: {warning: {raise: '> ▸much'}}", "`raise`", mend: "0.8"),
        rule(
            "a mistyped key of a level", "alert: A\nexpr: up\nlevels: {warning: {raise: '> 0', ▸clear_fro: 1m}}",
            "unknown key `clear_fro`", mend: "did you mean `clear_for`?"),
        rule(
            "clear beyond raise", "alert: A\nexpr: up\nlevels:\n  ▸warning: {raise: '> 0.8', clear: '< 0.9'}",
            "clear beyond raise: the level `warning` is raised at `> 0.8` and cleared at `< 0.9`",
            mend: "within `<= 0.8`"),
        rule(
            "a higher level below the lower",
            "alert: A\nexpr: up\nlevels:\n  warning: {raise: '> 0.8'}\n  ▸critical: {raise: '> 0.7'}",
            "where the lower level `warning` (`> 0.8`) may not be raised", mend: "must raise `warning` too"),
        rule(
            "levels of other directions",
            "alert: A\nexpr: up\nlevels:\n  warning: {raise: '> 1'}\n  ▸critical: {raise: '< 0'}", "may not be raised",
            mend: "must raise `warning`"),
        Wrong("a group of no name", "groups:\n  - ▸rules: []", "has no `name`", mend: "add `name"),
        Wrong(
            "two groups of one name", "groups:\n  - name: g\n  - name: ▸g",
            "two groups of this file have the name `g`, the first in line 2", mend: "join"),
        Wrong(
            "a bad interval of a group", "groups:\n  - {name: g, interval: ▸0s}", "longer than nothing", mend: "`15s`"),
        Wrong(
            "an offset of a group", "groups:\n  - {name: g, query_offset: ▸1m}", "`query_offset` has no effect",
            mend: "offset", .warning),
        Wrong(
            "rules that are no list", "groups:\n  - name: g\n    rules: ▸{alert: A}", "must be a list, found a mapping",
            mend: "`- `"),
        Wrong("a rule file that is a list", "▸- a", "the file must be a mapping", mend: "key: value"),
        Wrong(
            "a mistyped key of a file", "▸group: []", "unknown key `group` in the file",
            mend: "did you mean `groups`?"),
        Wrong(
            "two rules with levels of one name",
            start
                + "{alert: A, expr: up, levels: {warning: {raise: '> 0'}}}\n"
                + "      - {alert: ▸A, expr: up, levels: {warning: {raise: '> 0'}}}",
            "duplicate alert", mend: "a name of its own"),
        Wrong(
            "two rules of one name", start + "{alert: A, expr: up}\n      - {alert: ▸A, expr: up}",
            "another rule has the name `A` too", mend: "as in Prometheus", .warning),
    ]
}
