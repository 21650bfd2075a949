import Alerting
import Yams

/// A YAML file as nodes with their places, bounded in size, depth and expansion.
struct YAMLDocument {
    /// The most bytes of a file.
    static let byteLimit = 10 * 1024 * 1024
    /// The most nodes, those that aliases repeat counted each time.
    static let nodeLimit = 2_000_000

    let source: SourceText
    /// The document's node; nil where the file is empty or not readable as YAML.
    let root: Node?
    /// The names of keys that occur again later in the same mapping, by the text that stands in their place.
    let hidden: [String: String]
    /// What kept the document from being read; nil where nothing did.
    let problem: SettingsProblem?

    init(file: String, text: String, hidesSecrets: Bool) {
        let source = SourceText(file: file, text: text, hidesSecrets: hidesSecrets)
        self.source = source
        guard text.utf8.count <= Self.byteLimit else {
            (root, hidden) = (nil, [:])
            problem = SettingsProblem(
                at: source.location(line: 1, column: 1), "the file has \(text.utf8.count) bytes; 10 MiB are the most",
                remedy: "divide it into several files")
            return
        }
        var composer = Composer(source: source, text: text)
        let composed = composer.compose()
        hidden = composer.hidden
        switch composed {
        case .failure(let failure):
            (root, problem) = (nil, failure)
        case .success(let node):
            if let node, Self.exceeds(node, limit: Self.nodeLimit) {
                root = nil
                problem = SettingsProblem(
                    at: source.location(line: 1, column: 1),
                    "with its aliases expanded the file has more than \(Self.nodeLimit) values",
                    remedy: "use fewer aliases (`*name`), or divide the file")
            } else {
                (root, problem) = (node, nil)
            }
        }
    }

    private static func exceeds(_ root: Node, limit: Int) -> Bool {
        var count = 0
        var waiting = [root]
        while let node = waiting.popLast() {
            count += 1
            if count + waiting.count > limit { return true }
            switch node {
            case .scalar, .alias: break
            case .sequence(let sequence): waiting += sequence
            case .mapping(let mapping):
                for (key, value) in mapping { waiting += [key, value] }
            }
        }
        return false
    }
}

extension YAMLDocument {
    /// So many keys that occur twice are told of; each costs a reading of the whole file.
    private static let mostDuplicates = 20

    /// Reads the nodes. Yams stops at a key that occurs twice; so that everything else is looked at too, the first of
    /// the two is hidden under a name that nobody writes and composing begins anew.
    private struct Composer {
        let source: SourceText
        var lines: [String]
        var hidden: [String: String] = [:]

        init(source: SourceText, text: String) {
            self.source = source
            lines = source.lines
        }

        mutating func compose() -> Result<Node?, SettingsProblem> {
            for _ in 0...YAMLDocument.mostDuplicates {
                do {
                    // Yams keeps a pointer into the text, which must not be one of Swift's short inline strings.
                    let text = lines.joined(separator: "\n") + "\n# end of the file\n"
                    return .success(try Yams.compose(yaml: text))
                } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
                    guard let name = duplicates.first, hide(name, at: Place(context.mark)) else {
                        return .failure(problem("a key occurs twice in a mapping", at: Place(context.mark)))
                    }
                } catch {
                    return .failure(describe(error))
                }
            }
            return .failure(
                SettingsProblem(
                    at: source.location(line: 1, column: 1),
                    "more than \(YAMLDocument.mostDuplicates) keys occur twice", remedy: "keep one of each"))
        }

        private mutating func hide(_ name: String, at mark: Place) -> Bool {
            guard lines.indices.contains(mark.line - 1), !name.isEmpty, hidden.count < 6000,
                let replacement = Unicode.Scalar(0xE000 + UInt32(hidden.count))
            else { return false }
            var line = Array(lines[mark.line - 1].unicodeScalars)
            var start = mark.column - 1
            if line.indices.contains(start), line[start] == "\"" || line[start] == "'" { start += 1 }
            let old = Array(name.unicodeScalars)
            guard start >= 0, start + old.count <= line.count, Array(line[start..<start + old.count]) == old else {
                return false
            }
            let new = Array(repeating: replacement, count: old.count)
            line.replaceSubrange(start..<start + old.count, with: new)
            lines[mark.line - 1] = String(String.UnicodeScalarView(line))
            hidden[String(String.UnicodeScalarView(new))] = name
            return true
        }

        private func describe(_ error: any Error) -> SettingsProblem {
            switch error as? YamlError {
            case .scanner(let context, let text, let mark, _), .parser(let context, let text, let mark, _),
                .composer(let context, let text, let mark, _):
                let place = context.map { ", \($0.text)" } ?? ""
                return problem("this is not YAML: \(text)\(place)", at: Place(mark), remedy: Self.remedy(text))
            case .reader(let text, _, _, _):
                return problem(
                    "this is not YAML: \(text)", at: unreadable,
                    remedy: "remove control characters, and save the file as UTF-8")
            case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded, .duplicatedKeysInMapping, nil:
                return problem("this is not YAML", at: .start)
            }
        }

        /// The first control character, which YAML does not allow.
        private var unreadable: Place {
            for (number, line) in lines.enumerated() {
                for (column, scalar) in line.unicodeScalars.enumerated()
                where (scalar.value < 0x20 && scalar != "\t" && scalar != "\r") || scalar.value == 0x7F {
                    return Place(line: number + 1, column: column + 1)
                }
            }
            return .start
        }

        private func problem(_ message: String, at mark: Place, remedy: String? = nil) -> SettingsProblem {
            // An error at the end of the file is shown at its last line.
            let line = min(max(1, mark.line), max(1, source.lines.count))
            return SettingsProblem(
                at: source.location(line: line, column: mark.column), message, remedy: remedy,
                excerpt: source.excerpt(line: line))
        }

        private static func remedy(_ text: String) -> String? {
            if text.contains("tab") || text.contains("cannot start any token") {
                return "indent with spaces, and quote a value that begins with @, ` or %"
            }
            if text.contains("mapping values are not allowed") {
                return "quote a value that holds `: `, and look at the indentation"
            }
            if text.contains("undefined alias") { return "define it with `&name` first, or quote the `*`" }
            if text.contains("another document") { return "keep one document in a file, without `---` in between" }
            if text.contains("did not find expected") {
                return "look at the indentation, quotes and brackets just before"
            }
            return nil
        }
    }
}
