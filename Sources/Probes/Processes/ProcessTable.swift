import PromQL

/// Which processes there are: their parents and command lines.
struct ProcessTable: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let pid: Int32
        let parent: Int32
        /// The arguments with spaces between them; empty for a kernel thread.
        let command: String
    }

    let entries: [Entry]

    /// The process whose command line holds a match of the pattern, `excluded` (the agent itself) left out.
    ///
    /// Of several the one is taken that all others descend from, such as a supervisor with its workers. Where there is
    /// no such one it is a failure that names them.
    func process(
        matching pattern: RegularExpression, excluding excluded: Int32, owner: String
    )
        throws(ProbeFailure) -> Int32
    {
        let matches = entries.filter { $0.pid != excluded && !$0.command.isEmpty && pattern.matchesWhole($0.command) }
        guard let first = matches.first else {
            throw ProbeFailure(
                .noSuchProcess, "\(owner): no command line matches the `command` pattern; is the process running?")
        }
        if matches.count == 1 { return first.pid }
        let parents = Dictionary(entries.map { ($0.pid, $0.parent) }) { first, _ in first }
        let pids = Set(matches.map(\.pid))
        let roots = matches.filter { ancestors(of: $0.pid, parents).isDisjoint(with: pids) }
        if roots.count == 1, let root = roots.first { return root.pid }
        let shown = roots.prefix(5).map { "\($0.pid) (\($0.command.prefix(60)))" }.joined(separator: ", ")
        let more = roots.count > 5 ? " and \(roots.count - 5) more" : ""
        let message = """
            \(owner): \(roots.count) processes match the `command` pattern: \(shown)\(more); make it narrower, or use \
            `pidfile`
            """
        throw ProbeFailure(.severalProcesses, message)
    }

    private func ancestors(of pid: Int32, _ parents: [Int32: Int32]) -> Set<Int32> {
        var found: Set<Int32> = []
        var current = pid
        // The table is not read in one instant, so a reused number could make it circular.
        while let parent = parents[current], parent > 0, found.insert(parent).inserted { current = parent }
        return found
    }
}
