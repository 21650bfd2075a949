import Foundation
import PromQL
import Synchronization

/// What the laboratory saw, as one table for people: printed at its end, and written to `TOCSIN_LAB_TABLE` where set.
enum LabTable {
    private static let heading = """
        | trouble | alert | detected after | evidence | mended by | clear after |
        |---|---|---|---|---|---|
        """
    private static let rows = Mutex<[String]>([])

    /// - Parameters:
    ///   - after: nil where nothing had to be detected.
    ///   - cleared: nil where nothing had to clear.
    static func add(
        _ trouble: String, alerts: Set<String>, after: Duration?, evidence: String, mendedBy: String, cleared: Duration?
    ) {
        let cells = [
            trouble, alerts.sorted().joined(separator: ", "), after?.promQL ?? "", evidence, mendedBy,
            cleared?.promQL ?? "",
        ]
        rows.withLock { $0.append("| \(cells.joined(separator: " | ")) |") }
        guard let path = ProcessInfo.processInfo.environment["TOCSIN_LAB_TABLE"] else { return }
        try? text.appending("\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    static var text: String { ([heading] + rows.withLock { $0.sorted() }).joined(separator: "\n") }
    static var count: Int { rows.withLock { $0.count } }
}
