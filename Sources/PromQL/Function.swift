/// A function of the language: its name, what it takes, and what it gives.
struct Function: Sendable {
    enum Body: Sendable {
        /// Element by element, with the scalar arguments that follow.
        case each(@Sendable (_ value: Double, _ parameters: [Double]) -> Double)
        /// Over the samples of a range; nil gives nothing.
        case over(@Sendable (_ range: RangeInput) -> Double?)
        /// Of a date: of the argument's values as seconds, or of the evaluation's time.
        case date(@Sendable (_ date: CivilDate) -> Double)
        /// Needs more than that: the evaluator does it.
        case special(Special)
    }

    enum Special: Sendable {
        case absent, absentOverTime, time, vector, scalar, sort, sortDescending, labelReplace, labelJoin
        case histogramQuantile, histogramFraction, timestamp, pi
    }

    let name: String
    let arguments: [ValueType]
    /// How many of the last arguments may be left out.
    let optional: Int
    let isVariadic: Bool
    let result: ValueType
    /// Whether the metric's name stays.
    let keepsName: Bool
    let body: Body

    init(
        _ name: String, _ arguments: [ValueType], optional: Int = 0, isVariadic: Bool = false,
        result: ValueType = .vector, keepsName: Bool = false, _ body: Body
    ) {
        self.name = name
        self.arguments = arguments
        self.optional = optional
        self.isVariadic = isVariadic
        self.result = result
        self.keepsName = keepsName
        self.body = body
    }

    static func named(_ name: String) -> Function? { byName[name] }

    private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
}

/// What a function over a range sees.
struct RangeInput {
    let points: [Point]
    /// Where the range begins (excluded) and ends (included), in milliseconds.
    let start: Int64
    let end: Int64
    /// When it is evaluated, in milliseconds.
    let now: Int64
    let parameters: [Double]
}
