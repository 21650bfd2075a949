import PromQL

/// One line of a text of metrics, read from the left.
struct TextFormatLine {
    private let bytes: ArraySlice<UInt8>
    private let number: Int
    private var position: Int

    init(_ line: ArraySlice<UInt8>, number: Int) {
        bytes = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        self.number = number
        position = line.startIndex
    }

    var isAtEnd: Bool { position == bytes.endIndex }

    private var next: UInt8? { isAtEnd ? nil : bytes[position] }

    /// A mistake at the present place.
    func error(_ message: String) -> TextFormatError {
        let column = String(decoding: bytes[..<position], as: UTF8.self).count + 1
        return TextFormatError(line: number, column: column, message: message)
    }

    mutating func skipBlanks() {
        while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { position += 1 }
    }

    /// Takes the character if it stands here.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    // MARK: Comments

    /// Reads what follows `#`; true when it is the `EOF` of OpenMetrics.
    mutating func readComment(_ dialect: TextFormat.Dialect) throws(TextFormatError) -> Bool {
        skipBlanks()
        let keyword = takeWord()
        switch keyword {
        case "TYPE":
            skipBlanks()
            _ = try next == UInt8(ascii: "\"") ? readQuoted() : readName(allowing: UInt8(ascii: ":"))
            skipBlanks()
            let type = takeWord()
            guard Self.types.contains(type.lowercased()) else { throw error("`\(type)` is no type of a metric") }
            return false
        case "EOF":
            return dialect == .openMetrics && isAtEnd
        case _:
            return false
        }
    }

    private static let types: Set<String> = [
        "counter", "gauge", "histogram", "gaugehistogram", "summary", "untyped", "unknown", "info", "stateset",
    ]

    private mutating func takeWord() -> String {
        let start = position
        while let byte = next, byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    // MARK: Samples

    /// Reads `name{labels} value [timestamp] [# exemplar]`.
    mutating func readSample(_ dialect: TextFormat.Dialect) throws(TextFormatError) -> (Labels, Double) {
        var pairs: [(String, String)] = []
        if next != UInt8(ascii: "{") { pairs.append((Labels.metricName, try readName(allowing: UInt8(ascii: ":")))) }
        skipBlanks()
        if take("{") { try readLabels(into: &pairs) }
        guard pairs.contains(where: { $0.0 == Labels.metricName }) else { throw error("the metric has no name") }
        skipBlanks()
        let value = try readNumber("the value")
        skipBlanks()
        if let byte = next, byte != UInt8(ascii: "#") {
            let time = try readNumber("the timestamp")
            guard time.isFinite else { throw error("the timestamp is not a finite number") }
            skipBlanks()
        }
        if dialect == .openMetrics, take("#") { return (Labels(pairs), value) }
        guard isAtEnd else { throw error("there is something after the sample") }
        return (Labels(pairs), value)
    }

    /// Reads up to the closing brace; a lone quoted string is the metric's name (text format 1.0.0).
    private mutating func readLabels(into pairs: inout [(String, String)]) throws(TextFormatError) {
        while true {
            skipBlanks()
            if take("}") { return }
            let isQuoted = next == UInt8(ascii: "\"")
            let name = try isQuoted ? readQuoted() : readName(allowing: nil)
            skipBlanks()
            if take("=") {
                skipBlanks()
                guard next == UInt8(ascii: "\"") else {
                    throw error("the value of the label `\(name)` is not in quotes")
                }
                let value = try readQuoted()
                guard !pairs.contains(where: { $0.0 == name }) else { throw error("the label `\(name)` stands twice") }
                pairs.append((name, value))
            } else if isQuoted, !pairs.contains(where: { $0.0 == Labels.metricName }) {
                pairs.append((Labels.metricName, name))
            } else {
                throw error("`=` is missing after the label `\(name)`")
            }
            skipBlanks()
            guard take(",") || next == UInt8(ascii: "}") else { throw error("`,` or `}` is missing") }
        }
    }

    private mutating func readName(allowing extra: UInt8?) throws(TextFormatError) -> String {
        let start = position
        while let byte = next, Self.isLetter(byte) || byte == extra || (position > start && Self.isDigit(byte)) {
            position += 1
        }
        guard position > start else { throw error("a name is missing") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Reads a quoted string with the escapes `\\`, `\"` and `\n`; any other backslash stays as it is.
    private mutating func readQuoted() throws(TextFormatError) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                switch next {
                case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
                case .some(let other): text += [byte, other]
                case .none: throw error("the quotes are not closed")
                }
                position += 1
            case _:
                text.append(byte)
            }
        }
        throw error("the quotes are not closed")
    }

    /// Reads a number as Go writes it; `_` and hexadecimal floats are refused, as Prometheus does.
    private mutating func readNumber(_ what: String) throws(TextFormatError) -> Double {
        let start = position
        let word = takeWord()
        if let value = Double(word), !word.contains(where: { "xXpP(".contains($0) }) { return value }
        position = start
        throw error(word.isEmpty ? "\(what) is missing" : "\(what) `\(word)` is not a number")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
