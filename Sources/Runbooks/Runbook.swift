/// A trouble and its remedies: Markdown that is read as it is, with blocks of SQL in it that can be run.
package struct Runbook: Hashable, Sendable {
    /// The file's name without `.md`.
    package let name: String
    /// The first heading; the name where there is none.
    package let title: String
    /// The file as it was read, for messages.
    package let path: String
    /// The whole file.
    package let text: String
    /// The marked blocks of SQL, in the file's order.
    package let blocks: [RunbookBlock]
    /// What can be planned and applied, in the file's order.
    package let remedies: [Remedy]

    package init(
        name: String, title: String, path: String, text: String, blocks: [RunbookBlock], remedies: [Remedy]
    ) {
        self.name = name
        self.title = title
        self.path = path
        self.text = text
        self.blocks = blocks
        self.remedies = remedies
    }

    /// The blocks that only look.
    package var diagnoses: [RunbookBlock] { blocks.filter { $0.kind == .diagnose } }

    /// The remedy of a name.
    package func remedy(_ name: String) -> Remedy? { remedies.first { $0.name == name } }
}

/// What shows the rows that are wrong, mends them, and sees whether they are mended.
package struct Remedy: Hashable, Sendable {
    /// The blocks' `name=`; the runbook's own name where they have none.
    package let name: String
    /// One query: a row for each row that the fix changes.
    package let preview: RunbookBlock
    /// The statements that change something.
    package let fix: RunbookBlock
    /// One query: a row for each thing that is still wrong after the fix.
    package let verify: RunbookBlock
    /// The values that any of the blocks needs.
    package let parameters: [RunbookParameter]

    package init(
        name: String, preview: RunbookBlock, fix: RunbookBlock, verify: RunbookBlock, parameters: [RunbookParameter]
    ) {
        self.name = name
        self.preview = preview
        self.fix = fix
        self.verify = verify
        self.parameters = parameters
    }

    /// Whether its fix can't run in a transaction, and so is not undone when something goes wrong.
    package var runsOutsideTransaction: Bool { fix.runsOutsideTransaction }
}
