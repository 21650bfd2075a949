/// A function that templates may call.
struct TemplateFunction: Sendable {
    typealias Body =
        @Sendable (_ arguments: [TemplateValue], _ environment: TemplateEnvironment) throws -> TemplateValue

    let name: String
    let arity: ClosedRange<Int>
    let body: Body

    init(_ name: String, _ arity: ClosedRange<Int>, _ body: @escaping Body) {
        self.name = name
        self.arity = arity
        self.body = body
    }

    var shownArity: String {
        if arity.upperBound == Int.max { return "at least \(arity.lowerBound) arguments" }
        if arity.count == 1 { return arity.lowerBound == 1 ? "1 argument" : "\(arity.lowerBound) arguments" }
        return "\(arity.lowerBound) to \(arity.upperBound) arguments"
    }

    static func named(_ name: String) -> TemplateFunction? { byName[name] }

    private static let byName = Dictionary(
        (language + prometheus + texts).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// The function that somebody probably meant: one that begins alike, or differs in one letter.
    static func nearest(_ name: String) -> String? {
        let lower = name.lowercased()
        return byName.keys.sorted().first { known in
            let other = known.lowercased()
            if lower == other { return true }
            if min(lower.count, other.count) > 4, lower.hasPrefix(other) || other.hasPrefix(lower) { return true }
            guard abs(lower.count - other.count) <= 1, lower.count > 2 else { return false }
            let common = zip(lower, other).prefix { $0 == $1 }.count
            let back = zip(lower.reversed(), other.reversed()).prefix { $0 == $1 }.count
            return common + back >= max(lower.count, other.count) - 1
        }
    }
}

/// What a function refuses, in its own words; the expander adds the place.
struct FunctionFailure: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
