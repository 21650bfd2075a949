import Settings

/// Settings with one mistake each in what holds alerts back.
enum WrongHolds {
    private static func interval(_ inner: String, root: String = "") -> String {
        "time_intervals:\n  - name: x\n    time_intervals:\n      - \(inner)"
    }

    static let all = [
        Wrong("no name", "time_intervals:\n  - ▸time_intervals: []", "has no `name`", mend: "by which routes call it"),
        Wrong(
            "a name twice", "mute_time_intervals: [{name: x}]\ntime_intervals: [{name: ▸x}]",
            "two time intervals have the name `x`, the first in line 1", mend: "of its own"),
        Wrong(
            "no time of day", interval("times: [{start_time: ▸'9:00', end_time: '10:00'}]"), "must be a time of day",
            mend: "09:30"),
        Wrong(
            "a time past the day", interval("times: [{start_time: '09:00', end_time: ▸'24:01'}]"),
            "must be a time of day", mend: "24:00"),
        Wrong(
            "a time of signs", interval("times: [{start_time: ▸'+9:00', end_time: '10:00'}]"), "must be a time of day",
            mend: "09:30"),
        Wrong("no end", interval("times: [▸{start_time: '09:00'}]"), "has no `end_time`", mend: "HH:MM"),
        Wrong(
            "a night", interval("times: [{start_time: '22:00', ▸end_time: '06:00'}]"), "is not after `start_time`",
            mend: "two entries"),
        Wrong("no weekday", interval("weekdays: [▸moonday]"), "is not within the calendar", mend: "monday:friday"),
        Wrong(
            "a weekday's number", interval("weekdays: [▸'1:5']"), "is not within the calendar", mend: "monday:friday"),
        Wrong("a week's end", interval("weekdays: [▸'saturday:sunday']"), "ends before it begins", mend: "two ranges"),
        Wrong("no day", interval("days_of_month: [▸'0']"), "no range of days", mend: "-7:-1"),
        Wrong("a day too many", interval("days_of_month: [▸'32']"), "no range of days", mend: "-7:-1"),
        Wrong("from the end to the beginning", interval("days_of_month: [▸'-3:3']"), "no range of days", mend: "-7:-1"),
        Wrong("days backwards", interval("days_of_month: [▸'-1:-3']"), "ends before it begins", mend: "two ranges"),
        Wrong("no month", interval("months: [▸'13']"), "is not within the calendar", mend: "june:august", .warning),
        Wrong("three ends", interval("months: [▸'1:2:3']"), "is no range", mend: "june:august"),
        Wrong("no year", interval("years: [▸soon]"), "is not within the calendar", mend: "2030"),
        Wrong("no zone", interval("location: ▸Europe/Berln"), "not known here: `Europe/Berln`", mend: "Europe/Berlin"),
        Wrong("a path for a zone", interval("location: ▸../../etc/passwd"), "not known here", mend: ""),
        Wrong("a key that is none", interval("▸weekday: [monday]"), "unknown key `weekday`", mend: "weekdays"),
        Wrong(
            "a muted root", "time_intervals: [{name: x}]\nroute: {receiver: none, ▸mute_time_intervals: [x]}",
            "the root route can't have `mute_time_intervals`", mend: "entry of `routes`"),
        Wrong(
            "a mistyped interval",
            "time_intervals: [{name: nights}]\nroute: {receiver: none, routes: [{active_time_intervals: [▸night]}]}",
            "no time interval is called `night`", mend: "`nights`"),
        Wrong(
            "a step without a time",
            "route: {receiver: none, escalation: [▸{receiver: a}]}\nreceivers: [{name: none}, {name: a}]",
            "has no `after`", mend: "after: 15m"),
        Wrong(
            "a step to nobody", "route: {receiver: none, escalation: [▸{after: 5m}]}", "has no `receiver`",
            mend: "who is told then"),
        Wrong(
            "a step to a mistyped receiver", "route: {receiver: none, escalation: [{after: 5m, receiver: ▸nome}]}",
            "no receiver is called `nome`", mend: "`none`"),
        Wrong(
            "a step to who was told", "route: {receiver: none, escalation: [{after: 5m, ▸receiver: none}]}",
            "has been told before", mend: "another receiver"),
        Wrong(
            "steps out of order",
            "route: {receiver: none, escalation: [{after: 5m, receiver: a}, {after: ▸5m, receiver: b}]}\n"
                + "receivers: [{name: none}, {name: a}, {name: b}]", "is not longer than that of the step before",
            mend: "in order"),
        Wrong(
            "a webhook with digests",
            "receivers: [{name: none, webhook_configs: [{url: 'https://a.example', ▸digest_above: 5}]}]",
            "unknown key `digest_above`", mend: ""),
        Wrong(
            "a matcher that is none", "inhibit_rules:\n  - {source_matchers: ['a=1'], target_matchers: [a▸]}",
            "is no matcher", mend: "name="),
        Wrong(
            "an expression that is none", "inhibit_rules:\n  - {source_match_re: {a: ▸'('}, target_match: {b: c}}",
            "regular expression", mend: "RE2"),
        Wrong(
            "nothing for an expression", "inhibit_rules:\n  - {source_match: {a: b}, target_match_re: {a: ▸}}",
            "found nothing", mend: ""),
        Wrong(
            "no label", "inhibit_rules:\n  - {source_match: {a: b}, target_match: {a: c}, equal: [▸a-b]}",
            "not a label name", mend: ""),
        Wrong(
            "no target", "inhibit_rules:\n  - ▸source_match: {a: b}", "so every alert is a target", mend: "which",
            .warning),
    ]
}
