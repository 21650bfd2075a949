/// One statement of a block, ready to be sent: its parameters are numbered, and no text was put into it.
package struct SQLStatement: Hashable, Sendable {
    /// A word outside of texts and comments.
    package enum Word: Hashable, Sendable {
        /// A bare word, in capitals.
        case bare(String)
        /// An identifier in double quotes, without them.
        case quoted(String)
        /// A single other character, such as a bracket or a dot.
        case mark(Character)
    }

    /// The SQL without its semicolon; `$1` and so on stand for `parameters`.
    package let sql: String
    /// The line of the file in which it begins, from 1.
    package let line: Int
    /// The names of the parameters in the order of their numbers.
    package let parameters: [String]
    /// The first words, enough to tell what kind of statement it is.
    package let opening: [Word]

    package init(sql: String, line: Int, parameters: [String], opening: [Word]) {
        self.sql = sql
        self.line = line
        self.parameters = parameters
        self.opening = opening
    }

    /// The first word in capitals, such as `SELECT`; empty where it begins with something else.
    package var command: String {
        for word in opening {
            switch word {
            case .bare(let text): return text
            // `(SELECT …) UNION …`
            case .mark("("): continue
            case .quoted, .mark: return ""
            }
        }
        return ""
    }

    /// Whether it gives rows and can stand within `SELECT … FROM (…)`.
    package var isQuery: Bool { ["SELECT", "WITH", "VALUES", "TABLE"].contains(command) }

    /// The index that `CREATE INDEX CONCURRENTLY` makes, as it is written but in capitals only where quoted so; nil
    /// for other statements.
    package var concurrentIndex: String? {
        var words = opening[...]
        func take(_ text: String) -> Bool {
            guard words.first == .bare(text) else { return false }
            words.removeFirst()
            return true
        }
        guard take("CREATE") else { return nil }
        _ = take("UNIQUE")
        guard take("INDEX"), take("CONCURRENTLY") else { return nil }
        if take("IF") { guard take("NOT"), take("EXISTS") else { return nil } }
        switch words.first {
        case .bare(let name) where name != "ON": return name.lowercased()
        case .quoted(let name): return name
        case .bare, .mark, nil: return nil
        }
    }
}
