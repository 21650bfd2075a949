package import Alerting
package import PromQL

/// What is well and what is not, in one look: the guide's health check. For people, load balancers and dashboards.
package struct HealthReport: Encodable, Sendable, Hashable {
    package enum Status: String, Encodable, Sendable, CaseIterable {
        case healthy
        /// It works, and somebody should look.
        case degraded
        /// Something does not work, or can't be reached.
        case unhealthy
    }

    /// One thing that is wrong.
    package struct Problem: Encodable, Sendable, Hashable {
        package let alert: String
        /// `info` alone does not make anything degraded.
        package let level: String
        package let summary: String
        package let description: String?
        package let labels: [String: String]
        /// The name of the runbook; nil for none.
        package let runbook: String?
    }

    /// One probe's last round.
    package struct Check: Encodable, Sendable, Hashable {
        package let name: String
        package let isWell: Bool
        /// Why it failed and what mends it; nil where it did not.
        package let message: String?

        private enum CodingKeys: String, CodingKey {
            case name
            case isWell = "ok"
            case message
        }
    }

    package struct Details: Encodable, Sendable, Hashable {
        /// Expected Parlant tables that are there; nil where the extension is not looked for or not there.
        package let tableCount: Int?
        /// Expected Parlant tables in all; nil likewise.
        package let tablesExpected: Int?
        /// Events of the last hour; nil where that is not known.
        package let recentEvents: Int?
        /// Whether there may be more: the probe counts the newest 1,000 of a database.
        package let recentEventsAtLeast: Bool
        /// RFC 3339.
        package let timestamp: String
        package let checks: [Check]
        package let problems: [Problem]
        package let performance: Performance
    }

    /// As many events of a database are counted.
    private static let mostEvents = 1_000.0

    package let status: Status
    package let message: String
    package let details: Details

    /// - Parameters:
    ///   - alerts: those that are on count, the others don't.
    ///   - probes: every probe's id.
    ///   - failures: why a probe's last round failed, by id.
    ///   - samples: the newest of each series.
    package init(
        alerts: [Alert], probes: [String], failures: [String: String], samples: [Sample], at now: Timestamp
    ) {
        // That a probe fails is said once, with the probe.
        let own = alerts.filter { alert in alert.isOn && alert.labels["probe"].map { failures[$0] == nil } ?? true }
        let firing = own.sorted { first, second in
            (second.level ?? .info, first.rule, first.id) < (first.level ?? .info, second.rule, second.id)
        }
        let problems = firing.map { alert in
            Problem(
                alert: alert.rule, level: (alert.level ?? .info).rawValue,
                summary: alert.annotations["summary"] ?? alert.rule, description: alert.annotations["description"],
                labels: alert.labels.dictionary, runbook: alert.runbook)
        }
        let checks = probes.sorted().map { Check(name: $0, isWell: failures[$0] == nil, message: failures[$0]) }
        let cannotReach = samples.contains { $0.labels.metric == "pg_up" && $0.value == 0 }
        let worst = firing.map { $0.level ?? .info }.max()
        if cannotReach || worst.map({ $0 >= .critical }) == true {
            status = .unhealthy
        } else if !failures.isEmpty || worst.map({ $0 > .info }) == true {
            status = .degraded
        } else {
            status = .healthy
        }
        message = Self.message(
            status: status, cannotReach: cannotReach, problems: problems, failed: checks.filter { !$0.isWell })
        func sum(_ metric: String) -> (total: Int, count: Int)? {
            let found = samples.filter { $0.labels.metric == metric && !$0.value.isNaN }
            return found.isEmpty ? nil : (Int(found.reduce(0) { $0 + $1.value }), found.count)
        }
        let tables = sum("parlant_table_present")
        var events: [String: Double] = [:]
        for sample in samples where sample.labels.metric == "parlant_events_last_hour" && !sample.value.isNaN {
            events[sample.labels["database"] ?? "", default: 0] += sample.value
        }
        details = Details(
            tableCount: tables?.total, tablesExpected: tables?.count,
            // An hour without any event has no series of it.
            recentEvents: sum("parlant_events_last_week").map { _ in Int(events.values.reduce(0, +)) },
            recentEventsAtLeast: events.values.contains { $0 >= Self.mostEvents },
            timestamp: now.description, checks: checks, problems: problems, performance: Performance(samples))
    }

    private static func message(status: Status, cannotReach: Bool, problems: [Problem], failed: [Check]) -> String {
        if cannotReach { return "Database connectivity issues" }
        let serious = problems.filter { $0.level != Severity.info.rawValue }
        guard let first = serious.first?.summary ?? failed.first.map({ "\($0.name) can't be sampled" }) else {
            return "All systems operational"
        }
        let others = serious.count + failed.count - 1
        return others > 0 ? "\(first), and \(others) more" : first
    }
}
