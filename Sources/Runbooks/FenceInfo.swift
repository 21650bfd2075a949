/// What an opening fence says: ```` ```sql fix name=… params=…,… sensitive=…,… no-transaction ````.
struct FenceInfo {
    let kind: RunbookBlock.Kind
    private(set) var name: String?
    private(set) var parameters: [RunbookParameter] = []
    private(set) var sensitive: Set<String> = []
    private(set) var runsOutsideTransaction = false

    /// What is wrong, and how to mend it.
    struct Failure: Error {
        let message: String
        let remedy: String
    }

    private static let options = "name=NAME, params=A,B, sensitive=COLUMN,COLUMN, no-transaction"

    /// Nil for a fence that is only read: another language, or SQL without a kind.
    init?(_ info: String) throws(Failure) {
        let words = info.split { $0 == " " || $0 == "\t" }
        guard words.first?.lowercased() == "sql", words.count > 1 else { return nil }
        guard let kind = RunbookBlock.Kind(rawValue: String(words[1])) else {
            let kinds = RunbookBlock.Kind.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw Failure(
                message: "`\(words[1])` is no kind of SQL block",
                remedy: "write one of \(kinds), or `sql` alone for SQL that is only read")
        }
        self.kind = kind
        for word in words.dropFirst(2) { try take(word) }
    }

    private mutating func take(_ word: Substring) throws(Failure) {
        if word == "no-transaction" {
            guard kind == .fix else {
                throw Failure(
                    message: "`no-transaction` stands at a `\(kind.rawValue)`",
                    remedy: "only a `fix` changes something: remove the word")
            }
            runsOutsideTransaction = true
            return
        }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ["name", "params", "sensitive"].contains(parts[0]) else {
            throw Failure(message: "`\(word)` is no option of a block", remedy: "the options are \(Self.options)")
        }
        let values = parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        switch parts[0] {
        case "name":
            guard Self.isName(parts[1]) else { throw Self.badName(parts[1], "a name") }
            name = String(parts[1])
        case "params":
            for value in values {
                let bare = value.hasSuffix("?") ? String(value.dropLast()) : value
                guard Self.isName(bare[...]), !bare.contains("-") else { throw Self.badName(value[...], "a parameter") }
                guard !parameters.contains(where: { $0.name == bare }) else {
                    throw Failure(message: "the parameter `\(bare)` is declared twice", remedy: "declare it once")
                }
                parameters.append(RunbookParameter(name: bare, isOptional: bare != value))
            }
        default:
            guard values.allSatisfy({ !$0.isEmpty }) else { throw Self.badName(parts[1], "a column") }
            sensitive.formUnion(values)
        }
    }

    private static func badName(_ text: Substring, _ what: String) -> Failure {
        Failure(message: "`\(text)` can't be \(what)", remedy: "use letters, digits, `_` and, in names, `-`")
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    }
}
