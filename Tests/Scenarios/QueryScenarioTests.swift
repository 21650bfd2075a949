import Foundation
import Support
import Testing

/// Prometheus's own client and linter against a running agent, and the commands that ask it.
@Suite("Scenario: queries", .serialized)
struct QueryScenarioTests {
    private static let promtool = Programs.find("promtool")

    private func tocsin(_ arguments: [String]) throws -> Subprocess.Outcome {
        try Subprocess.run(
            AgentProcess.binary, arguments, environment: ["TOCSIN_ALERTS": AgentProcess.alerts])
    }

    @Test(
        "promtool asks it as it asks Prometheus, and finds its metrics well-formed",
        .enabled(if: QueryScenarioTests.promtool != nil, "promtool (Debian's package prometheus) is not here"))
    func clients() async throws {
        let promtool = Self.promtool ?? ""
        let server = try PostgresServer()
        defer { server.stop() }
        try server.makeParlant()
        try server.setIntegrations(["canary", "calm"], unhealthy: ["canary"])
        let rules = FileManager.default.temporaryDirectory.appendingPathComponent("rules-\(UUID().uuidString).yml")
        defer { try? FileManager.default.removeItem(at: rules) }
        try """
        groups:
          - name: own
            rules:
              - { record: "sessions:sum", expr: sum(pg_stat_activity_count) }
              - { alert: Typo, expr: pg_setings_max_connections < 5 }
        """.write(to: rules, atomically: true, encoding: .utf8)
        let agent = try await AgentProcess(
            """
            databases:
              - name: parlant
                dsn: "\(server.dsn(user: "tocsin", database: "parlant"))"
                interval: 500ms
                statements: { interval: 1s }
                integrations: { enabled: true, interval: 500ms }
            processes: [{ name: tests, pid: \(ProcessInfo.processInfo.processIdentifier) }]
            rule_files: [shipped, "\(rules.path)"]
            route: { receiver: none }
            receivers: [{ name: none }]
            """)
        defer { agent.remove() }
        let url = "http://127.0.0.1:\(agent.port)"
        #expect(try await eventually(within: 20) { try await agent.get("/metrics").contains("sessions:sum ") })

        func ask(_ arguments: [String]) throws -> String { try Subprocess.output(promtool, ["query"] + arguments) }
        #expect(try ask(["instant", url, "sum(pg_up)"]).hasPrefix("{} => 1 @["))
        #expect(try ask(["instant", url, "1 / 0"]).contains("+Inf"))
        #expect(try ask(["range", "--step=1s", url, "pg_up"]).contains(" @["))
        #expect(try ask(["series", "--match=pg_up", url]).contains("__name__=\"pg_up\""))
        #expect(try ask(["labels", url, "state"]).contains("unhealthy"))
        let wrong = try Subprocess.run(promtool, ["query", "instant", url, "sum(pg_up"])
        #expect(wrong.status != 0 && wrong.errors.contains("to close"), "\(wrong)")

        let metrics = try await agent.get("/metrics")
        let lint = try Subprocess.run(promtool, ["check", "metrics"], input: metrics)
        // Names that postgres_exporter gave keep its sins, so that its dashboards go on. What rules record has colons in
        // its name, as Prometheus advises; its linter is for what programs show.
        let ours = lint.errors.split(separator: "\n").filter { line in
            !["pg_", "nodejs_"].contains(where: line.hasPrefix) && !line.prefix { $0 != " " }.contains(":")
        }
        #expect(ours.isEmpty, "\(ours.joined(separator: "\n"))")
        let undescribed = metrics.split(separator: "\n").filter { $0.hasSuffix("Read from a watched endpoint.") }
        #expect(undescribed.isEmpty, "\(undescribed)")

        let table = try tocsin([
            "query", "--url", url, "sum by (datname) (pg_stat_activity_count{datname=\"parlant\"})",
        ])
        #expect(table.status == 0 && table.output.contains("{datname=\"parlant\"}"), "\(table)")
        let chart = try tocsin(["query", "--url", url, "time()", "--range", "1m", "--step", "1s"])
        #expect(chart.output.contains("▁") && chart.output.contains("█") && chart.output.contains("min "), "\(chart)")
        let typo = try tocsin(["query", "--url", url, "rate(up)"])
        #expect(typo.status == 1 && typo.errors.contains("1:6") && typo.errors.contains("[5m]"), "\(typo)")
        let late = try tocsin(["query", "--url", url, "sum_over_time(pg_up[30d])"])
        #expect(late.errors.contains("`pg_up` is kept for"), "\(late)")

        // As Grafana asks: by form, and for the courses of a chart; mistakes in Prometheus's words.
        func post(_ path: String, _ form: String) throws -> String {
            try Subprocess.output("curl", ["-s", "--data", form, url + path])
        }
        #expect(try post("/api/v1/query", "query=1%2B1&time=5").contains(#""result":[5,"2"],"resultType":"scalar""#))
        let course = try post("/api/v1/query_range", "query=vector(3)&start=0&end=30&step=15")
        #expect(course.contains(#""values":[[0,"3"],[15,"3"],[30,"3"]]"#), "\(course)")
        for (form, said) in [
            ("query=up&start=0&end=1000000&step=1", "exceeded maximum resolution of 11,000 points per timeseries"),
            ("query=up&start=9&end=5&step=1", "end timestamp must not be before start time"),
            ("query=up&start=1&end=5&step=0", "zero or negative query resolution step widths are not accepted"),
            ("start=1&end=5&step=1", "invalid parameter \\\"query\\\""),
        ] {
            let answer = try post("/api/v1/query_range", form)
            #expect(answer.contains(said) && answer.contains(#""errorType":"bad_data""#), "\(answer)")
        }
        #expect(try await agent.get("/api/v1/status/buildinfo").contains("\"version\":\"3."))
        #expect(try await agent.get("/api/v1/metadata?metric=pg_up").contains("\"type\":\"gauge\""))

        // A mistyped name raises nothing, so it must be said.
        let evidence = try tocsin(["check", "--agent", url])
        #expect(
            evidence.output.contains("Typo") && evidence.output.contains("pg_setings_max_connections"), "\(evidence)")
        #expect(evidence.output.contains("did you mean `pg_settings_max_connections`?"), "\(evidence)")
        #expect(!evidence.output.contains("IntegrationUnhealthy has never"), "\(evidence)")
        let guessed = try await agent.get("/api/v1/rules?rule_name[]=Typo")
        #expect(guessed.contains("\"didYouMean\":{") && guessed.contains("\"pg_settings_max_connections\""))
        let listed = try await agent.get("/api/v1/rules?rule_name[]=sessions:sum")
        #expect(listed.contains("\"seriesReturned\":1") && listed.contains("\"health\":\"ok\""), "\(listed)")
    }
}
