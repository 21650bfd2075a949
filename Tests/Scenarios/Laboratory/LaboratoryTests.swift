import Alerting
import Foundation
import PromQL
import Support
import Testing

/// Every trouble of the guide, brought into a real database: exactly the right alerts, and no other.
@Suite("Laboratory", .serialized)
struct LaboratoryTests {
    /// One server, a healthy database to copy, and one with more events for what only shows in larger tables.
    private enum Bench {
        static let server = Result { try PostgresServer() }
        static let healthy = Result {
            var data = ParlantData()
            data.events = 4_500
            let database = try ParlantDatabase(on: server.get(), name: "healthy", data: data)
            // The role that diagnoses run as; what it may read is copied along.
            try database.server.psql(Repository.text("Deploy/role.sql"), database: database.name)
            return database
        }
        static let larger = Result {
            var data = ParlantData()
            data.events = 24_000
            return try ParlantDatabase(on: server.get(), name: "larger", data: data)
        }
        static let needLarger: Set = ["dead tuples", "duplicate index"]
    }

    /// The alert that each trouble must raise; nil for those that need more than this database has (see the rules'
    /// tests for them).
    private static func alert(for trouble: String) -> String? {
        switch trouble {
        case "missing table": "ParlantTableMissing"
        case "missing foreign key": "ParlantForeignKeyMissing"
        case "foreign key NOT VALID": "ParlantConstraintNotValid"
        case "disabled triggers": "ParlantTriggersDisabled"
        case "missing index": "ParlantIndexMissing"
        case "invalid index", "invalid index of a known name": "InvalidIndexes"
        case "duplicate index": "DuplicateIndexes"
        case "event gap", "missing first events", "duplicate events", "time running backwards": "ParlantEventOrder"
        case "no initial state", "several initial states", "transition to another journey", "no final state",
            "unreachable final state":
            "ParlantJourneyBroken"
        case "unreachable state": "ParlantJourneyStateUnreachable"
        case "unhealthy integrations": "IntegrationUnhealthy"
        case "stale integrations": "IntegrationStale"
        case "unknown integrations": "IntegrationNeverChecked"
        case "tools without integration": "ParlantToolWithoutIntegration"
        case "growing errors": "IntegrationErrorsGrowing"
        case "unmapped parameters": "ParlantToolMappingIncomplete"
        case "knowledge of another workspace", "knowledge without workspace", "deleted knowledge",
            "thresholds out of range":
            "ParlantKnowledgeBaseAccess"
        case "never searched knowledge": "ParlantKnowledgeBaseNeverSearched"
        case "silence": "ParlantSilent"
        case "old events": "ParlantRetentionLate"
        case "dead tuples": "TableBloat"
        case "agents without workspace", "sessions without agent", "transitions without state": "ParlantOrphans"
        default: trouble.contains("orphan") ? "ParlantOrphans" : nil
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
        var laboratory = try Laboratory(ParlantDatabase(on: Bench.server.get(), name: "lab_empty"))
        await laboratory.pass(.seconds(1_800))
        #expect(laboratory.described == [])
        #expect(laboratory.failures == [:])
        await laboratory.close()
    }

    /// All but the orphans of each reference, which come together; the index that is missing is one that the guide's queries need.
    private static let faults =
        ParlantFault.all().filter { $0.name != "missing index" && !$0.name.hasPrefix("orphans of") } + [
            .missingIndex("parlant_event_created_at_idx")
        ]

    @Test("each trouble", arguments: faults.map(\.name))
    func trouble(name: String) async throws {
        let fault = try #require(Self.faults.first { $0.name == name })
        let isLarger = Bench.needLarger.contains(name)
        let original = isLarger ? Bench.larger : Bench.healthy
        let database = try original.get().copy(as: "lab_fault")
        defer { try? database.drop() }
        var laboratory = try Laboratory(database)
        await laboratory.pass(.seconds(60))
        #expect(laboratory.described == [])
        try database.inject(fault)
        let wanted = Set(([fault.name] + fault.brings).compactMap(Self.alert))
        let took = await laboratory.time(until: wanted, atMost: .seconds(4_500))
        await laboratory.pass(.seconds(60))
        print(
            "trouble: \(name) | \(took.map(\.promQL) ?? "-") | \(laboratory.firing.sorted().joined(separator: ", ")) | wanted \(wanted.sorted())"
        )
        #expect(took != nil)
        #expect(laboratory.firing == wanted, "\(laboratory.described)")
        for (alert, found) in try await laboratory.evidence(database, user: isLarger ? "postgres" : "tocsin") {
            for evidence in found {
                #expect(evidence.failure == nil && !evidence.rows.isEmpty, "\(alert): \(evidence)")
                print("evidence: \(name) | \(alert) | \(evidence.title) | \(evidence.rows.first ?? [])")
            }
        }
        await laboratory.close()
    }

    @Test("rows that refer to nothing, of every reference there is")
    func orphans() async throws {
        let database = try Bench.healthy.get().copy(as: "lab_orphans")
        defer { try? database.drop() }
        var laboratory = try Laboratory(database)
        await laboratory.pass(.seconds(60))
        let faults = ParlantFault.all().filter { $0.name.hasPrefix("orphans of") }
        #expect(faults.count > 20)
        for fault in faults { try database.inject(fault) }
        await laboratory.pass(.seconds(400))
        let found = laboratory.described.filter { $0.hasPrefix("ParlantOrphans") }
        for fault in faults {
            let place = fault.name.dropFirst("orphans of ".count).split(separator: ".")
            #expect(
                found.contains {
                    $0.contains("column=\"\(place[1])\"") && $0.contains("table=\"\(place[0])\"")
                }, "\(fault.name)")
        }
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
}
