package import Drivers
package import PromQL

/// Samples a PostgreSQL server: whether it answers, its sessions, their oldest transactions, its limits and counters.
///
/// Four statements in one read-only transaction. A role without `pg_monitor` does not see what others do, so that is a
/// failure which names the grant; what it can see is given all the same.
package struct DatabaseProbe: Probe {
    package let id: String
    package let kind = ProbeKind.database
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let connection: PostgresConnection
    private let statements: [PostgresStatement]

    /// - Parameters:
    ///   - name: the database's in the settings.
    ///   - connection: the one kept connection to it.
    ///   - isWholeServer: whether the server's other databases are sampled too. Of several entries for one server only
    ///     one should, or five hundred would each bring the series of all five hundred.
    package init(
        name: String, connection: PostgresConnection, isWholeServer: Bool = true, interval: Duration = .seconds(5),
        deadline: Duration = .seconds(10)
    ) {
        statements = Self.statements(which: isWholeServer ? "true" : "d.datname = current_database()")
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.interval = interval
        self.deadline = deadline
    }

    package func samplesWithoutAnswer(at: Timestamp) -> [Sample] {
        [Sample(labels: [Labels.metricName: "pg_up"], value: 0, at: at)]
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        let began = ContinuousClock.now
        do throws(PostgresError) {
            let results = try await connection.batch(statements, deadline: deadline)
            var list = SampleList(at: at)
            list.add("pg_up", 1)
            list.add("tocsin_database_round_trip_seconds", (ContinuousClock.now - began) / .seconds(1))
            list.add("tocsin_database_connect_seconds", await connection.lastConnectDuration.map { $0 / .seconds(1) })
            try addSettings(results[0], to: &list)
            try addSessions(results[1], to: &list)
            try addOldest(results[2], to: &list)
            try addDatabases(results[3], to: &list)
            return ProbeResult(samples: list.samples, failure: try missingGrant(results[0]))
        } catch {
            let failure = ProbeFailure(error, probe: id, user: connection.settings.keyword("user"))
            return ProbeResult(samples: samplesWithoutAnswer(at: at), failure: failure)
        }
    }

    private func missingGrant(_ rows: PostgresRows) throws(PostgresError) -> ProbeFailure? {
        guard let row = rows.first, try row.bool("sees_all") == false else { return nil }
        let role = try row.text("role") ?? "tocsin"
        return ProbeFailure(
            .permissionDenied,
            "\(id): the role \(role) does not see the sessions of others; mend it with: GRANT pg_monitor TO \(role);")
    }

    private func addSettings(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) {
        guard let row = rows.first else { return }
        list.add("pg_settings_max_connections", try row.double("max_connections"))
        list.add("pg_settings_superuser_reserved_connections", try row.double("superuser_reserved_connections"))
        list.add("pg_settings_reserved_connections", try row.double("reserved_connections"))
        list.add("pg_postmaster_start_time_seconds", try row.double("start_time"))
        list.add("pg_replication_is_replica", try row.bool("in_recovery").map { $0 ? 1 : 0 })
    }

    /// The rows are finer than the series of states: active sessions are parted by what they wait for.
    private func addSessions(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) {
        var states: [[String]: (sessions: Double, longest: Double)] = [:]
        var waits: [(labels: [String], sessions: Double)] = []
        for row in rows {
            let key = [try row.text("datname") ?? "", try row.text("state") ?? "unknown"]
            let sessions = try row.double("sessions") ?? 0
            let known = states[key] ?? (0, 0)
            states[key] = (known.sessions + sessions, max(known.longest, try row.double("max_tx") ?? 0))
            if let type = try row.text("wait_event_type") {
                waits.append(([key[0], type, try row.text("wait_event") ?? ""], sessions))
            }
        }
        for (key, value) in states.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let labels = [("datname", key[0]), ("state", key[1])]
            list.add("pg_stat_activity_count", value.sessions, labels)
            list.add("pg_stat_activity_max_tx_duration", value.longest, labels)
        }
        waits.sort { ($0.sessions, $1.labels.joined()) > ($1.sessions, $0.labels.joined()) }
        for wait in waits.prefix(Self.mostWaits) {
            let labels = zip(["datname", "wait_event_type", "wait_event"], wait.labels).map { ($0, $1) }
            list.add("tocsin_waiting_sessions", wait.sessions, labels)
        }
        let rest = waits.dropFirst(Self.mostWaits).reduce(0) { $0 + $1.sessions }
        guard rest > 0 else { return }
        let others = ["datname", "wait_event_type", "wait_event"].map { ($0, "other") }
        list.add("tocsin_waiting_sessions", rest, others)
    }

    /// What active sessions wait for has so many series, the most frequent first; the rest is one.
    private static let mostWaits = 50

    private func addOldest(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) {
        for row in rows {
            let labels = [("datname", try row.text("datname") ?? "")]
            list.add("tocsin_longest_transaction_seconds", try row.double("longest_transaction"), labels)
            list.add("tocsin_longest_query_seconds", try row.double("longest_query"), labels)
            list.add("tocsin_longest_idle_in_transaction_seconds", try row.double("longest_idle"), labels)
            list.add("tocsin_blocked_sessions", try row.double("blocked"), labels)
        }
    }

    /// The counters that postgres_exporter has, under its names; what this version of the server lacks is left out.
    private func addDatabases(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) {
        let counters = [
            "numbackends", "xact_commit", "xact_rollback", "blks_read", "blks_hit", "tup_returned", "tup_fetched",
            "tup_inserted", "tup_updated", "tup_deleted", "conflicts", "temp_files", "temp_bytes", "deadlocks",
            "blk_read_time", "blk_write_time",
        ]
        for row in rows {
            let labels = [("datid", try row.text("datid") ?? ""), ("datname", try row.text("datname") ?? "")]
            for counter in counters { list.add("pg_stat_database_\(counter)", try row.double(counter), labels) }
            list.add("pg_stat_database_stats_reset", try row.double("stats_reset"), labels)
        }
    }

    /// - Parameter which: the condition on `pg_database d`.
    private static func statements(which: String) -> [PostgresStatement] {
        [
            // current_setting(…, true) is NULL for what a version does not have: reserved_connections came with 16.
            PostgresStatement(
                name: "settings",
                sql: """
                    SELECT current_setting('max_connections')::int8 AS max_connections,
                           current_setting('superuser_reserved_connections')::int8 AS superuser_reserved_connections,
                           current_setting('reserved_connections', true)::int8 AS reserved_connections,
                           extract(epoch FROM pg_postmaster_start_time())::float8 AS start_time,
                           pg_is_in_recovery() AS in_recovery, current_user::text AS role,
                           pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all
                    """),
            PostgresStatement(
                name: "sessions",
                sql: """
                    SELECT d.datname, coalesce(a.state, 'unknown') AS state, w.type AS wait_event_type, w.event AS wait_event,
                           count(*) AS sessions,
                           coalesce(max(extract(epoch FROM now() - a.xact_start)), 0)::float8 AS max_tx
                      FROM pg_catalog.pg_stat_activity a
                      JOIN pg_catalog.pg_database d ON d.oid = a.datid
                      LEFT JOIN LATERAL (SELECT a.wait_event_type AS type, a.wait_event AS event
                                          WHERE a.state = 'active' AND a.wait_event_type NOT IN ('Client', 'Activity')) w ON true
                     WHERE a.backend_type = 'client backend' AND \(which)
                     GROUP BY 1, 2, 3, 4
                    """),
            // The agent's own transaction is left out. One row for each database that takes connections, so that a value
            // which falls to zero is zero and not gone.
            PostgresStatement(
                name: "oldest",
                sql: """
                    SELECT d.datname,
                           coalesce(max(extract(epoch FROM clock_timestamp() - a.xact_start)), 0)::float8 AS longest_transaction,
                           coalesce(max(extract(epoch FROM clock_timestamp() - a.query_start))
                                    FILTER (WHERE a.state = 'active'), 0)::float8 AS longest_query,
                           coalesce(max(extract(epoch FROM clock_timestamp() - a.state_change))
                                    FILTER (WHERE a.state LIKE 'idle in transaction%'), 0)::float8 AS longest_idle,
                           count(a.pid) FILTER (WHERE a.wait_event_type = 'Lock') AS blocked
                      FROM pg_catalog.pg_database d
                      LEFT JOIN pg_catalog.pg_stat_activity a
                        ON a.datid = d.oid AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
                     WHERE d.datallowconn AND NOT d.datistemplate AND \(which)
                     GROUP BY 1 ORDER BY 1 LIMIT 200
                    """),
            PostgresStatement(
                name: "databases",
                sql: """
                    SELECT s.datid, s.datname, s.numbackends, s.xact_commit, s.xact_rollback, s.blks_read, s.blks_hit,
                           s.tup_returned, s.tup_fetched, s.tup_inserted, s.tup_updated, s.tup_deleted, s.conflicts,
                           s.temp_files, s.temp_bytes, s.deadlocks, s.blk_read_time, s.blk_write_time,
                           extract(epoch FROM s.stats_reset)::float8 AS stats_reset
                      FROM pg_catalog.pg_stat_database s JOIN pg_catalog.pg_database d ON d.oid = s.datid
                     WHERE NOT d.datistemplate AND \(which)
                     ORDER BY s.datname LIMIT 200
                    """),
        ]
    }
}
