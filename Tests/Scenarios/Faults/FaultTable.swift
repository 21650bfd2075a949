import Foundation
import Synchronization

/// What each fault did to the agent, as a table for people: printed, and written to `TOCSIN_FAULT_TABLE` where set.
enum FaultTable {
    struct Row {
        let fault: String
        let injected: String
        /// What the agent said of it: from its log or its metrics.
        let said: String
        /// From the end of the fault until the agent was well again; nil where it never was unwell.
        let recovered: TimeInterval?
        let due: Int
        let delivered: Int
    }

    private static let heading = """
        | fault | injected by | what the agent said | well again after | notifications due | lost |
        |---|---|---|---|---|---|
        """
    private static let rows = Mutex<[String]>([])

    static func add(_ row: Row) {
        let after = row.recovered.map { String(format: "%.1f s", $0) } ?? "was never unwell"
        let said = row.said.split(whereSeparator: \.isNewline).joined(separator: " ").split(separator: "|").joined(
            separator: "/")
        let short = said.count > 260 ? "\(said.prefix(257))…" : said
        let line = "| \(row.fault) | \(row.injected) | \(short) | \(after) | \(row.due) | \(row.due - row.delivered) |"
        print("fault: \(line)")
        let all = rows.withLock { rows in
            rows.append(line)
            return rows.sorted()
        }
        guard let path = ProcessInfo.processInfo.environment["TOCSIN_FAULT_TABLE"] else { return }
        try? ([heading] + all).joined(separator: "\n").appending("\n").write(
            toFile: path, atomically: true, encoding: .utf8)
    }
}
