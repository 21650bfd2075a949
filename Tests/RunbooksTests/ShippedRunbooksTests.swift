import Diagnoses
import Drivers
import Foundation
import Mending
import Runbooks
import Support
import Testing

extension OnPostgres {
    @Suite struct ShippedRunbooksTests {
        @Test func `Every shipped runbook is right`() throws {
            let shelf = try ShippedRunbooks.shelf()
            #expect(shelf.runbooks.count > 15)
            #expect(shelf.problems.map(\.description) == [])
            for runbook in shelf.runbooks { #expect(runbook.title != runbook.name, "\(runbook.name) has no heading") }
        }

        /// What a parameter is given where the runbook needs one.
        private static let values = [
            "session": MendingFixture.id(10), "pid": "999999", "workspace": "acme", "owner": "ada",
        ]

        @Test func `On a healthy database every diagnosis runs, and no remedy finds anything`() async throws {
            let fixture = try MendingFixture()
            // pg_cron is not here: see below.
            for runbook in try ShippedRunbooks.shelf().runbooks where runbook.name != "cron-jobs" {
                let required = runbook.diagnoses.flatMap(\.parameters).filter { !$0.isOptional }
                let findings = try await fixture.mender.diagnose(
                    runbook, values: Self.values.filter { value in required.contains { $0.name == value.key } })
                for finding in findings {
                    #expect(finding.failure == nil, "\(runbook.name), line \(finding.line)")
                }
                for remedy in runbook.remedies {
                    let values = Self.values.filter { value in
                        remedy.parameters.contains { $0.name == value.key && !$0.isOptional }
                    }
                    let plan = try await fixture.mender.plan(remedy, of: runbook, values: values)
                    #expect(plan.count == 0, "\(runbook.name) \(remedy.name): \(plan.examples)")
                }
            }
        }

        @Test func `Where pg_cron is, its jobs are diagnosed`() async throws {
            let server = try PostgresServer(settings: [
                "shared_preload_libraries": "'pg_cron'", "cron.database_name": "'postgres'",
            ])
            defer { server.stop() }
            try server.psql(
                """
                CREATE EXTENSION pg_cron;
                SELECT cron.schedule('cleanup', '0 2 1 1 *', 'SELECT 1'), cron.schedule('other', '0 2 1 1 *', 'SELECT 2');
                INSERT INTO cron.job_run_details (jobid, runid, status, return_message, start_time, end_time)
                    SELECT 1, nextval('cron.runid_seq'), 'failed', 'ERROR: no such table', now(), now();
                """)
            // As the role that the agent uses.
            try server.psql(
                String(contentsOf: ShippedRunbooks.root.appendingPathComponent("Deploy/role.sql"), encoding: .utf8))
            let mender = Mender(
                MendingTarget(database: "main", dsn: server.dsn(user: "tocsin"), writeDSN: nil, schema: "public"),
                poller: PostgresPoller())
            let runbook = try #require(try ShippedRunbooks.shelf().runbook("cron-jobs"))
            let findings = try await mender.diagnose(runbook, values: [:])
            #expect(findings.map(\.failure) == [nil, nil, nil])
            #expect(findings[0].table?.rows == [["postgres", "postgres", "t", "1"]])
            #expect(findings[1].table?.rows.map { $0[1] } == ["cleanup", "other"])
            #expect(findings[2].table?.rows.map { $0.last } == ["ERROR: no such table"])
        }

        @Test func `The role of Deploy may read all that any diagnosis asks`() async throws {
            let fixture = try MendingFixture(reader: "tocsin", writer: nil)
            var count = 0
            // Those of pg_cron have a test of their own, where it is installed.
            for runbook in try ShippedRunbooks.shelf().runbooks where runbook.name != "cron-jobs" {
                let required = runbook.diagnoses.flatMap(\.parameters).filter { !$0.isOptional }
                let values = Self.values.filter { value in required.contains { $0.name == value.key } }
                for finding in try await fixture.mender.diagnose(runbook, values: values) {
                    count += 1
                    #expect(finding.failure == nil, "\(runbook.name), line \(finding.line)")
                }
            }
            #expect(count > 40)
        }

        /// Diagnoses that must be empty when nothing is wrong.
        @Test(arguments: [
            "journey-states", "journey-transitions", "event-order", "knowledge-base-access", "missing-workspace",
            "missing-indexes", "schema-missing",
        ])
        func `A diagnosis of a trouble finds none on a healthy database`(_ name: String) async throws {
            let fixture = try MendingFixture()
            let runbook = try #require(try ShippedRunbooks.shelf().runbook(name))
            for finding in try await fixture.mender.diagnose(runbook, values: [:])
            where finding.name != "present"
                && finding.table?.columns != ["database", "looked_in", "role", "is_standby"]
            {
                #expect(finding.table?.rows == [], "line \(finding.line)")
            }
        }
    }
}
