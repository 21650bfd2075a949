import Alerting
import Foundation
import PromQL
import Support
import Testing

/// Every trouble of the guide, brought into a real database: exactly the right alerts and no other, the runbook's remedy
/// applied, the alerts gone, and nothing left to apply.
@Suite("Laboratory", .serialized)
struct LaboratoryTests {
    /// One server, a healthy database to copy, and one with more events for what only shows in larger tables.
    private enum Bench {
        static let server = Result {
            let server = try PostgresServer(settings: [
                "shared_preload_libraries": "'pg_stat_statements,pg_cron'", "cron.database_name": "'lab_jobs'",
            ])
            // Made once: a copy would not be the one that pg_cron lives in.
            let jobs = try ParlantDatabase(on: server, name: "lab_jobs", data: .small)
            try jobs.sql("CREATE EXTENSION pg_cron")
            return (server, jobs)
        }
        static let healthy = Result {
            var data = ParlantData()
            data.events = 4_500
            let database = try ParlantDatabase(on: server.get().0, name: "healthy", data: data)
            // The role that diagnoses run as; what it may read is copied along.
            try server.get().0.psql(Repository.text("Deploy/role.sql"), database: database.name)
            return database
        }
        static let larger = Result {
            var data = ParlantData()
            data.events = 24_000
            return try ParlantDatabase(on: server.get().0, name: "larger", data: data)
        }

        static func database(_ base: LabTrouble.Base) throws -> ParlantDatabase {
            switch base {
            case .healthy: try healthy.get().copy(as: "lab_fault")
            case .larger: try larger.get().copy(as: "lab_fault")
            case .jobs: try server.get().1
            }
        }
    }

    @Test("what the healthy database says in an hour: nothing")
    func healthy() async throws {
        var laboratory = try Laboratory(Bench.healthy.get().copy(as: "lab_healthy"))
        await laboratory.pass(.seconds(3_600))
        #expect(laboratory.described == [])
        #expect(laboratory.failures == [:])
        await laboratory.close()
    }

    @Test("an empty one says nothing either")
    func empty() async throws {
        var laboratory = try Laboratory(ParlantDatabase(on: Bench.server.get().0, name: "lab_empty"))
        await laboratory.pass(.seconds(1_800))
        #expect(laboratory.described == [])
        #expect(laboratory.failures == [:])
        await laboratory.close()
    }

