/// Cleans and shortens texts that come from labels, annotations and query results, and may hold anything.
enum SafeText {
    /// Without control characters and marks that turn the direction of writing; line ends become line feeds.
    static func cleaned(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
        guard text.unicodeScalars.contains(where: { $0 == "\r" || isUnwanted($0) }) else { return text }
        var kept = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" || (scalar == "\n" && previous == "\r") {
                if scalar == "\r" { kept.append("\n") }
            } else if !isUnwanted(scalar) {
                kept.append(scalar)
            }
            previous = scalar
        }
        return String(kept)
    }

    /// Cleaned, and on one line with single spaces.
    static func line(_ text: String) -> String {
        cleaned(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// As `line`, of the text's beginning only: a cell of a megabyte must not cost a megabyte's work.
    static func line(_ text: String, atMost scalars: Int) -> String {
        line(String(text.unicodeScalars.prefix(scalars)))
    }

    /// At most `limit` characters. What is cut off is counted: `abc… (97 more characters)`.
    static func shortened(_ text: String, to limit: Int) -> String {
        shortened(text, to: limit) { _ in 1 }
    }

    /// At most `limit` by a measure of each character.
    ///
    /// - Parameter cost: what a character takes of the limit; the mark that says how much is missing costs its count.
    static func shortened(_ text: String, to limit: Int, cost: (Character) -> Int) -> String {
        let saysHowMuch = limit > 2 * longestMark
        let room = max(0, limit - (saysHowMuch ? longestMark : 1))
        var used = 0
        var cut = text.startIndex
        var fitsAll = true
        for index in text.indices {
            used += cost(text[index])
            if used <= room { cut = text.index(after: index) }
            if used > limit {
                fitsAll = false
                break
            }
        }
        if fitsAll { return text }
        guard saysHowMuch else { return "\(text[..<cut])…" }
        let missing = text[cut...].count
        return "\(text[..<cut])… (\(NumberText.format(Double(missing))) more characters)"
    }

    /// Room for `… (1,000,000,000 more characters)`.
    private static let longestMark = 34

    private static func isUnwanted(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
