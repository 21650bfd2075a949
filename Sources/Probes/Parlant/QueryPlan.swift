import Foundation

/// The shape of a plan that EXPLAIN gave as JSON.
struct QueryPlan {
    /// The tables that it reads from beginning to end; empty where the text is no plan.
    static func tablesReadWhole(_ text: String) -> Set<String> {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else { return [] }
        var tables: Set<String> = []
        collect(value, into: &tables)
        return tables
    }

    private static func collect(_ value: JSONValue, into tables: inout Set<String>) {
        switch value {
        case .list(let elements):
            for element in elements { collect(element, into: &tables) }
        case .object(let fields):
            if case .text("Seq Scan")? = fields["Node Type"], case .text(let table)? = fields["Relation Name"] {
                tables.insert(table)
            }
            for field in fields.values { collect(field, into: &tables) }
        default: break
        }
    }

    private init() {}
}
