import Settings
import Testing

@Suite struct SecretMaskTests {
    /// Lines of which the first can't be read, so that a problem shows it.
    @Test(arguments: [
        ("databases: [{name: a, dsn: HIDDEN}, {", "databases: [{name: a, dsn: <redacted>"),
        ("databases: {pasword: HIDDEN", "databases: {pasword: <redacted>"),
        ("password HIDDEN: [", "password <redacted>"), ("password=HIDDEN: [", "password= <redacted>"),
        ("password:HIDDEN: [", "password: <redacted>"), ("\"api_url\": 'HIDDEN' [", "\"api_url\": <redacted>"),
        ("pools: {url: http://u:HIDDEN@h/p?q=HIDDEN [", "pools: {url: http://<redacted>@h/p?<redacted>"),
        ("receivers: {url: http://h/HIDDEN [", "receivers: {url: <redacted>"),
        ("receivers: {urll: http://h/HIDDEN [", "receivers: {urll: <redacted>"),
        ("headers: {A: HIDDEN", "headers: <redacted>"), ("x: Bearer HIDDEN: [", "x: Bearer <redacted>"),
        ("dsn_file: path [: ]", "dsn_file: path [: ]"),
        ("basic_auth: {username: u, password: HIDDEN", "basic_auth: {username: u, password: <redacted>"),
        ("log: {level: info", "log: {level: info"), ("smtp_require_tls: {", "smtp_require_tls: {"),
    ])
    func `What follows a secret word is masked`(_ line: String, _ excerpt: String) {
        // The text after the line keeps it from being YAML; the excerpt is that of the line the reader stops at.
        let found = problems(line + "\n: ]") + problems(line)
        #expect(found.contains { $0.excerpt == excerpt }, "\(found)")
        #expect(!found.contains { "\($0)".contains("HIDDEN") }, "\(found)")
    }

    @Test func `Lines below a secret key are masked, and their own keys stay`() {
        let found = problems(
            """
            receivers:
              - name: a
                webhook_configs:
                  - headers:
                      X-Key: HIDDEN
                      X-Other: [HIDDEN]
                      X-Block: |
                        HIDDEN
                    signing_secret: |
                      HIDDEN
                    send_resolved: nein
            route: {receiver: a}
            """)
        #expect(found.compactMap(\.excerpt).contains("          X-Other: <redacted>"))
        #expect(found.compactMap(\.excerpt).contains("        send_resolved: nein"))
        #expect(!found.contains { "\($0)".contains("HIDDEN") }, "\(found)")
    }

    @Test func `What follows an unknown key is not shown, unless the key is a mistyped harmless one`() {
        let found = problems(
            """
            databases: [{name: a, dsn: x, zebra: HIDDEN}]
            server: {lisen: nowhere}
            route: {receiver: none}
            receivers: [{name: none}]
            """)
        #expect(found.compactMap(\.excerpt) == ["databases: [{name: a, dsn: <redacted>", "server: {lisen: nowhere}"])
    }

    @Test func `An unset variable or a bad value never shows what a variable holds`() {
        let found = problems(
            """
            databases: [{name: a, dsn: '${DSN}', interval: '${EVERY}'}]
            log: {level: '${EVERY}'}
            server: {listen: '${EVERY}', external_url: '${EVERY}'}
            route: {receiver: none}
            receivers: [{name: none}]
            """, environment: ["DSN": "nonsense HIDDEN", "EVERY": "HIDDEN"])
        #expect(found.count == 5)
        #expect(!found.contains { "\($0)".contains("HIDDEN") }, "\(found)")
    }
}
