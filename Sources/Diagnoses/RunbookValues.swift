package import Drivers
package import Runbooks

/// The values of a block's parameters, and putting them where they belong.
package enum RunbookValues {
    /// A value that is not known, or one that is missing.
    package struct Problem: Error, Hashable, Sendable {
        package let message: String
        package let remedy: String
    }

    /// Checks that every value is known and none is missing.
    ///
    /// - Parameter name: the runbook or remedy, for the message.
    package static func check(
        _ values: [String: String], against declared: [RunbookParameter], of name: String
    ) throws(Problem) {
        let known = Set(declared.map(\.name))
        if let stray = values.keys.filter({ !known.contains($0) }).min() {
            let list = known.sorted().map { "`\($0)`" }.joined(separator: ", ")
            throw Problem(
                message: "`\(name)` takes no value `\(stray)`",
                remedy: known.isEmpty ? "leave it out" : "it takes \(list)")
        }
        let missing = declared.filter { !$0.isOptional && values[$0.name] == nil }.map(\.name)
        guard missing.isEmpty else {
            let list = Set(missing).sorted()
            throw Problem(
                message: "`\(name)` needs \(list.map { "`\($0)`" }.joined(separator: " and "))",
                remedy: "add " + list.map { "--set \($0)=…" }.joined(separator: " "))
        }
    }

    /// A statement with its values as parameters of the protocol; NULL for one that is not given.
    package static func bind(
        _ statement: SQLStatement, sql: String? = nil, values: [String: String], name: String
    ) -> PostgresStatement {
        PostgresStatement(
            name: name, sql: sql ?? statement.sql,
            parameters: statement.parameters.map { values[$0].map { .text($0) } ?? .null })
    }
}
