/// Reads a runbook's Markdown: its heading, its blocks and the remedies that they make together.
package struct RunbookReader {
    private let path: String
    private var problems: [RunbookProblem] = []

    /// The file's name without its folder and `.md`.
    package static func name(of path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.hasSuffix(".md") ? String(file.dropLast(3)) : file
    }

    /// Reads one file.
    ///
    /// - Returns: the runbook, with the blocks and remedies that are right, and everything that is wrong.
    package static func read(_ text: String, path: String) -> (runbook: Runbook, problems: [RunbookProblem]) {
        var reader = RunbookReader(path: path)
        let name = name(of: path)
        let fences = FenceReader.fences(in: text)
        let blocks = fences.compactMap { reader.block($0) }
        let remedies = reader.remedies(blocks, runbook: name)
        let runbook = Runbook(
            name: name, title: title(of: text) ?? name, path: path, text: text, blocks: blocks, remedies: remedies)
        return (runbook, reader.problems.sorted { $0.line < $1.line })
    }

    private init(path: String) {
        self.path = path
    }

    private static func title(of text: String) -> String? {
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("# ") {
            return line.dropFirst(2).trimmingBlanks
        }
        return nil
    }

    private mutating func note(_ line: Int, _ message: String, _ remedy: String) {
        problems.append(RunbookProblem(path: path, line: line, message: message, remedy: remedy))
    }

    // MARK: Blocks

    private mutating func block(_ fence: Fence) -> RunbookBlock? {
        guard fence.isClosed else {
            note(fence.line, "the block has no end", "end it with a line of as many backticks as it begins with")
            return nil
        }
        do {
            guard let info = try FenceInfo(fence.info) else { return nil }
            let statements = try SQLScanner.statements(of: fence.text, firstLine: fence.line + 1)
            let block = RunbookBlock(
                kind: info.kind, name: info.name, line: fence.line, text: fence.text, statements: statements,
                parameters: info.parameters, sensitive: info.sensitive,
                runsOutsideTransaction: info.runsOutsideTransaction)
            return check(block) ? block : nil
        } catch let failure as FenceInfo.Failure {
            note(fence.line, failure.message, failure.remedy)
        } catch let failure as SQLScanner.Failure {
            note(failure.line, failure.message, failure.remedy)
        } catch {
            note(fence.line, "the block can't be read", "write it anew")
        }
        return nil
    }

    private static let transactionWords: Set<String> = [
        "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE",
    ]

    /// Whether a block's statements are of the sort that its kind can run.
    private mutating func check(_ block: RunbookBlock) -> Bool {
        let kind = block.kind.rawValue
        let before = problems.count
        if block.statements.isEmpty { note(block.line, "the `\(kind)` has no statement", "write one, or remove it") }
        for statement in block.statements {
            if Self.transactionWords.contains(statement.command) {
                note(
                    statement.line, "`\(statement.command)` stands in a `\(kind)`",
                    "remove it: Tocsin itself begins the transaction, and ends it when all is verified")
            } else if block.kind == .diagnose {
                guard statement.isQuery || ["SHOW", "EXPLAIN"].contains(statement.command) else {
                    note(statement.line, "a `diagnose` only looks", "begin it with SELECT, WITH, SHOW or EXPLAIN")
                    continue
                }
            }
        }
        if block.kind == .preview || block.kind == .verify {
            if let second = block.statements.dropFirst().first {
                note(second.line, "a `\(kind)` has more than one statement", "make it one query")
            } else if let only = block.statements.first, !only.isQuery {
                note(only.line, "a `\(kind)` is not a query", "begin it with SELECT or WITH")
            }
        }
        return problems.count == before
    }

    // MARK: Remedies

    private mutating func remedies(_ blocks: [RunbookBlock], runbook: String) -> [Remedy] {
        for block in blocks where block.kind == .diagnose { checkParameters(block, declared: block.parameters) }
        var names: [String] = []
        for block in blocks where block.kind != .diagnose {
            let name = block.name ?? runbook
            if !names.contains(name) { names.append(name) }
        }
        return names.compactMap { name in
            remedy(name, blocks.filter { $0.kind != .diagnose && ($0.name ?? runbook) == name })
        }
    }

    private mutating func remedy(_ name: String, _ blocks: [RunbookBlock]) -> Remedy? {
        var found: [RunbookBlock.Kind: RunbookBlock] = [:]
        for block in blocks {
            if let first = found[block.kind] {
                note(
                    block.line,
                    "the remedy `\(name)` has two `\(block.kind.rawValue)`, the first in line \(first.line)",
                    "give one of them, and the blocks that belong to it, a `name=` of its own")
            } else {
                found[block.kind] = block
            }
        }
        let parameters = Self.union(blocks)
        for block in blocks { checkParameters(block, declared: parameters) }
        guard let preview = found[.preview], let fix = found[.fix], let verify = found[.verify] else {
            let missing = [RunbookBlock.Kind.preview, .fix, .verify].filter { found[$0] == nil }
            let list = missing.map { "`\($0.rawValue)`" }.joined(separator: " and ")
            // Where a block was refused, that was said; what it leaves behind is no mistake of its own.
            if problems.isEmpty, let first = blocks.first {
                note(
                    first.line, "the remedy `\(name)` has no \(list)",
                    "a remedy has a `preview`, a `fix` and a `verify` of the same name")
            }
            return nil
        }
        return Remedy(name: name, preview: preview, fix: fix, verify: verify, parameters: parameters)
    }

    private static func union(_ blocks: [RunbookBlock]) -> [RunbookParameter] {
        var parameters: [RunbookParameter] = []
        for parameter in blocks.flatMap(\.parameters)
        where !parameters.contains(where: { $0.name == parameter.name }) {
            parameters.append(parameter)
        }
        return parameters
    }

    private mutating func checkParameters(_ block: RunbookBlock, declared: [RunbookParameter]) {
        for statement in block.statements {
            for name in statement.parameters where !declared.contains(where: { $0.name == name }) {
                note(
                    statement.line, "the parameter `\(name)` is not declared",
                    "add `params=\(name)` to the opening fence in line \(block.line)")
            }
        }
    }
}
