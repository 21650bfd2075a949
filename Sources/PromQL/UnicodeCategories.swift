/// A set of Unicode's general categories.
struct UnicodeCategories: Hashable, Sendable {
    private var bits: UInt32 = 0

    init() {}

    private init(bits: UInt32) {
        self.bits = bits
    }

    /// One category (`Lu`), or all that begin with a letter (`L`); nil for other names.
    init?(name: String) {
        let found = Self.names.indices.filter {
            name.count == 1 ? Self.names[$0].hasPrefix(name) : Self.names[$0] == name
        }
        // As in RE2, `C` is without what is not assigned.
        guard !found.isEmpty else { return nil }
        bits = found.reduce(0) { $0 | 1 << UInt32($1) }
    }

    var isEmpty: Bool { bits == 0 }

    /// All other categories, those of scalars that are not assigned among them.
    var complement: UnicodeCategories { UnicodeCategories(bits: ~bits & (1 << UInt32(Self.names.count + 1) - 1)) }

    mutating func formUnion(_ other: UnicodeCategories) { bits |= other.bits }

    /// - Parameter orItsOtherCase: whether it is enough that the scalar's upper, lower or title case is of the set.
    func contains(_ scalar: Unicode.Scalar, orItsOtherCase folds: Bool) -> Bool {
        if contains(scalar) { return true }
        guard folds else { return false }
        let properties = scalar.properties
        return [properties.uppercaseMapping, properties.lowercaseMapping, properties.titlecaseMapping].contains {
            text in
            let mapped = text.unicodeScalars
            return mapped.count == 1 && mapped.first.map(contains) == true
        }
    }

    private func contains(_ scalar: Unicode.Scalar) -> Bool {
        bits & 1 << Self.place(of: scalar.properties.generalCategory) != 0
    }

    /// In the order of `place`; what is not assigned comes after them and has no name in RE2.
    private static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
        "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
    ]

    private static func place(of category: Unicode.GeneralCategory) -> UInt32 {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .surrogate: 27
        case .privateUse: 28
        case .unassigned: 29
        @unknown default: 29
        }
    }
}

extension RegexClass {
    /// RE2's `\p{NAME}`: a general category, a script or `Any`; nil for other names.
    init?(unicode name: String, negated: Bool) {
        if let found = UnicodeCategories(name: name) {
            self.init([])
            categories = negated ? found.complement : found
        } else if let ranges = name == "Any" ? [0...0x10ffff] : UnicodeScripts.ranges[name] {
            self.init(RegexClass(ranges, negated: negated).positive)
        } else {
            return nil
        }
    }
}
