package import Drivers
package import PromQL

/// Samples the jobs of pg_cron: which are there, whether their last runs failed, and how late they are.
///
/// The extension lives in one database of a server (`cron.database_name`), which also runs jobs of the others. Where it
/// is not, `tocsin_cron_installed` says so, and that is no failure. Its tables show each role its own rows alone, so a
/// role that is not let see all is a failure, and not «no jobs».
package actor JobsProbe: Probe {
    package nonisolated let id: String
    package nonisolated let kind = ProbeKind.jobs
    package nonisolated let targetLabels: Labels
    package nonisolated let interval: Duration
    package nonisolated let deadline: Duration
    private let connection: PostgresConnection
    private let isOptional: Bool
    private let expected: [String]
    private var watch = CronWatch()

    private static let mostJobs = 50

    /// - Parameters:
    ///   - isOptional: whether a database without pg_cron is well.
    ///   - expected: names of jobs that must be there and active.
    package init(
        name: String, connection: PostgresConnection, isOptional: Bool = true, expected: [String] = [],
        interval: Duration = .seconds(60), deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.isOptional = isOptional
        self.expected = Set(expected).sorted()
        self.interval = interval
        self.deadline = deadline
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(PostgresError) {
            let place = try Place(try await connection.batch([Self.place], deadline: deadline)[0])
            var list = SampleList(at: at)
            list.add(
                "tocsin_cron_installed", place.isInstalled ? 1 : 0, [("lives_in", place.livesIn ?? "")])
            guard place.isInstalled else {
                for name in expected { list.add("tocsin_cron_job_present", 0, [("job", name)]) }
                return ProbeResult(samples: list.samples, failure: isOptional ? nil : missing(place))
            }
            if let failure = refusal(place) { return ProbeResult(samples: list.samples, failure: failure) }
            let results = try await connection.batch(
                [Self.jobs(expected), Self.runs(zone: place.zone)], deadline: deadline)
            try add(results[0], runs: results[1], at: place, to: &list)
            return ProbeResult(samples: list.samples)
        } catch {
            return ProbeResult(failure: ProbeFailure(error, probe: id, user: connection.settings.keyword("user")))
        }
    }

    // MARK: Where pg_cron is

    /// What the server says of the extension, whatever the role may see.
    private struct Place {
        var isInstalled = false
        /// The database that pg_cron works in; nil where the server does not load it.
        var livesIn: String?
        var zone = "GMT"
        var isStandby = false
        /// Whether runs are written down.
        var logsRuns = true
        var mayUse = true
        /// Whether row security hides other roles' jobs or runs.
        var hidesRows = false

        init(_ rows: PostgresRows) throws(PostgresError) {
            guard let row = rows.first else { return }
            isInstalled = try row.bool("installed") ?? false
            livesIn = try row.text("lives_in")
            zone = try row.text("zone") ?? "GMT"
            isStandby = try row.bool("standby") ?? false
            logsRuns = try row.text("log_run") != "off"
            mayUse = try row.bool("may_use") ?? true
            hidesRows = try row.bool("hides_rows") ?? false
        }
    }

    /// `pg_settings` leaves out what the role may not see; `current_setting` would fail. A policy that lets the role see
    /// every row counts as such wherever it comes from.
    private static let place = PostgresStatement(
        name: "pg_cron",
        sql: """
            SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'pg_cron') AS installed,
                   (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'cron.database_name') AS lives_in,
                   (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'cron.timezone') AS zone,
                   (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'cron.log_run') AS log_run,
                   pg_is_in_recovery() AS standby,
                   has_schema_privilege(n.oid, 'USAGE') AS may_use,
                   (SELECT bool_or(row_security_active(c.oid) AND NOT EXISTS (
                               SELECT FROM pg_catalog.pg_policy p
                                WHERE p.polrelid = c.oid AND p.polcmd IN ('r', '*') AND p.polpermissive
                                  AND pg_get_expr(p.polqual, p.polrelid) = 'true'
                                  AND EXISTS (SELECT FROM unnest(p.polroles) AS r(role)
                                               WHERE r.role = 0 OR pg_has_role(r.role, 'USAGE'))))
                      FROM pg_catalog.pg_class c
                     WHERE c.relnamespace = n.oid AND c.relname IN ('job', 'job_run_details')) AS hides_rows
              FROM (SELECT 1) AS one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'cron'
            """)

    private func missing(_ place: Place) -> ProbeFailure {
        let remedy =
            place.livesIn.map {
                "it works in the database \($0): give that one an entry of its own under `databases`, or set "
                    + "`jobs: { enabled: false }` here"
            } ?? "add pg_cron to shared_preload_libraries, restart the server, and: CREATE EXTENSION pg_cron;"
        return ProbeFailure(.missingExtension, "\(id): the extension pg_cron is not in this database; \(remedy)")
    }

    private func refusal(_ place: Place) -> ProbeFailure? {
        let name = connection.settings.keyword("user") ?? "tocsin"
        let role = name.quotedAsIdentifier
        guard place.mayUse else {
            return ProbeFailure(
                .permissionDenied,
                "\(id): the role may not read pg_cron's tables; mend it with: GRANT USAGE ON SCHEMA cron TO \(role);")
        }
        guard place.hidesRows else { return nil }
        let policies = ["job", "job_run_details"].map {
            "CREATE POLICY \("\(name)_reads".quotedAsIdentifier) ON cron.\($0) FOR SELECT TO \(role) USING (true);"
        }
        return ProbeFailure(
            .permissionDenied,
            "\(id): row security hides the jobs of other roles, so jobs are not watched; mend it with: "
                + policies.joined(separator: " "))
    }

    // MARK: Jobs

    /// Expected ones first, so that they are not cut off.
    private static func jobs(_ expected: [String]) -> PostgresStatement {
        PostgresStatement(
            name: "jobs",
            sql: """
                SELECT jobid, coalesce(jobname, 'job ' || jobid) AS job, username AS "user", database AS datname, schedule, active
                  FROM cron.job
                 ORDER BY jobname = ANY (string_to_array($1, E'\\n')) DESC NULLS LAST, active DESC, jobid LIMIT \(mostJobs)
                """, parameters: [.text(expected.joined(separator: "\n"))])
    }

    /// Of the newest 10,000 runs: the table has no index but that of its key, and nobody empties it by default.
    private static func runs(zone: String) -> PostgresStatement {
        PostgresStatement(
            name: "runs",
            sql: """
                WITH recent AS (
                    SELECT jobid, runid, status, start_time, end_time
                      FROM cron.job_run_details
                     WHERE runid > (SELECT coalesce(max(runid), 0) - 10000 FROM cron.job_run_details)),
                good AS (SELECT jobid, max(runid) AS runid FROM recent WHERE status = 'succeeded' GROUP BY 1)
                SELECT r.jobid, max(r.runid) AS last_run,
                       floor(extract(epoch FROM max(r.start_time) AT TIME ZONE $1))::int8 AS last_start,
                       extract(epoch FROM now() - max(r.end_time) FILTER (WHERE r.status = 'succeeded'))::float8 AS success_age,
                       count(*) FILTER (WHERE r.status = 'failed' AND r.runid > coalesce(g.runid, 0)) AS failures,
                       floor(extract(epoch FROM now() AT TIME ZONE $1))::int8 AS now
                  FROM recent r LEFT JOIN good g ON g.jobid = r.jobid GROUP BY r.jobid
                UNION ALL
                SELECT NULL, NULL, NULL, NULL, NULL, floor(extract(epoch FROM now() AT TIME ZONE $1))::int8
                """, parameters: [.text(zone)])
    }

    private struct Runs {
        var seen = CronWatch.Runs()
        /// Seconds.
        var successAge: Double?
        var failures: Double?
    }

    private func add(
        _ jobs: PostgresRows, runs rows: PostgresRows, at place: Place, to list: inout SampleList
    ) throws(PostgresError) {
        var runs: [Int64: Runs] = [:]
        var now: Int64 = 0
        for row in rows {
            now = try row.int("now") ?? now
            guard let job = try row.int("jobid") else { continue }
            runs[job] = Runs(
                seen: .init(lastID: try row.int("last_run"), lastStart: try row.int("last_start")),
                successAge: try row.double("success_age"), failures: try row.double("failures"))
        }
        var present: Set<String> = []
        var ids: Set<Int64> = []
        for row in jobs {
            guard let number = try row.int("jobid"), let name = try row.text("job") else { continue }
            let isActive = try row.bool("active") ?? true
            let own = runs[number] ?? Runs()
            ids.insert(number)
            if isActive { present.insert(name) }
            let labels = [
                ("job", name), ("user", try row.text("user") ?? ""), ("datname", try row.text("datname") ?? ""),
            ]
            list.add("tocsin_cron_job_active", isActive ? 1 : 0, labels)
            // A standby runs no jobs, and without a log of runs nothing can be said of them.
            guard place.logsRuns, !place.isStandby else { continue }
            list.add("tocsin_cron_job_last_success_age_seconds", own.successAge, labels)
            list.add("tocsin_cron_job_failures_in_a_row", own.failures ?? 0, labels)
            let job = CronWatch.Job(id: number, schedule: try row.text("schedule") ?? "", isActive: isActive)
            list.add("tocsin_cron_job_late_seconds", watch.late(job, own.seen, now: now).map(Double.init), labels)
        }
        watch.keep(ids)
        for name in expected { list.add("tocsin_cron_job_present", present.contains(name) ? 1 : 0, [("job", name)]) }
    }
}
