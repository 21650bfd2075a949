import Alerting
import PromQL
import Settings
import Testing

@Suite struct FullExampleTests {
    private let settings: AgentSettings

    init() throws {
        settings = try AgentSettings.parse(
            FullExample.text, path: "tocsin.yaml", environment: FullExample.environment,
            files: .memory(FullExample.files))
    }

    @Test func `Nothing in it is unknown or doubtful`() {
        #expect(settings.warnings.map(\.description) == [])
        #expect(settings.server.externalURL == "https://tocsin.example")
        #expect(settings.log == AgentSettings.Log(level: .debug, format: .json))
        #expect(settings.externalLabels == ["region": "eu"])
        #expect(settings.evaluationInterval == .seconds(10))
    }

    @Test func `A database has its probes' settings`() throws {
        let database = try #require(settings.databases.first)
        #expect(
            database
                == DatabaseSettings(
                    name: "main", dsn: Secret("postgresql://tocsin:HIDDEN@db/main"),
                    write: .dsn(Secret("postgresql://mend:HIDDEN@db/main")), interval: .seconds(1),
                    timeout: .seconds(2), lockTimeout: .milliseconds(500),
                    statements: .init(interval: .seconds(30), top: 10, filter: "parlant_"),
                    integrations: .init(
                        mode: .on, interval: .seconds(20), schema: "parlant", staleAfter: .seconds(600),
                        timeZone: "Europe/Berlin"),
                    parlant: .init(
                        mode: .off, interval: .seconds(30), integrityInterval: .seconds(600),
                        sweepBudget: .milliseconds(10), schema: "bots", timeZone: "Asia/Tokyo",
                        tables: ["parlant_agent"]),
                    jobs: .init(
                        mode: .on, interval: .seconds(300), expected: ["cleanup-old-events", "update-statistics"]),
                    tablesInterval: .seconds(120)))
    }

    @Test func `Pools are of three kinds`() {
        #expect(settings.pools.map(\.interval) == [.seconds(2), .seconds(5), .seconds(5)])
        #expect(settings.pools.map(\.timeout) == [.seconds(5), .seconds(3), .seconds(5)])
        let source = JSONSource(
            url: Secret("http://127.0.0.1:3000/pool"), headers: ["Authorization": Secret("Bearer HIDDEN")])
        #expect(
            settings.pools.map(\.kind) == [
                .pgbouncer(dsn: Secret("host=/tmp dbname=pgbouncer password=HIDDEN")),
                .http(source, fields: .init(total: "pool.totalCount", max: "pool.max"), max: 20),
                .activity(database: "main", applicationName: "web", max: 20),
            ])
    }

    @Test func `Processes are of five kinds`() throws {
        let source = JSONSource(
            url: Secret("http://127.0.0.1:3000/memory"), headers: ["X-Token": Secret("HIDDEN")])
        #expect(
            settings.processes.map(\.kind) == [
                .pid(123), .pidfile("/run/web.pid"), .command(try RegularExpression("node .*server\\.js")),
                .cgroup("/sys/fs/cgroup/web"),
                .http(
                    source,
                    fields: .init(rss: "memory.rss", heapTotal: "h", heapUsed: "u", external: "e", heapLimit: "l")),
            ])
        #expect(settings.endpoints.first?.keep == (try RegularExpression("http_.*|process_.*")))
        #expect(settings.endpoints.first?.interval == .seconds(15))
    }

    @Test func `Routes take over what they don't say, and have identities like Alertmanager's`() throws {
        let root = settings.route
        #expect(root.id == "{}")
        #expect(root.groupBy == .labels(["database", "pool"]))
        #expect(root.fallback == "mail")
        let first = try #require(root.routes.first)
        #expect(first.id == "{}/{severity=\"critical\",team=~\"db|web\"}")
        #expect(first.receiver == "hook" && first.continues)
        #expect(first.groupBy == root.groupBy)
        #expect(first.groupWait == .seconds(5))
        #expect(first.repeatInterval == .seconds(3600))
        let second = root.routes[1]
        #expect(second.id == "{}/{env!=\"test\",team=\"db\"}")
        #expect(second.receiver == "ops" && second.groupBy == .all)
        #expect(second.routes.first?.id == second.id + "/{severity=\"info\"}")
        #expect(second.routes.first?.receiver == "none")
        #expect(root.routes[2].matchers == [try Matcher("team", .matches, "x.*")])
        #expect(root.routes[2].fallback == nil, "a receiver is not its own fallback")
    }

    @Test func `Receivers' channels are numbered by kind, with global defaults filled in`() throws {
        let ops = try #require(settings.receivers.first)
        #expect(ops.policies.map(\.destination.description) == ["ops/slack/0", "ops/slack/1"])
        #expect(ops.policies.map(\.sendsResolved) == [false, true])
        #expect(ops.policies.map(\.giveUpAfter) == [.seconds(86_400), .seconds(7_200)])
        #expect(
            ops.slack.map(\.apiURL.exposed) == ["https://hooks.example/T0/HIDDEN", "https://hooks.example/T1/HIDDEN"])
        #expect(ops.slack.map(\.http.proxyURL?.exposed) == ["http://user:HIDDEN@proxy:3128", nil])
        #expect(ops.slack.map(\.timeout) == [.seconds(10), .seconds(12)])
        let hook = settings.receivers[1].webhooks
        #expect(hook.map(\.policy.destination.index) == [0, 1])
        #expect(hook[0].signingSecret?.exposed == "HIDDEN")
        #expect(hook[0].http.headers.keys.sorted() == ["X-Key"])
        #expect(hook[0].http.authorization == .init(type: "Token", credentials: Secret("HIDDEN")))
        #expect(
            hook[0].http.tls
                == TLSClientSettings(caFile: "ca.pem", certFile: "cert.pem", keyFile: "key.pem", serverName: "a"))
        #expect(hook[1].http.basicAuth == .init(username: "u", password: Secret("HIDDEN")))
    }

    @Test func `Mail takes server, login and protection from itself or from the global section`() {
        let mails = settings.receivers[2].emails
        #expect(
            mails[0].to == [.init(address: "a@example.org"), .init(name: "On Call", address: "b@example.org")])
        #expect(mails[0].from == .init(name: "Tocsin", address: "tocsin@example.org"))
        #expect(mails.map(\.host) == ["mail.example.org", "other", "127.0.0.1"])
        #expect(mails.map(\.port) == [587, 465, 25])
        #expect(mails.map(\.security) == [.startTLS, .tls, .none])
        #expect(mails.map(\.username) == ["tocsin", "x", "tocsin"])
        #expect(mails.map(\.password?.exposed) == ["HIDDEN", "HIDDEN", "HIDDEN"])
        #expect(mails.map(\.hello) == ["agent.example.org", "agent.example.org", "h"])
        #expect(mails[0].headers == ["X-Priority": "1"])
    }

    @Test func `Secrets never show when settings are printed`() {
        var dumped = ""
        dump(settings, to: &dumped)
        for text in [dumped, String(describing: settings), String(reflecting: settings), "\(settings.receivers)"] {
            #expect(!text.contains("HIDDEN"))
            #expect(text.contains("redacted"))
        }
    }

    @Test func `Secrets never show in a problem, wherever it is`() {
        let lines = FullExample.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for index in lines.indices {
            // A line that is no YAML; and where a secret is near, also a key that nobody knows.
            let near = lines[index...].prefix(3).contains { $0.contains("HIDDEN") }
            for wrong in near ? ["x: [", "x:"] : ["x: ["] {
                var broken = lines
                broken[index] = broken[index].replacing(":", with: wrong, maxReplacements: 1)
                let found = problems(
                    broken.joined(separator: "\n"), environment: FullExample.environment, files: FullExample.files)
                #expect(!found.contains { "\($0)".contains("HIDDEN") }, "\(found)")
            }
        }
    }
}
