import Agent

/// What diagnoses found, for a terminal.
enum EvidenceText {
    /// The title with the time, and the table below it.
    static func text(_ evidence: EvidenceView, of what: String) -> String {
        let time = evidence.time.map { " at \($0)" } ?? ""
        return "\(RunbookText.cell(what)): \(RunbookText.cell(evidence.title))\(time)\n\(body(evidence))"
    }

    private static func body(_ evidence: EvidenceView) -> String {
        if let failure = evidence.failure { return "  no evidence: \(RunbookText.line(failure))" }
        guard !evidence.rows.isEmpty else { return "  (no rows)" }
        // A row may be shorter than the heading in an old history.
        let rows = evidence.rows.map { row in
            evidence.columns.indices.map { $0 < row.count ? RunbookText.cell(row[$0]) : "" }
        }
        let table = Terminal.table(evidence.columns.map(RunbookText.cell), rows)
        let more = evidence.omittedRows > 0 ? "\n  … and \(evidence.omittedRows) more" : ""
        return table.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n") + more
    }
}
