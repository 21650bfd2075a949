import Support
import Testing

/// Each trouble, on a copy of the healthy database.
@Suite("Parlant faults")
struct FaultTests {
    static let all = ParlantFault.all()

    /// The names of the troubles that a database has.
    ///
    /// - Parameter table: a table that is gone, so that what reads it is not asked.
    private func troubles(_ database: ParlantDatabase, without table: String?) throws -> Set<String> {
        let asked = Self.all.filter { fault in
            table.map { !fault.rows.contains("FROM \($0) ") } ?? true
        }
        // All queries in one session: starting psql takes longer than they do.
        let script = asked.map { "SELECT 'trouble ' || \($0.name.literal);\n\($0.rows);" }
        var found: Set<String> = []
        var name = ""
        for line in try database.lines(script.joined(separator: "\n")) {
            if line.hasPrefix("trouble ") { name = String(line.dropFirst(8)) } else { found.insert(name) }
        }
        return found
    }

    @Test("names are unique")
    func names() {
        #expect(Set(Self.all.map(\.name)).count == Self.all.count)
    }

    @Test("healthy data has none")
    func healthy() throws {
        let database = try Bench.healthy.get()
        for fault in Self.all {
            #expect(try database.rows(of: fault) == [], "\(fault)")
        }
    }

    @Test("each brings itself and no other", arguments: all)
    func exactly(fault: ParlantFault) throws {
        let database = try Bench.healthy.get().copy(as: "fault")
        defer { try? database.drop() }
        let rows = try database.inject(fault)
        #expect(rows.count == fault.count ?? rows.count, "\(rows)")
        #expect(!rows.isEmpty)
        let found = try troubles(database, without: fault.name == "missing table" ? rows.first : nil)
        #expect(found.contains(fault.name))
        #expect(found.subtracting(fault.brings) == [fault.name])
    }
}
