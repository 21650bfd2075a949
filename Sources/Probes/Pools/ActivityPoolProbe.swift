package import Drivers
package import PromQL

/// A pool as the server sees it: the sessions of one `application_name`. Who waits inside the application is not
/// visible there.
package struct ActivityPoolProbe: Probe {
    package let id: String
    package let kind = ProbeKind.pool
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration
    private let connection: PostgresConnection
    private let applicationName: String
    private let maximum: Double?

    /// - Parameter maximum: the pool's limit; nil where it is not known, and then there is no utilization either.
    package init(
        name: String, connection: PostgresConnection, applicationName: String, maximum: Double? = nil,
        interval: Duration = .seconds(5), deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.applicationName = applicationName
        self.maximum = maximum
        self.interval = interval
        self.deadline = deadline
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(PostgresError) {
            let rows = try await connection.batch(
                [
                    PostgresStatement(
                        name: "activity",
                        sql: """
                            SELECT count(*) FILTER (WHERE state = 'idle') AS idle,
                                   count(*) FILTER (WHERE state IS DISTINCT FROM 'idle') AS active
                              FROM pg_catalog.pg_stat_activity
                             WHERE backend_type = 'client backend' AND application_name = $1
                            """, parameters: [.text(applicationName)])
                ], deadline: deadline)[0]
            var list = SampleList(at: at)
            if let row = rows.first {
                list.add("pool_connections_active", try row.double("active"))
                list.add("pool_connections_idle", try row.double("idle"))
            }
            list.add("pool_connections_max", maximum)
            return ProbeResult(samples: list.samples)
        } catch {
            let role = connection.settings.keyword("user") ?? "tocsin"
            return ProbeResult(
                failure: ProbeFailure(error, probe: id, user: role, grant: "GRANT pg_monitor TO \(role);"))
        }
    }
}
