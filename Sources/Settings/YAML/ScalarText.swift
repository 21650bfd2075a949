import Alerting
import Yams

/// A text in a YAML file that has a grammar of its own, such as an expression: finds places inside it in the file.
///
/// YAML folds, unquotes and unindents, but it never changes, adds or drops anything but white space (and escapes). So
/// the n-th visible character of the text is the n-th visible character in the file.
struct ScalarText {
    let text: String
    private let style: Node.Scalar.Style
    private let mark: Place
    private let source: SourceText

    /// Nil where the value is no single text.
    init?(_ value: YAMLValue) {
        guard let scalar = value.node.scalar else { return nil }
        text = scalar.string
        style = scalar.style
        mark = value.node.place ?? .start
        source = value.reader.document.source
    }

    /// The place in the file of a line and column of the text, both from 1.
    func location(line: Int, column: Int) -> SourceLocation {
        let scalars = Array(text.unicodeScalars)
        var start = 0
        for _ in 1..<max(1, line) {
            guard let end = scalars[start...].firstIndex(of: "\n") else { break }
            start = end + 1
        }
        let target = min(scalars.count, start + max(0, column - 1))
        let before = scalars[..<target].count { !$0.isSpace }
        let visible = target < scalars.count && !scalars[target].isSpace
        return place(ofVisible: visible ? before : before - 1, after: !visible)
    }

    /// The place of the visible character of this number, from 0, or the one after it.
    private func place(ofVisible wanted: Int, after: Bool) -> SourceLocation {
        var walk = Walk(source: source, mark: mark, style: style)
        var last: (line: Int, column: Int)?
        var count = -1
        while let next = walk.nextVisible() {
            last = next
            count += 1
            if count == wanted { return source.location(line: next.line, column: next.column + (after ? 1 : 0)) }
        }
        guard let last else { return source.location(line: mark.line, column: mark.column) }
        return source.location(line: last.line, column: last.column + 1)
    }
}

extension ScalarText {
    /// Walks over the visible characters of a scalar as it stands in the file.
    private struct Walk {
        private let source: SourceText
        private let style: Node.Scalar.Style
        private var line: Int
        private var column: Int
        private var current: [Unicode.Scalar] = []

        init(source: SourceText, mark: Place, style: Node.Scalar.Style) {
            self.source = source
            self.style = style
            line = mark.line
            column = mark.column
            load()
            skipProperties()
            switch style {
            case .literal, .folded: newLine()
            case .singleQuoted, .doubleQuoted: column += 1
            case .plain, .any: break
            }
        }

        private mutating func load() {
            current = source.lines.indices.contains(line - 1) ? Array(source.lines[line - 1].unicodeScalars) : []
        }

        private mutating func newLine() {
            line += 1
            column = 1
            load()
        }

        /// An anchor or a tag stands before the text itself.
        private mutating func skipProperties() {
            while column <= current.count {
                if current[column - 1] == "&" || current[column - 1] == "!" {
                    while column <= current.count, !current[column - 1].isSpace { column += 1 }
                } else if current[column - 1].isSpace {
                    column += 1
                } else {
                    return
                }
            }
        }

        mutating func nextVisible() -> (line: Int, column: Int)? {
            while line <= source.lines.count {
                guard column <= current.count else {
                    newLine()
                    continue
                }
                let place = (line: line, column: column)
                let scalar = current[column - 1]
                column += 1
                if style == .singleQuoted, scalar == "'" {
                    guard column <= current.count, current[column - 1] == "'" else { return nil }
                    column += 1
                } else if style == .doubleQuoted, scalar == "\"" {
                    return nil
                } else if style == .doubleQuoted, scalar == "\\" {
                    guard column <= current.count else { continue }
                    guard skipEscape() else { continue }
                } else if scalar.isSpace {
                    continue
                }
                return place
            }
            return nil
        }

        /// Passes the rest of an escape; false where it stands for white space.
        private mutating func skipEscape() -> Bool {
            let kind = current[column - 1]
            column += 1
            switch kind {
            case "x": column += 2
            case "u": column += 4
            case "U": column += 8
            case "n", "t", "r", " ", "_", "v", "f", "N", "L", "P": return false
            default: break
            }
            return true
        }
    }
}

extension Unicode.Scalar {
    /// Whether YAML may add, drop or change it.
    fileprivate var isSpace: Bool { self == " " || self == "\t" || self == "\n" || self == "\r" }
}
