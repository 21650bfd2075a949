import Alerting
import PromQL

/// Five messages as people get them, for the pictures in the documentation.
enum TypicalMessages {
    static let all: [(name: String, notification: Notification)] = [
        ("pool", pool), ("integration", integration), ("statement", statement), ("resolved", resolved),
        ("several", several),
    ]

    private static let applications = Evidence(
        title: "pool-exhaustion/applications on main",
        columns: ["application_name", "state", "sessions", "longest_s", "waits_for"],
        rows: [
            ["parlant-web", "active", "61", "48", "Lock/transactionid"],
            ["parlant-web", "idle in transaction", "22", "312", "Client/ClientRead"],
            ["parlant-worker", "active", "9", "4", "IO/DataFileRead"],
            ["psql", "idle in transaction", "1", "1904", "Client/ClientRead"],
        ], takenAt: Samples.now - .seconds(1))

    private static let poolTexts = [
        "summary": "Pool web is 97.4% used",
        "description":
            "Nearly all connections of the pool web are busy. Once all are, requests queue and then time out. "
            + "Look for statements that hold connections for long before making the pool larger.",
    ]

    static let pool: Notification = {
        var alert = Samples.alert(
            .raised, level: .critical, previous: .warning, value: 0.974, annotations: poolTexts)
        alert.evidence = applications
        return Samples.message([alert], sequence: 2)
    }()

    static let integration: Notification = {
        var alert = Samples.alert(
            .fired, rule: "IntegrationUnhealthy",
            labels: [
                "database": "main", "instance": "main", "workspace": "acme", "tool": "create_order", "type": "http",
                "target": "https://orders.acme.example",
            ], level: .warning, value: 1, threshold: "> 0",
            annotations: [
                "summary": "Integration http of tool create_order is unhealthy",
                "description":
                    "Workspace acme, target https://orders.acme.example. Agents that use create_order fail or "
                    + "answer without it.",
            ], startedAt: Samples.now - .seconds(4))
        alert.runbook = "tool-integrations"
        alert.peak = nil
        alert.clearThreshold = "<= 0"
        alert.evidence = Evidence(
            title: "tool-integrations/integrations on main",
            columns: ["tool", "type", "status", "errors", "last_check", "last_error"],
            rows: [["create_order", "http", "unhealthy", "14", "10:04:58", "503 Service Unavailable"]],
            takenAt: Samples.now - .seconds(1))
        return Samples.message([alert], group: ["alertname": "IntegrationUnhealthy", "instance": "main"])
    }()

    static let statement: Notification = {
        var alert = Samples.alert(
            .fired, rule: "StatementSlow",
            labels: ["database": "main", "instance": "main", "queryid": "-4177236912260214571"], level: .critical,
            value: 2.317, threshold: "> 1",
            annotations: [
                "summary":
                    "A statement takes 2.317s on average: SELECT * FROM parlant_event WHERE session_id = $1 ORDER BY …",
                "description":
                    "On main: SELECT * FROM parlant_event WHERE session_id = $1 ORDER BY offset_no (query id "
                    + "-4177236912260214571). The mean is that of the calls since the last sample.",
            ])
        alert.runbook = "slow-statements"
        alert.peak = 2.91
        alert.clearThreshold = "< 0.5"
        alert.evidence = Evidence(
            title: "slow-statements/slowest on main", columns: ["mean_ms", "calls", "rows", "statement"],
            rows: [
                ["2317.4", "88", "412", "SELECT * FROM parlant_event WHERE session_id = $1 ORDER BY offset_no"],
                ["92.1", "1204", "1204", "UPDATE parlant_session SET last_activity = $1 WHERE id = $2"],
                ["31.8", "377", "9", "SELECT count(*) FROM parlant_tool_call WHERE status = $1"],
            ], omittedRows: 7, takenAt: Samples.now - .seconds(1))
        return Samples.message([alert], group: ["alertname": "StatementSlow", "instance": "main"])
    }()

    static let resolved: Notification = {
        let alert = Samples.alert(
            .resolved, firing: false, level: .critical, previous: .critical, annotations: poolTexts,
            startedAt: Samples.now - .seconds(1_260))
        return Samples.message([alert], sequence: 3)
    }()

    static let several: Notification = {
        func one(
            _ rule: String, _ summary: String, _ level: Severity, _ change: NotifiedAlert.Change = .fired,
            firing: Bool = true, value: Double, runbook: String
        ) -> NotifiedAlert {
            var alert = Samples.alert(
                change, firing: firing, rule: rule, labels: ["database": "main", "instance": "main"], level: level,
                value: value, threshold: nil, annotations: ["summary": summary])
            alert.peak = nil
            alert.runbook = runbook
            if !firing { alert.clearedValue = 0 }
            return alert
        }
        return Samples.message(
            [
                one("LocksBlocked", "12 sessions of main wait for locks", .critical, value: 12, runbook: "blocking"),
                one(
                    "LongTransaction", "A transaction of main has been open for 31m 44s", .warning, value: 1_904,
                    runbook: "blocking"),
                one(
                    "StatementsSlowOverall", "Statements of main take 412ms on average", .warning, value: 0.412,
                    runbook: "slow-statements"),
                one(
                    "DeadRows", "Table parlant_event of main is 34% dead rows", .info, .unchanged, value: 0.34,
                    runbook: "table-maintenance"),
                one(
                    "SessionsWaiting", "9 sessions of main wait for IO", .warning, .resolved, firing: false, value: 9,
                    runbook: "blocking"),
            ], group: ["instance": "main"], sequence: 4)
    }()
}
