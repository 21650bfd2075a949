/// The runbooks at hand: the shipped ones and one's own.
package struct RunbookShelf: Sendable {
    /// By name, in order.
    package let runbooks: [Runbook]
    /// Everything that is wrong with any of them.
    package let problems: [RunbookProblem]

    /// - Parameter files: paths and texts; a later file takes the place of an earlier one of the same name.
    package init(_ files: [(path: String, text: String)]) {
        var latest: [String: (path: String, text: String)] = [:]
        for file in files { latest[RunbookReader.name(of: file.path)] = file }
        let read = latest.sorted { $0.key < $1.key }.map { RunbookReader.read($0.value.text, path: $0.value.path) }
        runbooks = read.map(\.runbook)
        problems = read.flatMap(\.problems)
    }

    /// The runbook of a name; nil where there is none.
    package func runbook(_ name: String) -> Runbook? { runbooks.first { $0.name == name } }

    /// What is wrong with one runbook.
    package func problems(of runbook: Runbook) -> [RunbookProblem] { problems.filter { $0.path == runbook.path } }
}
