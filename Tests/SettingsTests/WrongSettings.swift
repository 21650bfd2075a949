import Settings

/// Settings in which one thing is wrong each.
enum WrongSettings {
    static let basics = [
        Wrong(
            "an unknown key", "▸evaluation_intervall: 15s", "unknown key `evaluation_intervall`",
            mend: "`evaluation_interval`"),
        Wrong(
            "an unknown key far from all", "server:\n  ▸zebra: 1", "unknown key `zebra`",
            mend: "`external_url`, `link_lifetime`, `link_secret`"),
        Wrong(
            "a key twice",
            "log: {level: info}\nserver:\n  listen: localhost:1\n  external_url: http://a\n  ▸listen: localhost:2",
            "the key `listen` occurs twice in `server`, first in line 3", mend: "keep one"),
        Wrong(
            "a list for a mapping", "server: ▸[a]", "`server` must be a mapping of keys to values, found a list",
            mend: "key: value"),
        Wrong(
            "a mapping for a list", "databases: ▸{name: main}", "`databases` must be a list, found a mapping",
            mend: "`- `"),
        Wrong(
            "a list for a value", "server: {listen: ▸[a, b]}", "`listen` must be a single value, found a list", mend: ""
        ),
        Wrong("no YAML", "server:\n▸\tlisten: :1", "this is not YAML", mend: "spaces"),
        Wrong("an unclosed bracket", "databases: [{name: a, dsn: b}\n▸log: {}", "this is not YAML", mend: "brackets"),
        Wrong("an alias of nothing", "server: ▸*base", "found undefined alias", mend: "&name"),
        Wrong(
            "a bad duration", "evaluation_interval: ▸15 seconds",
            "`evaluation_interval` must be a duration, found `15 seconds`", mend: "`15s`"),
        Wrong("a negative duration", "history: {retention: ▸-5d}", "`retention` is negative", mend: "`7d`"),
        Wrong("a zero interval", "evaluation_interval: ▸0s", "must be longer than nothing", mend: "`15s`"),
        Wrong(
            "a bad listen address", "server: {listen: ▸localhost}", "`listen` must be host and port, found `localhost`",
            mend: "127.0.0.1:9911"),
        Wrong(
            "a port too large", "server: {listen: ▸'127.0.0.1:99999'}", "`listen` must be host and port",
            mend: "127.0.0.1:9911"),
        Wrong(
            "a URL of another scheme", "server: {external_url: ▸ftp://a}",
            "`external_url` must be a URL that begins with", mend: "https://host"),
        Wrong(
            "a URL without a host", "server: {external_url: ▸'http:///x'}", "has no valid host", mend: "https://host"),
        Wrong(
            "a bad choice", "log: {level: ▸inof}", "`level` must be one of `trace`, `debug`, `info`",
            mend: "did you mean `info`?"),
        Wrong(
            "an unset variable", "server: {external_url: ▸'${URLL}'}", "the environment has no variable `URLL`",
            mend: "Did you mean `URL`?"),
        Wrong("an open variable", "server: {external_url: ▸'${URL'}", "`${` without `}`", mend: "$$"),
        Wrong("a bad external label", "external_labels:\n  ▸a-b: c", "`a-b` is not a label name", mend: "letters"),
        Wrong("no route", "receivers: [{name: none}]\n▸route:", "`route` has no value", mend: "add `route"),
        Wrong(
            "something of little weight", "▸templates: ['*.tmpl']", "`templates` is not supported yet",
            mend: "remove it", .warning),
        Wrong("an override of nothing", "overrides:\n  - ▸alert: A", "changes nothing", mend: "levels", .warning),
        Wrong(
            "a bad level in an override", "overrides:\n  - alert: A\n    levels: {▸critcal: {for: 1m}}",
            "`critcal` is not a level", mend: "did you mean `critical`?"),
        Wrong(
            "a bad threshold in an override", "overrides:\n  - alert: A\n    levels: {critical: {raise: \"> ▸high\"}}",
            "`raise`:", mend: "0.8"),
        Wrong(
            "a whole-rule change for some alerts",
            "overrides:\n  - alert: A\n    matchers: ['a=\"b\"']\n    ▸enabled: false",
            "`enabled` changes the whole rule", mend: "without `matchers`"),
    ]

