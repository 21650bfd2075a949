/// A template as a tree.
indirect enum TemplateNode: Sendable {
    case text(String)
    case action(Pipeline)
    case branch(Branch)
    case range(Branch)
    case call(name: String, Pipeline?, offset: Int)
    case `break`
    case `continue`
}

/// `if`, `with` or `range`, with what follows `else`.
struct Branch: Sendable {
    /// `with` sets the dot to its pipeline's value.
    var setsDot: Bool
    var condition: Pipeline
    var body: [TemplateNode]
    var otherwise: [TemplateNode]
}

/// Commands joined by `|`, perhaps kept in variables.
struct Pipeline: Sendable {
    /// One name, or two in a `range`; without the `$`.
    var variables: [String] = []
    /// Whether the variables are new (`:=`) or must exist (`=`).
    var declares = true
    var commands: [Command]
    var offset: Int
}

/// A function with its arguments, or one value.
struct Command: Sendable {
    var operands: [Operand]
    var offset: Int
}

indirect enum Operand: Sendable {
    case literal(TemplateValue)
    /// `.`, `.a.b`
    case field([String])
    /// `$x.a.b`; the empty name is `$`.
    case variable(String, [String])
    case function(String)
    /// `(…).a.b`
    case nested(Pipeline, [String])
}
