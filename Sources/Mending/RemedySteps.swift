import Diagnoses
import Drivers
import Runbooks

/// A remedy's statements with their values, ready to be sent.
struct RemedySteps: Sendable {
    private let previewStatement: SQLStatement?
    private let verifyStatement: SQLStatement?
    private let values: [String: String]
    let name: String
    /// Each statement of the fix.
    let fix: [(source: SQLStatement, bound: PostgresStatement)]

    init(_ remedy: Remedy, values: [String: String]) {
        name = remedy.name
        self.values = values
        previewStatement = remedy.preview.statements.first
        verifyStatement = remedy.verify.statements.first
        fix = remedy.fix.statements.map { statement in
            (statement, RunbookValues.bind(statement, values: values, name: "fix, line \(statement.line)"))
        }
    }

    /// The first rows that would be changed, and one more where there is.
    func preview(limit: Int) -> PostgresStatement {
        wrapped(previewStatement, "preview", "SELECT * FROM", " LIMIT \(limit + 1)")
    }

    /// How many rows would be changed.
    func count(_ transaction: PostgresTransaction) async throws -> Int {
        let rows = try await transaction.query(wrapped(previewStatement, "preview", "SELECT count(*) AS rows FROM", ""))
        guard let count = try rows.first?.int("rows") else {
            throw MendingFailure(.rolledBack, "the preview gives no count")
        }
        return Int(count)
    }

    /// What is still wrong, as one line; nil where nothing is.
    func verify(_ transaction: PostgresTransaction, sensitive: Set<String>) async throws -> String? {
        let rows = try await transaction.query(wrapped(verifyStatement, "verify", "SELECT * FROM", " LIMIT 4"))
        let table = try ResultTable(rows, limit: 3, sensitive: sensitive)
        guard !table.rows.isEmpty else { return nil }
        let lines = table.rows.map { row in
            zip(table.columns, row).map { "\($0)=\($1 ?? "NULL")" }.joined(separator: " ")
        }
        return lines.joined(separator: "; ") + (table.isCutOff ? "; and more" : "")
    }

    private func wrapped(
        _ statement: SQLStatement?, _ kind: String, _ before: String, _ after: String
    ) -> PostgresStatement {
        guard let statement else { return PostgresStatement(name: kind, sql: "SELECT 0 AS rows WHERE false") }
        // A line of its own for the bracket, since the query may end with a comment.
        return RunbookValues.bind(
            statement, sql: "\(before) (\n\(statement.sql)\n) AS \(kind)\(after)", values: values,
            name: "\(kind), line \(statement.line)")
    }
}