    static let probes = [
        Wrong(
            "a database without a name", "databases:\n  - ▸dsn: a", "an entry of `databases` has no `name`",
            mend: "add `name"),
        Wrong(
            "a database with an empty name", "databases: [{name: ▸'', dsn: a}]", "`name` is empty",
            mend: "remove the key"),
        Wrong("a name of two lines", "databases: [{name: ▸\"a\\nb\", dsn: a}]", "one line", mend: "short name"),
        Wrong(
            "two databases of one name", "databases:\n  - {name: a, dsn: x}\n  - {name: ▸a, dsn: y}",
            "have the name `a`, the first in line 2", mend: "a name of its own"),
        Wrong(
            "a database without a DSN", "databases:\n  - ▸name: a", "neither `dsn` nor `dsn_file`",
            mend: "dsn_file: PATH"),
        Wrong(
            "both DSN and file", "databases:\n  - {name: a, dsn: x, ▸dsn_file: y}", "both `dsn` and `dsn_file`",
            mend: "keep one"),
        Wrong(
            "an unreadable secret file", "databases:\n  - name: a\n    dsn_file: ▸secret/dsn",
            "`secret/dsn`: there is no such file", mend: "let the agent's user read it"),
        Wrong(
            "a bad DSN", "databases: [{name: a, dsn: ▸nonsense}]",
            "`dsn` can't be used: `<redacted>` is no connection string", mend: "postgresql://"),
        Wrong(
            "a bad DSN for changes", "databases: [{name: a, dsn: x, write_dsn: ▸nonsense}]",
            "`write_dsn` can't be used: `<redacted>` is no connection string", mend: "postgresql://"),
        Wrong(
            "the agent's own DSN for changes", "databases: [{name: a, dsn: x, write_dsn: ▸x}]",
            "`write_dsn` gives the same connection as `dsn`", mend: "a role of its own"),
        Wrong(
            "both DSN and file for changes", "databases:\n  - {name: a, dsn: x, write_dsn: y, ▸write_dsn_file: z}",
            "both `write_dsn` and `write_dsn_file`", mend: "keep one"),
        Wrong(
            "an empty file name for changes", "databases: [{name: a, dsn: x, write_dsn_file: ▸''}]",
            "`write_dsn_file` is empty", mend: ""),
        Wrong(
            "a timeout longer than the interval", "databases: [{name: a, dsn: x, ▸timeout: 30s}]",
            "longer than the interval", mend: "left out", .warning),
        Wrong(
            "a mistyped integrations mode", "databases:\n  - name: a\n    dsn: x\n    integrations: {enabled: ▸atuo}",
            "`enabled` must be `auto`, `true` or `false`", mend: ""),
        Wrong(
            "an unknown zone", "databases:\n  - name: a\n    dsn: x\n    integrations: {time_zone: ▸Europe/Berln}",
            "not known here", mend: "`Europe/Berlin`"),
        Wrong(
            "a mistyped mode of jobs", "databases: [{name: a, dsn: x, jobs: {enabled: ▸maybe}}]",
            "`enabled` must be `auto`, `true` or `false`, found `maybe`", mend: ""),
        Wrong(
            "one expected job instead of a list", "databases: [{name: a, dsn: x, jobs: {expected: ▸cleanup}}]",
            "`expected` must be a list", mend: "`- `"),
        Wrong(
            "a mistyped key of jobs", "databases: [{name: a, dsn: x, jobs: {▸expect: [a]}}]",
            "unknown key `expect` in `jobs`", mend: "did you mean `expected`?"),
        Wrong(
            "a number out of range", "databases: [{name: a, dsn: x, statements: {top: ▸0}}]",
            "`top` is 0, and must be from 1 to 200", mend: ""),
        Wrong(
            "a pool of no kind", "pools:\n  - ▸name: a", "does not say what to read",
            mend: "`pgbouncer`, `http`, `activity`"),
        Wrong(
            "a pool of two kinds", "pools:\n  - name: a\n    pgbouncer: {dsn: x}\n    ▸http: {url: http://a}",
            "`pgbouncer` and `http`", mend: "two entries"),
        Wrong(
            "a wrong field map",
            "pools:\n  - name: a\n    http:\n      url: http://a\n      fields: {total: ▸pool..total}",
            "`total` is not a path in a JSON document", mend: "single dots"),
        Wrong(
            "an unknown field", "pools:\n  - name: a\n    http:\n      url: http://a\n      fields: {▸totl: x}",
            "unknown key `totl` in `fields`", mend: "did you mean `total`?"),
        Wrong(
            "an activity pool without a database",
            "databases: [{name: main, dsn: x}]\npools:\n  - name: a\n"
                + "    activity: {database: ▸mian, application_name: web}",
            "`mian`, which is not under `databases`", mend: "did you mean `main`?"),
        Wrong(
            "a process of no kind", "processes:\n  - ▸name: a", "does not say what to read", mend: "`pid`, `pidfile`"),
        Wrong(
            "a bad expression for a command", "processes: [{name: a, command: ▸'node (server'}]",
            "the regular expression of `command` can't be used", mend: "RE2"),
        Wrong(
            "a bad endpoint URL", "endpoints: [{name: a, url: ▸'localhost:3000/metrics'}]", "must be a URL",
            mend: "http"),
        Wrong(
            "a header with a line break", "endpoints: [{name: a, url: http://a, headers: {X-A: ▸\"a\\r\\nb: c\"}}]",
            "has a line break", mend: "one line"),
        Wrong(
            "a header with a bad name", "endpoints: [{name: a, url: http://a, headers: {▸'X A': b}}]",
            "not a header's name", mend: "letters"),
    ]

