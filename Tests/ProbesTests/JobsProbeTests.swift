import Drivers
import Foundation
import Probes
import PromQL
import Support
import Testing

/// The jobs of a real pg_cron.
@Suite("Jobs probe", .serialized)
struct JobsProbeTests {
    private static let settings = [
        "shared_preload_libraries": "'pg_stat_statements,pg_cron'", "cron.database_name": "'jobs'",
        "cron.use_background_workers": "on",
    ]
    private let now = Timestamp(milliseconds: 1_795_420_800_000)

    private func value(
        _ result: ProbeResult, _ metric: String, _ label: String? = nil, _ wanted: String = ""
    ) -> Double? {
        result.samples.first { sample in
            sample.labels.metric == metric && label.map { sample.labels[$0] == wanted } ?? true
        }?.value
    }

    private func role() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("Deploy/role.sql"), encoding: .utf8)
    }

    @Test("where pg_cron is not: that is said, and no failure unless it must be there")
    func absent() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let poller = PostgresPoller()
        let connection = PostgresConnection(PostgresSettings(dsn: server.dsn(), name: "main"), poller: poller)
        let optional = await JobsProbe(name: "main", connection: connection, expected: ["cleanup"]).sample(at: now)
        #expect(optional.failure == nil)
        #expect(value(optional, "tocsin_cron_installed") == 0)
        #expect(value(optional, "tocsin_cron_job_present", "job", "cleanup") == 0)
        let wanted = await JobsProbe(name: "main", connection: connection, isOptional: false).sample(at: now)
        #expect(wanted.failure?.reason == .missingExtension)
        #expect(wanted.failure?.message.contains("CREATE EXTENSION pg_cron") == true)
        await connection.close()
        poller.shutdown()
    }

    @Test("good, failing, late, sleeping and missing jobs, and what a role may see of them")
    func jobs() async throws {
        let server = try PostgresServer(settings: Self.settings)
        defer { server.stop() }
        let poller = PostgresPoller()
        // Elsewhere on the server it is named where the jobs are.
        let other = PostgresConnection(PostgresSettings(dsn: server.dsn(), name: "other"), poller: poller)
        let elsewhere = await JobsProbe(name: "other", connection: other, isOptional: false).sample(at: now)
        #expect(value(elsewhere, "tocsin_cron_installed", "lives_in", "jobs") == 0)
        #expect(elsewhere.failure?.message.contains("it works in the database jobs") == true)
        await other.close()

        try server.psql("CREATE DATABASE jobs")
        // The launcher looks for its database again after it failed to find it.
        try server.restart()
        try server.psql(
            """
            CREATE EXTENSION pg_cron;
            SELECT cron.schedule('good', '* * * * *', 'SELECT 1');
            SELECT cron.schedule('bad', '* * * * *', 'SELECT 1 / 0');
            SELECT cron.schedule('monthly', '0 4 1 * *', 'SELECT 1');
            SELECT cron.schedule('* * * * *', 'SELECT 2');
            UPDATE cron.job SET active = false WHERE jobname IS NULL;
            """, database: "jobs")
        let connection = PostgresConnection(
            PostgresSettings(dsn: server.dsn(database: "jobs"), name: "main"), poller: poller)
        let probe = JobsProbe(name: "main", connection: connection, expected: ["good", "gone"])
        var result = await probe.sample(at: now)
        #expect(result.failure == nil)
        #expect(value(result, "tocsin_cron_installed", "lives_in", "jobs") == 1)
        #expect(value(result, "tocsin_cron_job_active", "job", "good") == 1)
        #expect(value(result, "tocsin_cron_job_active", "job", "job 4") == 0)
        #expect(value(result, "tocsin_cron_job_present", "job", "good") == 1)
        #expect(value(result, "tocsin_cron_job_present", "job", "gone") == 0)
        #expect(value(result, "tocsin_cron_job_failures_in_a_row", "job", "bad") == 0)
        #expect(value(result, "tocsin_cron_job_last_success_age_seconds", "job", "good") == nil)

        // pg_cron itself runs them with the next minute.
        let hasRun = try await eventually(within: 90) {
            try server.psql(
                "SELECT count(DISTINCT jobid) FROM cron.job_run_details WHERE end_time IS NOT NULL", database: "jobs")
                == "2"
        }
        #expect(hasRun)
        result = await probe.sample(at: now)
        #expect(value(result, "tocsin_cron_job_failures_in_a_row", "job", "bad") == 1)
        #expect(value(result, "tocsin_cron_job_failures_in_a_row", "job", "good") == 0)
        #expect((value(result, "tocsin_cron_job_last_success_age_seconds", "job", "good") ?? -1) >= 0)
        #expect(value(result, "tocsin_cron_job_late_seconds", "job", "good") == 0)

        // The past as it would be after an hour without pg_cron, and three failures after a success.
        try server.psql(
            """
            UPDATE cron.job SET active = false;
            UPDATE cron.job_run_details
               SET start_time = start_time - interval '1 hour', end_time = end_time - interval '1 hour';
            INSERT INTO cron.job_run_details (jobid, runid, status, start_time, end_time)
                SELECT 3, nextval('cron.runid_seq'), s, now() - interval '40 days', now() - interval '40 days'
                  FROM unnest(ARRAY['failed', 'succeeded', 'failed', 'failed', 'failed', 'running']) s;
            """, database: "jobs")
        try server.psql("UPDATE cron.job SET active = true WHERE jobid = 3", database: "jobs")
        let later = JobsProbe(name: "main", connection: connection)
        result = await later.sample(at: now)
        #expect(value(result, "tocsin_cron_job_failures_in_a_row", "job", "monthly") == 3)
        #expect((value(result, "tocsin_cron_job_late_seconds", "job", "monthly") ?? 0) > 86_400)
        let age = value(result, "tocsin_cron_job_last_success_age_seconds", "job", "monthly") ?? 0
        #expect(abs(age - 40 * 86_400) < 60)
        #expect(value(result, "tocsin_cron_job_late_seconds", "job", "good") == 0)
        await connection.close()

        try await roles(server, poller)
        poller.shutdown()
    }

    /// A role that sees its own rows alone must not report that there are no jobs.
    private func roles(_ server: PostgresServer, _ poller: PostgresPoller) async throws {
        func sample(_ user: String) async -> ProbeResult {
            let connection = PostgresConnection(
                PostgresSettings(dsn: server.dsn(user: user, database: "jobs"), name: "main"), poller: poller)
            let result = await JobsProbe(name: "main", connection: connection, expected: ["good"]).sample(at: now)
            await connection.close()
            return result
        }
        try server.psql("CREATE ROLE poor LOGIN; GRANT pg_monitor TO poor", database: "jobs")
        var poor = await sample("poor")
        #expect(poor.failure?.reason == .permissionDenied)
        #expect(poor.failure?.message.contains("GRANT USAGE ON SCHEMA cron TO poor") == true)
        #expect(value(poor, "tocsin_cron_job_present") == nil)
        try server.psql("GRANT USAGE ON SCHEMA cron TO poor", database: "jobs")
        poor = await sample("poor")
        #expect(poor.failure?.reason == .permissionDenied)
        #expect(poor.failure?.message.contains("row security hides the jobs") == true)
        #expect(value(poor, "tocsin_cron_job_present") == nil)
        let remedy = try #require(poor.failure?.message.split(separator: "mend it with: ").last)
        try server.psql(String(remedy), database: "jobs")
        poor = await sample("poor")
        #expect(poor.failure == nil)
        #expect(value(poor, "tocsin_cron_job_failures_in_a_row", "job", "bad") == 1)

        try server.psql(role(), database: "jobs")
        let shipped = await sample("tocsin")
        #expect(shipped.failure == nil)
        #expect(value(shipped, "tocsin_cron_job_active", "job", "monthly") == 1)
    }
}
