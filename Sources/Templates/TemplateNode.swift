/// A template as a tree.
indirect enum TemplateNode: Sendable {
    case text(String)
    case action(Pipeline)
    case branch(Branch)
    case range(RangeLoop)
    case call(name: String, Pipeline?, offset: Int)
    case `break`
    case `continue`
}

/// `if` or `with`, with what follows `else`.
struct Branch: Sendable {
    struct Arm: Sendable {
        var condition: Pipeline
        var body: [TemplateNode]
    }

    /// `with` sets the dot to its pipeline's value.
    var setsDot: Bool
    /// The first, and each `else if` or `else with`.
    var arms: [Arm]
    var otherwise: [TemplateNode]
}

struct RangeLoop: Sendable {
    var head: Pipeline
    var body: [TemplateNode]
    var otherwise: [TemplateNode]
}

/// Commands joined by `|`, perhaps kept in variables.
struct Pipeline: Sendable {
    /// One name, or two in a `range`; without the `$`.
    var variables: [String] = []
    /// Whether the variables are new (`:=`) or must exist (`=`).
    var declares = true
    var commands: [Command] = []
    var offset: Int
}

/// A function or a method with its arguments, or one value.
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
    /// `f`, `f.a`
    case function(String, [String])
    /// `(…).a.b`
    case nested(Pipeline, [String])
}

/// What `define`, `block` or a file of templates names.
struct TemplateDefinition: Sendable {
    let body: [TemplateNode]
    /// Where its offsets point to.
    let source: TemplateSource

    /// Whether it holds nothing but blanks: then it replaces no other of its name.
    var isEmpty: Bool {
        body.allSatisfy { node in
            if case .text(let text) = node { return text.unicodeScalars.allSatisfy(TemplateLexer.isBlank) }
            return false
        }
    }
}
