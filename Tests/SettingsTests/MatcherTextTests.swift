import Alerting
import PromQL
import Settings
import Testing

@Suite struct MatcherTextTests {
    @Test(arguments: [
        (#"a="b""#, [#"a="b""#]), ("a=b", [#"a="b""#]), ("a = b c ", [#"a="b c""#]),
        (#"{a="b",c!="d"}"#, [#"a="b""#, #"c!="d""#]),
        (#"a=~"x|y", b!~"z.*""#, [#"a=~"x|y""#, #"b!~"z.*""#]), ("{ a = b , }", [#"a="b""#]), (#"a="""#, [#"a="""#]),
        (#"a="x,\"y\"}""#, [#"a="x,\"y\"}""#]), (#""a"="b""#, [#"a="b""#]),
    ])
    func `Matchers are read as Alertmanager reads them`(_ text: String, _ matchers: [String]) throws {
        let settings = try settings(
            """
            receivers: [{name: none}]
            route:
              receiver: none
              routes:
                - matchers:
                    - |-
                      \(text)
            """)
        #expect(settings.route.routes.first?.matchers.map(\.description) == matchers)
    }

    @Test(arguments: [
        ("a", 12), ("=b", 11), (#"a="b"#, 13), (#"{a="b""#, 17), (#"a="b" c"#, 17), ("1a=b", 11), ("a=~(", 14),
        (#"a=="b""#, 14),
    ])
    func `What is no matcher is refused where it goes wrong`(_ text: String, _ column: Int) {
        let found = problems(
            """
            receivers: [{name: none}]
            route:
              receiver: none
              routes:
                - matchers:
                   - |-
                      \(text)
            """)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.location == SourceLocation(file: "tocsin.yaml", line: 7, column: column), "\(found)")
    }

    @Test func `Routes that look alike still have identities of their own`() throws {
        let settings = try settings(
            """
            receivers: [{name: none}]
            route:
              receiver: none
              routes:
                - { matchers: ['a="b"'], continue: true }
                - { matchers: ['a="b"'], routes: [{ matchers: ['c="d"'] }] }
            """)
        #expect(settings.route.routes.map(\.id) == [#"{}/{a="b"}"#, #"{}/{a="b"}#2"#])
        #expect(settings.route.routes[1].routes.map(\.id) == [#"{}/{a="b"}#2/{c="d"}"#])
    }
}
