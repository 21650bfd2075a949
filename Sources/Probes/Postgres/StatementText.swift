/// The text of a statement as it may be shown.
enum StatementText {
    /// The text with every quoted string as `'…'` and without comments; names in double quotes and parameters stay.
    ///
    /// A string that does not end, since the text was cut off, is taken to the text's end.
    static func withoutLiterals(_ text: String) -> String {
        var scanner = Scanner(rest: text.unicodeScalars[...])
        return scanner.run()
    }

    private struct Scanner {
        var rest: Substring.UnicodeScalarView
        private var shown = String.UnicodeScalarView()
        /// Whether the last thing was part of a word, in which a dollar is no quote.
        private var isInWord = false

        init(rest: Substring.UnicodeScalarView) {
            self.rest = rest
        }

        mutating func run() -> String {
            while let next = rest.first {
                if next == "'" {
                    let escapes = isInWord && (shown.last == "E" || shown.last == "e") && isPrefix
                    rest.removeFirst()
                    skip(to: "'", escapes: escapes)
                    shown.append(contentsOf: "'…'".unicodeScalars)
                    isInWord = false
                } else if next == "\"" {
                    copyName()
                } else if rest.starts(with: "--".unicodeScalars) {
                    rest = rest.drop { $0 != "\n" }
                    separate()
                } else if rest.starts(with: "/*".unicodeScalars) {
                    skipComment()
                    separate()
                } else if next == "$", !isInWord, let tag = dollarTag {
                    rest = rest.dropFirst(tag.count)
                    skipDollarQuoted(tag)
                    shown.append(contentsOf: "'…'".unicodeScalars)
                } else {
                    isInWord = next == "_" || next == "$" || next.properties.isAlphabetic || ("0"..."9").contains(next)
                    shown.append(next)
                    rest.removeFirst()
                }
            }
            return String(shown)
        }

        /// Whether the last letter stands alone, as the E of an escape string does.
        private var isPrefix: Bool {
            guard let before = shown.dropLast().last else { return true }
            return !(before == "_" || before == "$" || before.properties.isAlphabetic || ("0"..."9").contains(before))
        }

        private mutating func separate() {
            shown.append(" ")
            isInWord = false
        }

        /// Past the closing quote; a doubled one does not close.
        private mutating func skip(to quote: Unicode.Scalar, escapes: Bool) {
            while let next = rest.popFirst() {
                if escapes, next == "\\" {
                    rest = rest.dropFirst()
                } else if next == quote {
                    guard rest.first == quote else { return }
                    rest.removeFirst()
                }
            }
        }

        private mutating func copyName() {
            let start = rest
            rest.removeFirst()
            skip(to: "\"", escapes: false)
            shown.append(contentsOf: start[start.startIndex..<rest.startIndex])
            isInWord = false
        }

        /// Comments may hold comments.
        private mutating func skipComment() {
            var depth = 0
            while !rest.isEmpty {
                if rest.starts(with: "/*".unicodeScalars) {
                    depth += 1
                    rest = rest.dropFirst(2)
                } else if rest.starts(with: "*/".unicodeScalars) {
                    depth -= 1
                    rest = rest.dropFirst(2)
                    if depth == 0 { return }
                } else {
                    rest.removeFirst()
                }
            }
        }

        /// `$$` or `$tag$` where the rest begins with one; nil for a parameter.
        private var dollarTag: [Unicode.Scalar]? {
            let name = rest.dropFirst().prefix { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }
            guard name.first.map({ !("0"..."9").contains($0) }) ?? true, rest.dropFirst(name.count + 1).first == "$"
            else {
                return nil
            }
            return Array(rest.prefix(name.count + 2))
        }

        private mutating func skipDollarQuoted(_ tag: [Unicode.Scalar]) {
            while !rest.isEmpty {
                if rest.starts(with: tag) {
                    rest = rest.dropFirst(tag.count)
                    return
                }
                rest.removeFirst()
            }
        }
    }
}