    @Test("every fault that is known is here, and none is silent without a reason")
    func complete() {
        let known = ParlantFault.all().map(\.name).filter { !$0.hasPrefix("orphans of") }
        let here = Set(LabTrouble.all.map(\.name))
        let other = ["missing index": "missing index", "unused index": "unused index (10m, not 24h)"]
        for name in known { #expect(here.contains(name) || other[name].map(here.contains) == true, "\(name)") }
        for trouble in LabTrouble.all {
            #expect(trouble.alerts.isEmpty == (trouble.harmless != nil), "\(trouble.name)")
            #expect(trouble.remedies.isEmpty == (trouble.harmless != nil), "\(trouble.name)")
        }
    }

    @Test("each trouble", arguments: LabTrouble.all)
    func trouble(_ trouble: LabTrouble) async throws {
        if trouble.isOnlyDeclared {
            let reason = "not brought in: \(trouble.harmless ?? "")"
            return LabTable.add(trouble.name, alerts: [], after: nil, evidence: "", mendedBy: reason, cleared: nil)
        }
        let database = try Bench.database(trouble.base)
        defer { if trouble.base != .jobs { try? database.drop() } }
        if trouble.base == .jobs { try database.sql("TRUNCATE cron.job, cron.job_run_details") }
        var laboratory = try Laboratory(
            database, user: trouble.user, jobs: trouble.jobs.contains("expected") ? "{}" : trouble.jobs,
            overrides: trouble.overrides)
        await laboratory.pass(.seconds(60))
        #expect(laboratory.described == [])
        if trouble.jobs.contains("expected") {
            // What is expected is missing from the start.
            await laboratory.close()
            laboratory = try Laboratory(database, user: trouble.user, jobs: trouble.jobs)
        }
        let held = try await trouble.inject(database)
        defer { held.forEach { $0.end() } }
        if let background = trouble.background {
            laboratory.background = (background.every, { try database.sql(background.script) })
        }
        if let reason = trouble.harmless {
            await laboratory.pass(LabTrouble.longest)
            #expect(laboratory.described == [])
            LabTable.add(
                trouble.name, alerts: [], after: nil, evidence: "", mendedBy: "harmless: \(reason)", cleared: nil)
        } else {
            let took = await laboratory.time(until: trouble.alerts, atMost: LabTrouble.longest)
            await laboratory.pass(.seconds(60))
            #expect(took != nil)
            #expect(laboratory.firing == trouble.alerts, "\(laboratory.described)")
            let reader = trouble.base == .healthy ? "tocsin" : "postgres"
            let evidence = try await laboratory.evidence(database, user: reader)
            for (alert, found) in evidence {
                for one in found {
                    #expect(one.failure == nil, "\(alert): \(one)")
                    #expect(one.rows.isEmpty == (trouble.whyNoEvidence != nil), "\(alert): \(one)")
                }
            }
            let cleared = try await mend(trouble, database, held, &laboratory)
            LabTable.add(
                trouble.name, alerts: trouble.alerts, after: took, evidence: laboratory.evidence(of: trouble.alerts),
                mendedBy: trouble.remedies.map(\.described).joined(separator: ", then "), cleared: cleared)
        }
        #expect(laboratory.failures == [:])
        await laboratory.close()
    }

    /// Applies the remedies, sees the alerts go, and that a second time changes nothing.
    private func mend(
        _ trouble: LabTrouble, _ database: ParlantDatabase, _ held: [HeldSession], _ laboratory: inout Laboratory
    ) async throws -> Duration? {
        var applied: [(LabRemedy.Choice, [String: String])] = []
        for remedy in trouble.remedies {
            switch remedy {
            case .time: break
            case .advice(_, let script): try database.sql(script)
            case .runbook(let choice, let values):
                let all = try values(database, held)
                #expect(!all.isEmpty, "nothing to mend with \(choice)")
                for values in all {
                    let planned = try await laboratory.plan(choice, values)
                    #expect(planned > 0, "\(choice) \(values)")
                    let changed = try await laboratory.apply(choice, values, planned: planned)
                    #expect(changed == planned, "\(choice) \(values)")
                    applied.append((choice, values))
                }
            }
        }
        if trouble.background?.endsWithMending == true { laboratory.background = nil }
        let cleared = await laboratory.timeUntilQuiet(atMost: .seconds(2_400))
        #expect(cleared != nil, "\(laboratory.described)")
        for (choice, values) in applied {
            #expect(try await laboratory.plan(choice, values) == 0, "\(choice) \(values)")
            #expect(try await laboratory.apply(choice, values, planned: 0) == 0, "\(choice) \(values)")
        }
        // It stays so.
        await laboratory.pass(.seconds(60))
        #expect(laboratory.described == [])
        return cleared
    }

    /// What mends the rows that refer to nothing, of all references that are not troubles of their own.
    private static let orphanRemedies: [LabRemedy] = [
        .runbook(
            "missing-workspace", each: "workspace",
            of: """
                SELECT DISTINCT workspace_id FROM (SELECT workspace_id FROM parlant_session
                    UNION SELECT workspace_id FROM parlant_tool) x
                WHERE NOT EXISTS (SELECT FROM workspace w WHERE w.id = x.workspace_id)
                """, with: ["owner": "user-1"]),
        .runbook(.init(runbook: "orphaned-rows", remedy: "creators")) { _, _ in [["owner": "user-1"]] },
        .runbook("journey-transitions"), .runbook("orphaned-rows", "states"), .runbook("orphaned-rows", "references"),
        .runbook("orphaned-rows", "parts"), .runbook("orphaned-rows", "assignments"),
        .runbook("orphaned-rows", "tools"),
        .runbook("orphaned-rows", "integrations"),
    ]

    @Test("rows that refer to nothing, of every reference there is")
    func orphans() async throws {
        let database = try Bench.database(.healthy)
        defer { try? database.drop() }
        var laboratory = try Laboratory(database)
        await laboratory.pass(.seconds(60))
        let faults = ParlantFault.all().filter { $0.name.hasPrefix("orphans of") }
        #expect(faults.count > 20)
        for fault in faults { try database.inject(fault) }
        let alerts: Set = ["ParlantOrphans", "ParlantTransitionBroken", "ParlantWorkspaceMissing"]
        let took = await laboratory.time(until: alerts, atMost: .seconds(400))
        await laboratory.pass(.seconds(400))
        #expect(laboratory.firing == alerts, "\(laboratory.described)")
        let found = laboratory.described
        for fault in faults {
            let place = fault.name.dropFirst("orphans of ".count).split(separator: ".")
            #expect(
                found.contains {
                    $0.contains("column=\"\(place[1])\"") && $0.contains("table=\"\(place[0])\"")
                }, "\(fault.name)")
        }
        let trouble = LabTrouble(
            name: "orphans of \(faults.count) other references", alerts: alerts, inject: { _ in [] },
            remedies: Self.orphanRemedies)
        let cleared = try await mend(trouble, database, [], &laboratory)
        LabTable.add(
            trouble.name, alerts: alerts, after: took, evidence: laboratory.evidence(of: alerts),
            mendedBy: trouble.remedies.map(\.described).joined(separator: ", then "), cleared: cleared)
        await laboratory.close()
    }

    @Test("all tables gone at once are missed, though they are looked for where they are alone")
    func everythingGone() async throws {
        let database = try Bench.healthy.get().copy(as: "lab_gone")
        defer { try? database.drop() }
        var laboratory = try Laboratory(database, parlant: "auto")
        await laboratory.pass(.seconds(60))
        try database.sql(
            "DROP TABLE \(database.schema.tables.map(\.name.quoted).joined(separator: ", ")) CASCADE")
        // The catalogue is believed for a while of real time; a question to a table that is gone ends that.
        await laboratory.pass(.seconds(400))
        #expect(laboratory.firing == ["ParlantTableMissing"])
        #expect(laboratory.described.count == 15)
        await laboratory.close()
    }

    /// The last of the suite, so that the table is whole.
    @Test("the table of what was seen")
    func table() {
        print(LabTable.text)
        #expect(LabTable.count <= LabTrouble.all.count + 1)
    }
}
