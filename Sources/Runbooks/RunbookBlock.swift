/// A fenced block of SQL with its kind.
package struct RunbookBlock: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Looks for causes.
        case diagnose
        /// Shows the rows that the fix would change.
        case preview
        /// Changes them.
        case fix
        /// Shows what is still wrong; nothing when all is well.
        case verify
    }

    package let kind: Kind
    /// The value of `name=`; nil where there is none.
    package let name: String?
    /// The line of the opening fence, from 1.
    package let line: Int
    /// What stands between the fences.
    package let text: String
    /// The text's statements in order.
    package let statements: [SQLStatement]
    /// The values that it declares with `params=`.
    package let parameters: [RunbookParameter]
    /// The columns whose values are not shown.
    package let sensitive: Set<String>
    /// Whether it is marked `no-transaction`.
    package let runsOutsideTransaction: Bool

    package init(
        kind: Kind, name: String? = nil, line: Int, text: String, statements: [SQLStatement],
        parameters: [RunbookParameter] = [], sensitive: Set<String> = [], runsOutsideTransaction: Bool = false
    ) {
        self.kind = kind
        self.name = name
        self.line = line
        self.text = text
        self.statements = statements
        self.parameters = parameters
        self.sensitive = sensitive
        self.runsOutsideTransaction = runsOutsideTransaction
    }
}

/// A value that a block needs: given with `--set`, or by an alert's labels.
package struct RunbookParameter: Hashable, Sendable {
    package let name: String
    /// Whether NULL is sent where it is not given; written as `name?`.
    package let isOptional: Bool

    package init(name: String, isOptional: Bool = false) {
        self.name = name
        self.isOptional = isOptional
    }
}
