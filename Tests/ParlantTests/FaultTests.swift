import Support
import Testing

/// Each trouble, in a healthy database.
@Suite("Parlant faults", .serialized)
struct FaultTests {
    static let all = ParlantFault.all()

    private func check(_ fault: ParlantFault, brought found: [String: [String]]) {
        let rows = found[fault.name] ?? []
        #expect(!rows.isEmpty && rows.count == fault.count ?? rows.count, "\(rows)")
        #expect(Set(found.keys).subtracting(fault.brings) == [fault.name])
    }

    @Test("names are unique")
    func names() {
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
    }

    @Test("healthy data has none")
    func healthy() throws {
        #expect(try Bench.healthy.get().troubles(Self.all) == [:])
    }

    @Test(
        "none in any variant of the schema either, until they are brought in",
        arguments: [
            ParlantSchema(name: "Par\"lant", moreColumns: true, timeZone: "Pacific/Kiritimati"),
            ParlantSchema(fewerIndexes: true, timeZone: "America/Los_Angeles"), ParlantSchema(withoutForeignKeys: true),
        ])
    func variants(schema: ParlantSchema) throws {
        let database = try ParlantDatabase(on: Bench.server.get(), name: "variant", schema: schema, data: .small)
        defer { try? database.drop() }
        let all = ParlantFault.all(in: schema)
        #expect(try database.troubles(all) == [:])
        let brought: [ParlantFault] = [
            .eventGap(), .silence(), .idleSessions(), .oldEvents(), .staleIntegrations(), .noFinalState(),
            .missingTable("parlant_variable", in: schema),
        ]
        for fault in brought { #expect(try !database.inject(fault).isEmpty, "\(fault)") }
    }

    @Test("none on the other versions", arguments: PostgresServer.Version.wanted.dropFirst())
    func versions(number: Int) throws {
        let server = try PostgresServer(version: .find(number))
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        #expect(try database.troubles(Self.all) == [:])
        let brought: [ParlantFault] = [
            .invalidIndex(), .unvalidatedForeignKey(), .disabledTriggers(), .deadTuples(), .staleStatistics(),
            .orphanedEvents(), .transitionsWithoutState(),
        ]
        for fault in brought { #expect(try !database.inject(fault).isEmpty, "\(fault)") }
    }

    @Test("each brings itself and no other", arguments: all.filter(\.isTransactional))
    func exactly(fault: ParlantFault) throws {
        // What reads a table that is gone can't be asked.
        let asked = Self.all.filter { fault.name != "missing table" || !$0.rows.contains("FROM parlant_term ") }
        // Counters are not rolled back: those of the earlier questions go first.
        let setting = "SELECT pg_stat_reset();\nBEGIN;\n\(fault.injection)"
        check(fault, brought: try Bench.scratch.get().troubles(asked, after: setting))
    }

    @Test("so does each that can't be taken back", arguments: all.filter { !$0.isTransactional })
    func committed(fault: ParlantFault) throws {
        let database = try Bench.copy()
        defer { try? database.drop() }
        let rows = try database.inject(fault)
        let found = try database.troubles(Self.all)
        #expect(rows == found[fault.name])
        check(fault, brought: found)
    }

    @Test("a slow statement, where statements are counted")
    func slowStatement() throws {
        let database = try Bench.copy()
        defer { try? database.drop() }
        #expect(try database.rows(of: .slowStatement()) == [])
        #expect(try database.inject(.slowStatement()).count == 1)
    }

    @Test("a foreign key that PostgreSQL 18 does not enforce")
    func unenforced() throws {
        let server = try PostgresServer(version: .find(18))
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        #expect(try database.rows(of: .unenforcedForeignKey()) == [])
        let rows = try database.inject(.unenforcedForeignKey())
        #expect(rows == ["parlant_event_session_id_fkey|parlant_event"])
    }
}
