/// Splits SQL at its semicolons and numbers its parameters, by PostgreSQL's rules for texts, identifiers, dollar quotes
/// and comments (with `standard_conforming_strings` on, as it is by default).
///
/// A parameter is written as psql does it: `:'name'`. It becomes `$1` and so on, never a text within the statement.
package struct SQLScanner {
    /// What is wrong with a text, and in which of its lines, from 1.
    package struct Failure: Error, Hashable, Sendable {
        package let line: Int
        package let message: String
        package let remedy: String
    }

    /// How many words of a statement are kept to tell what it is.
    private static let openingLength = 12

    private let bytes: [UInt8]
    private var place = 0
    private var line: Int
    private var statements: [SQLStatement] = []

    // The statement that is being read.
    private var sql: [UInt8] = []
    private var startLine: Int?
    private var parameters: [String] = []
    private var opening: [SQLStatement.Word] = []
    private var depth = 0

    private init(_ text: String, firstLine: Int) {
        bytes = Array(text.utf8)
        line = firstLine
    }

    /// The statements of a text; parts that hold only comments are left out.
    ///
    /// - Parameter firstLine: the number of the text's first line in its file.
    package static func statements(of text: String, firstLine: Int = 1) throws(Failure) -> [SQLStatement] {
        var scanner = SQLScanner(text, firstLine: firstLine)
        return try scanner.scan()
    }

    private mutating func scan() throws(Failure) -> [SQLStatement] {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: ";") where depth <= 0:
                place += 1
                endStatement()
            case UInt8(ascii: "-") where peek(1) == byte: copyLineComment()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): try copyBlockComment()
            case UInt8(ascii: "'"): try copyText(escapes: false)
            case UInt8(ascii: "\""): try copyIdentifier()
            case UInt8(ascii: "$"): try copyDollar()
            case UInt8(ascii: ":"): try copyColon()
            case _ where Self.beginsWord(byte): try copyWord()
            case _ where Self.isBlank(byte): copy()
            case _ where Self.isDigit(byte): copyNumber()
            default:
                if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") { depth -= 1 }
                note(.mark(Character(Unicode.Scalar(byte))))
                copy()
            }
        }
        endStatement()
        return statements
    }

    // MARK: Reading on

    private func peek(_ offset: Int = 0) -> UInt8? {
        bytes.indices.contains(place + offset) ? bytes[place + offset] : nil
    }

    /// Takes the next byte over into the statement.
    private mutating func copy() {
        guard let byte = peek() else { return }
        if byte == UInt8(ascii: "\n") { line += 1 }
        sql.append(byte)
        place += 1
    }

    private mutating func note(_ word: SQLStatement.Word) {
        if startLine == nil { startLine = line }
        if opening.count < Self.openingLength { opening.append(word) }
    }

    private mutating func endStatement() {
        if let startLine {
            let text = String(decoding: sql, as: UTF8.self)
            statements.append(
                SQLStatement(
                    sql: text.trimmingBlanks, line: startLine, parameters: parameters, opening: opening))
        }
        sql = []
        startLine = nil
        parameters = []
        opening = []
        depth = 0
    }

    // MARK: Comments

    private mutating func copyLineComment() {
        while let byte = peek(), byte != UInt8(ascii: "\n") { copy() }
    }

    private mutating func copyBlockComment() throws(Failure) {
        let began = line
        var open = 0
        while peek() != nil {
            if peek() == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                open += 1
                copy()
                copy()
            } else if peek() == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                open -= 1
                copy()
                copy()
                if open == 0 { return }
            } else {
                copy()
            }
        }
        throw Failure(line: began, message: "a comment has no end", remedy: "end it with `*/`; comments nest")
    }

    // MARK: Texts and names

    /// A text in single quotes. One with backslash escapes goes on, with them, after a line break.
    private mutating func copyText(escapes: Bool) throws(Failure) {
        let began = line
        note(.mark("'"))
        copy()
        while let byte = peek() {
            if escapes, byte == UInt8(ascii: "\\") {
                copy()
                copy()
            } else if byte == UInt8(ascii: "'") {
                copy()
                if peek() == UInt8(ascii: "'") {
                    copy()
                } else if escapes, continuesOnNextLine() {
                    while peek() != UInt8(ascii: "'") { copy() }
                    copy()
                } else {
                    return
                }
            } else {
                copy()
            }
        }
        throw Failure(line: began, message: "a text has no end", remedy: "end it with `'`; write a quote in it as `''`")
    }

    /// Whether blanks with a line break among them, and then a quote, follow.
    private func continuesOnNextLine() -> Bool {
        var ahead = 0
        var sawBreak = false
        while let byte = peek(ahead), Self.isBlank(byte) {
            sawBreak = sawBreak || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            ahead += 1
        }
        return sawBreak && peek(ahead) == UInt8(ascii: "'")
    }

    private mutating func copyIdentifier() throws(Failure) {
        let began = line
        var name: [UInt8] = []
        copy()
        while let byte = peek() {
            copy()
            if byte == UInt8(ascii: "\"") {
                guard peek() == byte else {
                    note(.quoted(String(decoding: name, as: UTF8.self)))
                    return
                }
                copy()
            }
            name.append(byte)
        }
        throw Failure(line: began, message: "a name in double quotes has no end", remedy: "end it with `\"`")
    }

    private mutating func copyWord() throws(Failure) {
        let start = place
        while let byte = peek(), Self.continuesWord(byte) { copy() }
        let word = String(decoding: bytes[start..<place], as: UTF8.self)
        if peek() == UInt8(ascii: "'"), word == "E" || word == "e" { return try copyText(escapes: true) }
        note(.bare(word.uppercased()))
    }

    private mutating func copyNumber() {
        note(.mark("0"))
        while let byte = peek(), Self.continuesWord(byte) || byte == UInt8(ascii: ".") { copy() }
    }

    // MARK: Dollars and colons

    /// `$tag$ … $tag$`; a lone dollar is taken over as it is.
    private mutating func copyDollar() throws(Failure) {
        var end = place + 1
        while bytes.indices.contains(end), Self.continuesTag(bytes[end], isFirst: end == place + 1) { end += 1 }
        guard bytes.indices.contains(end), bytes[end] == UInt8(ascii: "$") else {
            if let next = peek(1), Self.isDigit(next) {
                throw Failure(
                    line: line, message: "a numbered parameter can't be filled",
                    remedy: "write a parameter as `:'name'`")
            }
            note(.mark("$"))
            return copy()
        }
        let began = line
        let tag = bytes[place...end]
        note(.mark("$"))
        for _ in tag { copy() }
        while peek() != nil {
            if peek() == UInt8(ascii: "$"), bytes[place...].starts(with: tag) {
                for _ in tag { copy() }
                return
            }
            copy()
        }
        throw Failure(
            line: began, message: "a dollar quote has no end",
            remedy: "end it with `\(String(decoding: tag, as: UTF8.self))`")
    }

    /// A cast, a parameter, or a colon as in a slice.
    private mutating func copyColon() throws(Failure) {
        if peek(1) == UInt8(ascii: ":") || peek(1) == UInt8(ascii: "=") {
            copy()
            return copy()
        }
        guard let quote = peek(1), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return copy() }
        var end = place + 2
        while bytes.indices.contains(end), Self.continuesWord(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
        guard end > place + 2, bytes.indices.contains(end), bytes[end] == quote else { return copy() }
        let name = String(decoding: bytes[(place + 2)..<end], as: UTF8.self)
        guard quote == UInt8(ascii: "'") else {
            throw Failure(
                line: line, message: "`:\"\(name)\"` would be a name, and only values can be parameters",
                remedy: "write a value as `:'\(name)'`, or make a remedy for each name")
        }
        note(.mark(":"))
        let number: Int
        if let known = parameters.firstIndex(of: name) {
            number = known + 1
        } else {
            parameters.append(name)
            number = parameters.count
        }
        sql += Array("$\(number)".utf8)
        place = end + 1
    }

    // MARK: Bytes

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func beginsWord(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
    private static func continuesWord(_ byte: UInt8) -> Bool {
        beginsWord(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
    }
    private static func continuesTag(_ byte: UInt8, isFirst: Bool) -> Bool {
        beginsWord(byte) || (!isFirst && isDigit(byte))
    }
}

extension StringProtocol {
    /// Without blanks and line breaks at both ends.
    var trimmingBlanks: String {
        let start = drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
