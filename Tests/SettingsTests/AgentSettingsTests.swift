import Alerting
import PromQL
import Settings
import Testing

@Suite struct AgentSettingsTests {
    @Test func `A minimal file is valid, and defaults fill the rest`() throws {
        let settings = try settings(
            """
            server: {listen: 127.0.0.1:9911}
            history: {path: /var/lib/tocsin/history.sqlite}
            route: {receiver: none}
            receivers: [{name: none}]
            """)
        #expect(settings.server == AgentSettings.Server(host: "127.0.0.1", port: 9911))
        #expect(settings.history.path == "/var/lib/tocsin/history.sqlite")
        #expect(settings.history.retention == .seconds(90 * 86_400))
        #expect(settings.log == AgentSettings.Log(level: .info, format: .text))
        #expect(settings.ruleSources == [.shipped(nil)])
        #expect(settings.evaluationInterval == .seconds(15))
        #expect(settings.route == Route(id: "{}", receiver: "none"))
        #expect(settings.route.groupWait == .seconds(3))
        #expect(settings.receivers == [ReceiverSettings(name: "none")])
        #expect(settings.warnings.isEmpty)
    }

    @Test func `An empty file says what a minimal one has`() {
        for text in ["", "# nothing\n", "---\n"] {
            let found = problems(text)
            #expect(found.contains { $0.severity == .error }, "\(text)")
        }
    }

    @Test func `Every mistake of a file is told, not only the first`() {
        let found = problems(
            """
            server: {listen: nowhere, extrenal_url: http://a}
            databases:
              - name: main
              - {name: other, dsn: x, interval: 0s}
            route: {receiver: opps, group_by: [a, a]}
            receivers: [{name: ops}]
            """)
        #expect(found.map { $0.location?.line } == [1, 1, 3, 4, 5, 5])
        #expect(found.allSatisfy { $0.severity == .error && $0.remedy != nil })
    }

    @Test func `A problem reads like a compiler's`() {
        let found = problems("route:\n  receiver: none\n  grup_wait: 3s\nreceivers: [{name: none}]\n")
        #expect(
            found.map(\.description) == [
                """
                tocsin.yaml:3:3: error: unknown key `grup_wait` in `route`
                    grup_wait: 3s
                    ^
                  did you mean `group_wait`?
                """
            ])
        #expect(SettingsProblems(found).description.hasSuffix("\n1 error"))
    }

    @Test func `Paths start at the settings file's folder`() throws {
        let text = """
            history: {path: data/history.sqlite}
            rule_files: [shipped, ./rules/*.yml, /etc/rules.yml]
            processes: [{name: web, pidfile: run/web.pid}]
            databases: [{name: main, dsn_file: dsn}]
            route: {receiver: none}
            receivers: [{name: none}]
            """
        let settings = try AgentSettings.parse(
            text, path: "/etc/tocsin/tocsin.yaml", environment: [:],
            files: .memory(["/etc/tocsin/dsn": "postgresql://db/main\n"]))
        #expect(settings.history.path == "/etc/tocsin/data/history.sqlite")
        #expect(settings.databases.first?.dsn.exposed == "postgresql://db/main")
        #expect(settings.processes.first?.kind == .pidfile("/etc/tocsin/run/web.pid"))
        let patterns = settings.ruleSources.map { source in
            switch source {
            case .shipped: "shipped"
            case .files(let pattern, _): pattern
            }
        }
        #expect(patterns == ["shipped", "/etc/tocsin/rules/*.yml", "/etc/rules.yml"])
    }

    @Test(arguments: [
        ([:], "./tocsin-history.sqlite"),
        (["STATE_DIRECTORY": "/var/lib/tocsin:/other"], "/var/lib/tocsin/history.sqlite"),
    ])
    func `The history lies in the state directory where there is one`(
        _ environment: [String: String], _ path: String
    )
        throws
    {
        let text = "route: {receiver: none}\nreceivers: [{name: none}]"
        #expect(try settings(text, environment: environment).history.path == path)
        let alone = AgentSettings.fromEnvironment(environment.merging(["DATABASE_URL": "a"]) { $1 })
        #expect(alone?.history.path == path)
    }

    @Test func `Variables of the environment stand in any value, and two dollars are one`() throws {
        let settings = try settings(
            """
            databases: [{name: '${NAME}', dsn: 'postgresql://${USER}@db/a$$b$c', interval: '${EVERY}'}]
            route: {receiver: none}
            receivers: [{name: none}]
            """, environment: ["NAME": "main", "USER": "u", "EVERY": "1s"])
        #expect(settings.databases.first?.name == "main")
        #expect(settings.databases.first?.dsn.exposed == "postgresql://u@db/a$b$c")
        #expect(settings.databases.first?.interval == .seconds(1))
    }

    @Test func `DATABASE_URL alone makes one database and tells nobody`() {
        let settings = AgentSettings.fromEnvironment(["DATABASE_URL": "postgresql://db/main"])
        #expect(settings?.databases.map(\.name) == ["main"])
        #expect(settings?.databases.first?.dsn.exposed == "postgresql://db/main")
        #expect(settings?.route.receiver == "none")
        #expect(settings?.receivers.map(\.policies) == [[]])
        #expect(AgentSettings.fromEnvironment([:])?.databases == nil)
        #expect(AgentSettings.fromEnvironment(["DATABASE_URL": ""])?.databases == nil)
    }

    @Test func `The settings file is looked for where it usually lies`() {
        let files = FileReader.memory(["/etc/tocsin/tocsin.yaml": "", "./tocsin.yaml": ""])
        #expect(AgentSettings.locate(explicit: "a.yaml", files: files) == "a.yaml")
        #expect(AgentSettings.locate(explicit: nil, files: files) == "./tocsin.yaml")
        let system = FileReader.memory(["/etc/tocsin/tocsin.yaml": ""])
        #expect(AgentSettings.locate(explicit: nil, files: system) == "/etc/tocsin/tocsin.yaml")
        #expect(AgentSettings.locate(explicit: nil, files: .memory([:])) == nil)
    }

    @Test func `Aliases and merge keys work, and own keys win`() throws {
        let settings = try settings(
            """
            databases:
              - &base {name: one, dsn: x, interval: 7s, timeout: 2s}
              - {<<: *base, name: two, interval: 3s}
            route: {receiver: none}
            receivers: [{name: none}]
            """)
        #expect(settings.databases.map(\.name) == ["one", "two"])
        #expect(settings.databases.map(\.interval) == [.seconds(7), .seconds(3)])
        #expect(settings.databases.map(\.timeout) == [.seconds(2), .seconds(2)])
    }
}
