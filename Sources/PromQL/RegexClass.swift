/// A set of Unicode scalars: ranges, and whole general categories.
struct RegexClass: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>]
    /// Scalars of these belong to it as well.
    var categories = UnicodeCategories()
    /// Whether a letter belongs to it whose other case is of `categories`.
    var foldsCategories = false
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
        guard !categories.isEmpty else { return negated }
        return categories.contains(scalar, orItsOtherCase: foldsCategories) != negated
    }

    /// The only scalar of the set; nil where there are more.
    var single: Unicode.Scalar? {
        guard !negated, categories.isEmpty, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return Unicode.Scalar(ranges[0].lowerBound)
    }

    /// Adds the upper and lower cases of its ASCII letters, of single letters beyond, and of its categories.
    mutating func addOtherCases() {
        foldsCategories = true
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

    /// Adds the scalars of a set that is not negated.
    mutating func formUnion(_ other: RegexClass) {
        ranges += other.ranges
        categories.formUnion(other.categories)
    }

    /// The ranges that a set without categories covers, with a negation carried out.
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
