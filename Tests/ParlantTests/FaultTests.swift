import Support
import Testing

/// Each trouble, in a healthy database.
@Suite("Parlant faults")
struct FaultTests {
    static let all = ParlantFault.all()

    /// Asks for every trouble.
    ///
    /// - Parameters:
    ///   - table: a table that is gone, so that what reads it is not asked.
    ///   - setting: what to run first, in the same session: starting psql takes longer than all the questions.
    /// - Returns: by the troubles' names, the lines of those that are there.
    private func troubles(
        _ database: ParlantDatabase, without table: String? = nil, after setting: String = ""
    ) throws -> [String: [String]] {
        let asked = Self.all.filter { fault in table.map { !fault.rows.contains("FROM \($0) ") } ?? true }
        let questions = asked.map { "SELECT 'trouble ' || \($0.name.literal);\n\($0.rows);" }
        var found: [String: [String]] = [:]
        var name: String?
        for line in try database.lines(setting + "\n" + questions.joined(separator: "\n")) {
            if line.hasPrefix("trouble ") {
                name = String(line.dropFirst(8))
            } else if let name {
                found[name, default: []].append(line)
            }
        }
        return found
    }

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
        #expect(try troubles(Bench.healthy.get()) == [:])
    }

    @Test("each brings itself and no other", arguments: all.filter(\.isTransactional))
    func exactly(fault: ParlantFault) throws {
        let gone = fault.name == "missing table" ? "parlant_term" : nil
        let database = try Bench.scratch.get()
        // Counters are not rolled back: those of the earlier questions go first.
        let setting = "SELECT pg_stat_reset();\nBEGIN;\n\(fault.injection)"
        check(fault, brought: try troubles(database, without: gone, after: setting))
    }

    @Test("so does each that can't be taken back", arguments: all.filter { !$0.isTransactional })
    func committed(fault: ParlantFault) throws {
        let database = try Bench.healthy.get().copy(as: "fault")
        defer { try? database.drop() }
        let rows = try database.inject(fault)
        let found = try troubles(database)
        #expect(rows == found[fault.name])
        check(fault, brought: found)
    }

    @Test("a slow statement, where statements are counted")
    func slowStatement() throws {
        let database = try Bench.healthy.get().copy(as: "slow")
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
