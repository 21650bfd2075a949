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

/// A set of Unicode scalars as ranges.
struct RegexClass: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>]
    var negated = false

    init(_ ranges: [ClosedRange<UInt32>], negated: Bool = false) {
        self.ranges = ranges
        self.negated = negated
    }

    init(_ scalar: Unicode.Scalar, ignoringCase: Bool = false) {
        ranges = [scalar.value...scalar.value]
        if ignoringCase { addOtherCases() }
    }

    static let any = RegexClass([0...0x10ffff])
    static let anyButNewline = RegexClass([0...9, 11...0x10ffff])
    static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    static let words: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a]
    static let spaces: [ClosedRange<UInt32>] = [9...10, 12...13, 32...32]

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        for range in ranges where range.contains(scalar.value) { return !negated }
        return negated
    }

    /// The only scalar of the set; nil where there are more.
    var single: Unicode.Scalar? {
        guard !negated, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return Unicode.Scalar(ranges[0].lowerBound)
    }

    /// Adds the upper and lower cases of its ASCII letters, and of single letters beyond.
    mutating func addOtherCases() {
        for range in ranges {
            if range.overlaps(0x41...0x5a) {
                let upper = range.clamped(to: 0x41...0x5a)
                ranges.append(upper.lowerBound + 32...upper.upperBound + 32)
            }
            if range.overlaps(0x61...0x7a) {
                ranges.append(max(range.lowerBound, 0x61) - 32...min(range.upperBound, 0x7a) - 32)
            }
            guard range.count == 1, range.lowerBound > 0x7f, let scalar = Unicode.Scalar(range.lowerBound) else {
                continue
            }
            for text in [scalar.properties.uppercaseMapping, scalar.properties.lowercaseMapping] {
                let mapped = Array(text.unicodeScalars)
                if mapped.count == 1 { ranges.append(mapped[0].value...mapped[0].value) }
            }
        }
    }

    /// The ranges that the set covers, with a negation carried out.
    var positive: [ClosedRange<UInt32>] {
        guard negated else { return ranges }
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        if next <= 0x10ffff { result.append(next...0x10ffff) }
        return result
    }
}
