import Agent

/// The doctor's numbers for people.
enum DoctorText {
    /// The performance section; nothing where nothing could be sampled.
    static func performance(_ performance: HealthReport.Performance) -> [String] {
        var lines: [String] = []
        let several = Set((performance.statements.map(\.database) + performance.tables.map(\.database))).count > 1
        func name(_ database: String, _ text: String) -> String {
            RunbookText.cell(several ? "\(database): \(text)" : text)
        }
        if !performance.statements.isEmpty {
            let rows = performance.statements.map {
                [milliseconds($0.meanSeconds), grouped($0.calls), name($0.database, $0.query)]
            }
            lines += ["", "Slowest statements, of those called while looking:"]
            lines += indented(Terminal.table(["MEAN", "CALLS", "STATEMENT"], rows))
        }
        if !performance.tables.isEmpty {
            let rows = performance.tables.map {
                [
                    name($0.database, $0.table), size($0.bytes), grouped($0.rows), percent($0.dead),
                    $0.indexUse.map(percent) ?? "never read",
                ]
            }
            lines += ["", "Largest tables:"]
            lines += indented(Terminal.table(["TABLE", "SIZE", "ROWS", "DEAD", "READ BY INDEX"], rows))
        }
        return lines
    }

    private static func indented(_ text: String) -> [String] {
        text.split(separator: "\n").map { "  \($0)" }
    }

    /// With commas at the thousands.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    private static func milliseconds(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10_000).rounded())
        return "\(grouped(tenths / 10)).\(tenths % 10) ms"
    }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private static func size(_ bytes: Int) -> String {
        let mebibyte = 1 << 20
        if bytes < mebibyte { return "\(grouped(bytes / 1_024)) KiB" }
        return bytes < 10_240 * mebibyte ? "\(grouped(bytes / mebibyte)) MiB" : "\(grouped(bytes >> 30)) GiB"
    }
}
