import Diagnoses
import Foundation
import Mending

/// What runbooks find, for a terminal.
enum RunbookText {
    /// The longest cell, in characters.
    private static let longest = 60

    static func show(_ table: ResultTable) {
        guard !table.rows.isEmpty else { return Terminal.out("  (no rows)") }
        let rows = table.rows.map { row in row.map { $0.map(cell) ?? "NULL" } }
        let text = Terminal.table(table.columns.map(cell), rows)
        Terminal.out(text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
        if table.isCutOff { Terminal.out("  … and more") }
    }

    static func show(_ plan: RemedyPlan) {
        let rows = plan.count == 1 ? "1 row" : "\(plan.count) rows"
        guard plan.count > 0 else {
            return Terminal.out("\(plan.runbook) \(plan.remedy) on \(plan.database): nothing to mend.")
        }
        Terminal.out("\(plan.runbook) \(plan.remedy) on \(plan.database): \(rows) would change.")
        show(plan.examples)
        if plan.runsOutsideTransaction {
            Terminal.out("This fix can't run in a transaction, so it can't be rolled back.")
        }
    }

    /// One line without control characters, which a value in a database may hold to deceive a terminal.
    static func cell(_ text: String) -> String {
        let plain = line(text)
        return plain.count > longest ? String(plain.prefix(longest - 1)) + "…" : plain
    }

    /// The same, however long.
    static func line(_ text: String) -> String {
        String(text.unicodeScalars.map { isControl($0) ? " " : Character($0) })
    }

    /// Control characters, and those that turn the direction of writing.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }
}
