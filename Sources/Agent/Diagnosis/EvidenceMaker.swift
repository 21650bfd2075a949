package import Alerting
import Diagnoses
package import Drivers
package import PromQL
package import Runbooks

/// Makes evidence of one block of a runbook on one database.
package struct EvidenceMaker: Sendable {
    let block: RunbookBlock
    /// `blocking/tree on main`.
    let title: String
    let schema: String

    package init(block: RunbookBlock, title: String, schema: String) {
        self.block = block
        self.title = title
        self.schema = schema
    }

    /// The block that a name such as `blocking/tree` means; nil where there is none.
    package static func block(_ name: String, in shelf: RunbookShelf) -> RunbookBlock? {
        guard let slash = name.lastIndex(of: "/") else { return nil }
        let block = name[name.index(after: slash)...]
        return shelf.runbook(String(name[..<slash]))?.diagnoses.first { $0.name == String(block) }
    }

    /// The values that a block takes from an alert's labels.
    ///
    /// - Returns: nil where a value that it can't do without is in none.
    package static func values(of block: RunbookBlock, from labels: Labels) -> [String: String]? {
        var values: [String: String] = [:]
        for parameter in block.parameters {
            if let value = labels[parameter.name] {
                values[parameter.name] = value
            } else if !parameter.isOptional {
                return nil
            }
        }
        return values
    }

    /// Runs the block's query; what goes wrong is told in the evidence.
    package func evidence(
        values: [String: String], over connection: PostgresConnection, at now: Timestamp
    ) async -> Evidence {
        guard let statement = block.statements.first else {
            return Self.failed(title, "the block has no statement", at: now)
        }
        let diagnoser = Diagnoser(connection, schema: schema, deadline: DiagnosisLimits.total)
        do {
            let table = try await diagnoser.look(
                statement, of: block, values: values, limit: DiagnosisLimits.rows, isCounting: true)
            return Evidence(
                title: title, columns: table.columns.map { Evidence.cell($0) },
                rows: table.rows.map { $0.map { Evidence.cell($0) } }, omittedRows: table.omitted ?? 0, takenAt: now)
        } catch let error as PostgresError {
            var reason = Self.reason(error)
            if error.sqlState == "42501" {
                let grants = await diagnoser.missingGrants(for: statement)
                // The driver guesses from the message; the catalogue knows.
                if !grants.isEmpty { reason = "\(error.message); mend it with: \(grants.joined(separator: "; "))" }
            }
            return Self.failed(title, reason, at: now)
        } catch {
            return Self.failed(title, "\(error)", at: now)
        }
    }

    static func failed(_ title: String, _ reason: String, at now: Timestamp) -> Evidence {
        Evidence(
            title: title, columns: [], rows: [], failure: Evidence.cell(reason, atMost: Evidence.longestFailure),
            takenAt: now)
    }

    private static func reason(_ error: PostgresError) -> String {
        switch (error.kind, error.sqlState ?? "") {
        case (.timeout, _), (_, "57014"):
            "it did not end within \(DiagnosisLimits.statement.promQL), and was cancelled"
        case (_, "55P03"): "it waited too long for a lock"
        case (_, "42P01") where error.message.contains("pg_stat_statements"):
            "\(error.message); mend it with: CREATE EXTENSION pg_stat_statements"
        default: [error.message, error.hint].compactMap { $0 }.joined(separator: "; ")
        }
    }
}