    static let routes = [
        Wrong(
            "a mistyped key of a route", "route:\n  receiver: none\n  ▸grup_wait: 3s",
            "unknown key `grup_wait` in `route`", mend: "did you mean `group_wait`?"),
        Wrong(
            "a root route without a receiver", "route:\n  ▸group_wait: 3s", "`route` has no `receiver`",
            mend: "no other route takes"),
        Wrong(
            "a missing receiver", "route: {receiver: ▸opss}\nreceivers: [{name: ops}]", "no receiver is called `opss`",
            mend: "did you mean `ops`?"),
        Wrong(
            "a missing receiver below",
            "route:\n  receiver: none\n  routes: [{receiver: ▸pager, matchers: ['a=\"b\"']}]",
            "no receiver is called `pager`", mend: "receivers: `none`"),
        Wrong(
            "a missing fallback", "route: {receiver: none, fallback: ▸non}", "no receiver is called `non`",
            mend: "did you mean `none`?"),
        Wrong(
            "a fallback to itself", "route: {receiver: none, ▸fallback: none}", "the receiver itself",
            mend: "another receiver"),
        Wrong(
            "matchers on the root", "route: {receiver: none, ▸matchers: ['a=\"b\"']}",
            "the root route takes every alert", mend: "`routes`"),
        Wrong(
            "a bad matcher", "route:\n  receiver: none\n  routes:\n    - matchers: ['team ▸~ \"db\"']",
            "one of `=`, `!=`, `=~`, `!~` is missing", mend: "name=\"value\""),
        Wrong(
            "a bad expression in a matcher", "route:\n  receiver: none\n  routes:\n    - matchers: ['team=~▸\"(db\"']",
            "the regular expression of `team` can't be used", mend: "RE2"),
        Wrong(
            "a label twice in group_by", "route: {receiver: none, group_by: [a, ▸a]}", "`a` occurs twice",
            mend: "keep one"),
        Wrong(
            "every label and others", "route: {receiver: none, group_by: ▸['...', a]}", "means every label",
            mend: "alone"),
        Wrong(
            "a zero interval of a group", "route: {receiver: none, group_interval: ▸0s}", "longer than nothing",
            mend: "`5m`"),
        Wrong(
            "a muted route", "route:\n  receiver: none\n  routes: [{mute_time_intervals: [▸x]}]",
            "no time interval is called `x`", mend: "time_intervals"),
        Wrong(
            "repeats sooner than messages", "route: {receiver: none, ▸repeat_interval: 1m}",
            "shorter than `group_interval`", mend: "allows", .warning),
    ]

