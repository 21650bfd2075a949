/// A regular expression as a tree.
indirect enum RegexNode {
    case empty
    case scalars(RegexClass)
    case start(multiline: Bool)
    case end(multiline: Bool)
    case wordBoundary(negated: Bool)
    case sequence([RegexNode])
    case alternatives([RegexNode])
    case group(Int, RegexNode)
    case repetition(RegexNode, min: Int, max: Int?, greedy: Bool)

    /// The texts of a tree that is nothing but alternatives of plain characters; nil for others.
    var literals: Set<String>? {
        switch self {
        case .alternatives(let options):
            var all: Set<String> = []
            for option in options {
                guard let text = option.literal else { return nil }
                all.insert(text)
            }
            return all
        case .group(_, let inner): return inner.literals
        case .empty, .scalars, .start, .end, .wordBoundary, .sequence, .repetition:
            return literal.map { [$0] }
        }
    }

    private var literal: String? {
        switch self {
        case .empty: return ""
        case .scalars(let set): return set.single.map { String(Character($0)) }
        case .sequence(let parts):
            var text = ""
            for part in parts {
                guard let one = part.literal else { return nil }
                text.unicodeScalars.append(contentsOf: one.unicodeScalars)
            }
            return text
        case .group(_, let inner): return inner.literal
        case .start, .end, .wordBoundary, .alternatives, .repetition: return nil
        }
    }
}
