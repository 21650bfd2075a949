/// What an expression gives.
package enum ValueType: String, Hashable, Sendable {
    case scalar, vector, matrix, string

    /// As Prometheus's messages call it.
    var shown: String {
        switch self {
        case .scalar: "scalar"
        case .vector: "instant vector"
        case .matrix: "range vector"
        case .string: "string"
        }
    }
}

/// An expression as a tree, checked: the types fit and the functions exist.
indirect enum Node: Sendable {
    case number(Double)
    case string(String)
    case selector(Selector)
    /// A selector with a range, in milliseconds.
    case range(Selector, Int64)
    case subquery(Subquery)
    case negate(Node)
    case binary(BinaryOperation)
    case aggregate(Aggregation)
    case call(Call)
}

/// Which series, and how far from the evaluation's time.
struct Selector: Sendable {
    var matchers: [Matcher]
    /// Milliseconds into the past; nil where no `offset` stands.
    var offset: Int64?
    var at: AtModifier?
    /// Offset in characters, for messages.
    var position: Int
    /// The selector's place in the text among all selectors: 0, 1, ….
    var ordinal: Int
}

/// The time that `@` fixes.
enum AtModifier: Hashable, Sendable {
    /// Milliseconds since 1970.
    case time(Int64)
    case start
    case end
}

struct Subquery: Sendable {
    var inner: Node
    /// Milliseconds.
    var range: Int64
    /// Milliseconds; nil for the default resolution.
    var step: Int64?
    var offset: Int64?
    var at: AtModifier?
}

enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case atan2
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case less = "<"
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case and
    case or
    case unless

    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: true
        case .add, .subtract, .multiply, .divide, .modulo, .power, .atan2, .and, .or, .unless: false
        }
    }

    var isSet: Bool {
        switch self {
        case .and, .or, .unless: true
        case .add, .subtract, .multiply, .divide, .modulo, .power, .atan2, .equal, .notEqual, .greater, .less,
            .greaterOrEqual, .lessOrEqual:
            false
        }
    }

    /// Higher binds tighter, as in Prometheus's grammar.
    var precedence: Int {
        switch self {
        case .or: 1
        case .and, .unless: 2
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: 3
        case .add, .subtract: 4
        case .multiply, .divide, .modulo, .atan2: 5
        case .power: 6
        }
    }
}

struct BinaryOperation: Sendable {
    enum Group: Sendable, Hashable { case left, right }

    var operation: BinaryOperator
    var left: Node
    var right: Node
    var returnsBool = false
    /// Whether `labels` are those that must agree, or those that need not.
    var isOn = false
    var labels: [String] = []
    /// The side that may have many elements to one of the other; nil for one to one.
    var group: Group?
    /// Labels taken over from the «one» side.
    var included: [String] = []
    var position: Int
}

struct Aggregation: Sendable {
    enum Operation: String, Sendable, CaseIterable {
        case sum, avg, min, max, count, group, stddev, stdvar, topk, bottomk, quantile
        case countValues = "count_values"

        /// The type of its parameter; nil for none.
        var parameter: ValueType? {
            switch self {
            case .topk, .bottomk, .quantile: .scalar
            case .countValues: .string
            case .sum, .avg, .min, .max, .count, .group, .stddev, .stdvar: nil
            }
        }

        /// Whether it makes a new element of each group; else it chooses among those that there are.
        var makesElements: Bool { self != .topk && self != .bottomk }
    }

    var operation: Operation
    var inner: Node
    var parameter: Node?
    var parameterPlace: ExpressionPlace?
    /// Whether `labels` are those left out instead of those kept.
    var isWithout = false
    var labels: [String] = []
}

struct Call: Sendable {
    var function: Function
    var arguments: [Node]
    /// Where each argument begins.
    var places: [ExpressionPlace]
}

extension Node {
    var type: ValueType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .selector, .aggregate: .vector
        case .range, .subquery: .matrix
        case .negate(let inner): inner.type
        case .binary(let operation):
            operation.left.type == .scalar && operation.right.type == .scalar ? .scalar : .vector
        case .call(let call): call.function.result
        }
    }
}