    static let receivers = [
        Wrong(
            "two receivers of one name", "receivers: [{name: none}, {name: ▸none}]", "have the name `none`",
            mend: "a name of its own"),
        Wrong(
            "a kind that is not there", "receivers:\n  - name: none\n    ▸victorops_configs: []",
            "`victorops_configs` is not supported: nobody is told through it", mend: "webhook_configs", .warning),
        Wrong(
            "a priority that Opsgenie does not have",
            "receivers:\n  - name: none\n    opsgenie_configs: [{api_key: k, priority: ▸P9}]",
            "must be one of `P1` to `P5`, found `P9`", mend: "the level is to decide"),
        Wrong(
            "a responder of no kind",
            "receivers:\n  - name: none\n    opsgenie_configs: [{api_key: k, responders: [{name: a, type: ▸taem}]}]",
            "must be one of `team`", mend: "did you mean `team`?"),
        Wrong(
            "a responder who is nobody",
            "receivers:\n  - name: none\n    opsgenie_configs: [{api_key: k, responders: [▸{type: team}]}]",
            "names nobody", mend: "`username`"),
        Wrong(
            "an emergency that rings too often",
            "receivers:\n  - name: none\n    pushover_configs: [{user_key: u, token: t, retry: ▸10s}]",
            "must be from 30s to 3h, found `10s`", mend: "no other"),
        Wrong(
            "a title that Pushover messages don't have",
            "receivers:\n  - name: none\n    pushover_configs: [{user_key: u, token: t, ▸title: x}]",
            "`title` is not supported yet", mend: "remove it", .warning),
        Wrong(
            "a picture that is no address",
            "receivers:\n  - name: none\n    mattermost_configs: [{webhook_url: https://a/b, icon_url: ▸logo}]",
            "`icon_url` must be a URL", mend: "https://host/path"),
        Wrong(
            "a template for a name",
            "receivers:\n  - name: none\n    mattermost_configs: [{webhook_url: https://a/b, username: ▸'{{ x }}'}]",
            "`username` is a template", mend: "plain text", .warning),
        Wrong(
            "a mistyped kind", "receivers:\n  - name: none\n    ▸webhok_configs: []", "unknown key `webhok_configs`",
            mend: "did you mean `webhook_configs`?"),
        Wrong(
            "Slack without a URL", "receivers:\n  - name: none\n    slack_configs:\n      - ▸channel: a",
            "has no `api_url`", mend: "slack_api_url_file"),
        Wrong(
            "text that Slack messages don't have",
            "receivers:\n  - name: none\n    slack_configs: [{api_url: https://a/b, ▸title: x}]",
            "`title` is not supported yet", mend: "remove it", .warning),
        Wrong(
            "a webhook without a URL", "receivers:\n  - name: none\n    webhook_configs: [▸{max_alerts: 3}]",
            "neither `url` nor `url_file`", mend: "url_file: PATH"),
        Wrong(
            "a webhook of another scheme", "receivers:\n  - name: none\n    webhook_configs: [{url: ▸'gopher://x'}]",
            "`url` must be a URL", mend: "https://host/path"),
        Wrong(
            "redirects",
            "receivers:\n  - name: none\n"
                + "    webhook_configs: [{url: http://a, http_config: {follow_redirects: ▸true}}]",
            "redirects are never followed", mend: "final URL", .warning),
        Wrong(
            "two ways to log in",
            "receivers:\n  - name: none\n    webhook_configs:\n      - url: http://a\n"
                + "        http_config:\n          basic_auth: {username: u, password: p}\n"
                + "          ▸authorization: {credentials: t}",
            "both `basic_auth` and `authorization`", mend: "keep one"),
        Wrong(
            "a missing authority",
            "receivers:\n  - name: none\n"
                + "    webhook_configs: [{url: https://a, http_config: {tls_config: {ca_file: ▸ca.pem}}}]",
            "can't read the file that `ca_file` names", mend: "create it"),
        Wrong(
            "no mail address",
            "receivers:\n  - name: none\n    email_configs: [{to: ▸ops, from: a@b.c, smarthost: 'm:25'}]",
            "no mail address: `ops`", mend: "user@example.org"),
        Wrong(
            "no sender", "receivers:\n  - name: none\n    email_configs:\n      - ▸to: a@b.c\n        smarthost: m:25",
            "has no `from`", mend: "smtp_from"),
        Wrong(
            "a bad mail server",
            "receivers:\n  - name: none\n    email_configs: [{to: a@b.c, from: a@b.c, smarthost: ▸mail.example.org}]",
            "`smarthost` must be host and port", mend: ":587"),
        Wrong(
            "a login without TLS",
            "receivers:\n  - name: none\n"
                + "    email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'm:25', tls: none, "
                + "▸auth_username: u, auth_password: p}]",
            "unprotected", mend: "starttls"),
        Wrong(
            "TLS required and refused",
            "receivers:\n  - name: none\n"
                + "    email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'm:25', tls: none, "
                + "▸require_tls: true}]",
            "contradicts", mend: "`tls` alone"),
        Wrong(
            "a header that is ours",
            "receivers:\n  - name: none\n"
                + "    email_configs: [{to: a@b.c, from: a@b.c, smarthost: 'm:25', headers: {▸Subject: x}}]",
            "written by the agent itself", mend: "remove it"),
        Wrong(
            "a resolve_timeout that is none", "global: {resolve_timeout: ▸soon}", "resolve_timeout", mend: "15s"),
    ]
}
