package import Drivers
package import PromQL

/// Samples PgBouncer through its console: pools, lists, limits.
///
/// A pool's connections in use are those to the server that a client holds (`sv_active`); its limit is that of its
/// database, else `default_pool_size`. The pool of the console itself is left out.
package struct PgBouncerProbe: Probe {
    package let id: String
    package let kind = ProbeKind.pool
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let connection: PostgresConnection

    /// - Parameter connection: to the database `pgbouncer`, in the mode of the console.
    package init(
        name: String, connection: PostgresConnection, interval: Duration = .seconds(5),
        deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.interval = interval
        self.deadline = deadline
    }

    package func samplesWithoutAnswer(at: Timestamp) -> [Sample] {
        [Sample(labels: [Labels.metricName: "pgbouncer_up"], value: 0, at: at)]
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(PostgresError) {
            var list = SampleList(at: at)
            list.add("pgbouncer_up", 1)
            let config = try await show("CONFIG")
            let defaultSize = try addConfig(config, to: &list)
            let sizes = try addDatabases(try await show("DATABASES"), to: &list)
            try addPools(try await show("POOLS"), sizes: sizes, defaultSize: defaultSize, to: &list)
            for row in try await show("LISTS") {
                if let name = try row.text("list") { list.add("pgbouncer_\(name)", try row.double("items")) }
            }
            return ProbeResult(samples: list.samples)
        } catch {
            let role = connection.settings.keyword("user")
            var failure = ProbeFailure(error, probe: id, user: role)
            if failure.reason == .sqlError || failure.reason == .permissionDenied {
                failure = ProbeFailure(
                    .permissionDenied,
                    "\(id): \(error); the user must stand in `stats_users` or `admin_users` of pgbouncer.ini, and the DSN must "
                        + "name the database `pgbouncer`")
            }
            return ProbeResult(samples: samplesWithoutAnswer(at: at), failure: failure)
        }
    }

    private func show(_ what: String) async throws(PostgresError) -> PostgresRows {
        try await connection.query(PostgresStatement(name: "SHOW \(what)", sql: "SHOW \(what)"), deadline: deadline)
    }

    /// - Returns: `default_pool_size`.
    private func addConfig(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) -> Double? {
        var defaultSize: Double?
        for row in rows {
            switch try row.text("key") {
            case "max_client_conn": list.add("pgbouncer_config_max_client_connections", try row.double("value"))
            case "max_user_connections": list.add("pgbouncer_config_max_user_connections", try row.double("value"))
            case "default_pool_size": defaultSize = try row.double("value")
            default: break
            }
        }
        return defaultSize
    }

    /// - Returns: the size of each database's pools.
    private func addDatabases(_ rows: PostgresRows, to list: inout SampleList) throws(PostgresError) -> [String: Double]
    {
        var sizes: [String: Double] = [:]
        for row in rows {
            guard let name = try row.text("name"), name != "pgbouncer" else { continue }
            sizes[name] = try row.double("pool_size")
            let labels = [("name", name)]
            list.add("pgbouncer_databases_pool_size", sizes[name], labels)
            list.add("pgbouncer_databases_current_connections", try row.double("current_connections"), labels)
            list.add("pgbouncer_databases_max_connections", try row.double("max_connections"), labels)
            list.add("pgbouncer_databases_paused", try row.double("paused"), labels)
            list.add("pgbouncer_databases_disabled", try row.double("disabled"), labels)
        }
        return sizes
    }

    private func addPools(
        _ rows: PostgresRows, sizes: [String: Double], defaultSize: Double?, to list: inout SampleList
    ) throws(PostgresError) {
        for row in rows {
            guard let database = try row.text("database"), database != "pgbouncer" else { continue }
            let user = try row.text("user") ?? ""
            let own = [("pgbouncer_database", database), ("pgbouncer_user", user)]
            let active = try row.double("sv_active") ?? 0
            let idle = try (row.double("sv_idle") ?? 0) + (row.double("sv_used") ?? 0)
            let seconds = try row.double("maxwait") ?? 0
            let wait =
                row.columns.contains("maxwait_us") ? seconds + (try row.double("maxwait_us") ?? 0) / 1_000_000 : seconds
            list.add("pool_connections_active", active, own)
            list.add("pool_connections_idle", idle, own)
            list.add("pool_connections_max", sizes[database] ?? defaultSize, own)
            list.add("pool_clients_waiting", try row.double("cl_waiting"), own)
            list.add("pool_oldest_wait_seconds", wait, own)

            let labels = [("database", database), ("user", user)]
            for (metric, column) in Self.columns where row.columns.contains(column) {
                list.add("pgbouncer_pools_\(metric)", try row.double(column), labels)
            }
            list.add("pgbouncer_pools_client_maxwait_seconds", wait, labels)
        }
    }

    /// pgbouncer_exporter's names for the columns of SHOW POOLS.
    private static let columns = [
        ("client_active_connections", "cl_active"), ("client_waiting_connections", "cl_waiting"),
        ("server_active_connections", "sv_active"), ("server_idle_connections", "sv_idle"),
        ("server_used_connections", "sv_used"), ("server_testing_connections", "sv_tested"),
        ("server_login_connections", "sv_login"),
    ]
}
