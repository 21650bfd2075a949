package import PromQL

/// Reads matchers as Alertmanager's routes write them: `a="b"`, `a =~ b|c`, `{a="b",c!="d"}`.
package struct MatcherText {
    /// Why a text is no list of matchers.
    package struct Problem: Error, Hashable {
        package let message: String
        /// The place in the text, from 1, in characters.
        let column: Int
        let remedy: String?
    }

    private let characters: [Character]
    private var place = 0

    private init(_ text: String) {
        characters = Array(text)
    }

    /// The matchers in the text, in its order.
    package static func parse(_ text: String) throws(Problem) -> [Matcher] {
        var parser = MatcherText(text)
        return try parser.list()
    }

    private mutating func list() throws(Problem) -> [Matcher] {
        var found: [Matcher] = []
        skipSpace()
        let braced = take("{")
        skipSpace()
        while place < characters.count, characters[place] != "}" {
            found.append(try matcher())
            skipSpace()
            guard take(",") else { break }
            skipSpace()
        }
        if braced && !take("}") { throw problem("a `}` is missing", remedy: nil) }
        skipSpace()
        guard place == characters.count else {
            throw problem("`\(String(characters[place...]))` is too much here", remedy: "divide matchers with commas")
        }
        return found
    }

    private mutating func matcher() throws(Problem) -> Matcher {
        let nameStart = place
        let name: String
        if place < characters.count, characters[place] == "\"" {
            name = try quoted()
        } else {
            name = takeWhile { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        }
        let remedy = "write a matcher as `name=\"value\"` or `name=~\"one|two\"`"
        guard !name.isEmpty else { throw problem("a label name is missing", remedy: remedy) }
        guard LabelName.isValid(name) else {
            throw Problem(message: "`\(name)` is not a label name", column: nameStart + 1, remedy: remedy)
        }
        skipSpace()
        guard let operation = takeOperation() else {
            throw problem("one of `=`, `!=`, `=~`, `!~` is missing after `\(name)`", remedy: remedy)
        }
        skipSpace()
        let valueStart = place
        let value: String
        if place < characters.count, characters[place] == "\"" {
            value = try quoted()
        } else {
            value = takeWhile { $0 != "," && $0 != "}" && $0 != "\"" }.trimmingSpacesAtEnd
        }
        do {
            return try Matcher(name, operation, value)
        } catch {
            throw Problem(
                message: "the regular expression of `\(name)` can't be used: \(error.message)",
                column: valueStart + 1, remedy: "expressions are RE2's, and match the whole value")
        }
    }

    private mutating func takeOperation() -> Matcher.Operation? {
        for (text, operation) in [("=~", Matcher.Operation.matches), ("!~", .notMatches), ("!=", .notEqual)]
        where place + 1 < characters.count && String(characters[place...place + 1]) == text {
            place += 2
            return operation
        }
        return take("=") ? .equal : nil
    }

    private mutating func quoted() throws(Problem) -> String {
        let start = place
        place += 1
        var value = ""
        while place < characters.count {
            let character = characters[place]
            place += 1
            if character == "\"" { return value }
            guard character == "\\", place < characters.count else {
                value.append(character)
                continue
            }
            switch characters[place] {
            case "n": value.append("\n")
            case "\"": value.append("\"")
            case "\\": value.append("\\")
            case let other: value += "\\" + String(other)
            }
            place += 1
        }
        throw Problem(message: "a quotation mark is not closed", column: start + 1, remedy: nil)
    }

    private mutating func take(_ character: Character) -> Bool {
        guard place < characters.count, characters[place] == character else { return false }
        place += 1
        return true
    }

    private mutating func takeWhile(_ accepted: (Character) -> Bool) -> String {
        let start = place
        while place < characters.count, accepted(characters[place]) { place += 1 }
        return String(characters[start..<place])
    }

    private mutating func skipSpace() { _ = takeWhile { $0.isWhitespace } }

    private func problem(_ message: String, remedy: String?) -> Problem {
        Problem(message: message, column: place + 1, remedy: remedy)
    }
}

/// The names that labels and metrics may have.
enum LabelName {
    /// Letters, digits and `_`, not beginning with a digit.
    static func isValid(_ name: String) -> Bool { isValid(name, also: []) }

    /// As a label's, and `:` as well.
    static func isValidMetric(_ name: String) -> Bool { isValid(name, also: [":"]) }

    private static func isValid(_ name: String, also further: Set<Unicode.Scalar>) -> Bool {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return name.unicodeScalars.allSatisfy { scalar in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_" || further.contains(scalar)
        }
    }
}

extension String {
    fileprivate var trimmingSpacesAtEnd: String {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
