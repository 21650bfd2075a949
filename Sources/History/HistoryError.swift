/// Why the history could not be opened, read or written: what, where, and how to mend it.
package enum HistoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another agent has it open. `pid` is nil where it could not be read.
    case locked(path: String, pid: Int32?)
    /// A newer Tocsin wrote it: `found` is its schema's number, `known` is the highest that this one knows.
    case newer(path: String, found: Int, known: Int)
    /// It is a database of another application.
    case foreign(path: String)
    /// The file's content is damaged. `keptAside` is where the damaged file lies now; nil where it was not moved.
    case damaged(path: String, detail: String, keptAside: String?)
    /// The disk, or the quota, is full.
    case full(path: String, detail: String)
    /// The file or its folder can't be written.
    case readOnly(path: String, detail: String)
    /// Anything else that the operating system or SQLite refused.
    case io(path: String, detail: String)
    /// One row can't be read or written as what it should be.
    case corruptRow(table: String, key: String, detail: String)
    /// A page's cursor is not one that this store gave for such a query.
    case badCursor(String)
    /// It was closed before.
    case closed(path: String)
    /// The task that asked was cancelled; nothing was changed.
    case cancelled(path: String)

    package var description: String {
        "\(problem). \(remedy)"
    }

    /// What is wrong, without how to mend it.
    package var problem: String {
        switch self {
        case .locked(let path, .some(let pid)): "the history \(path) is in use by another agent (process \(pid))"
        case .locked(let path, .none): "the history \(path) is in use by another agent"
        case .newer(let path, let found, let known):
            "the history \(path) was written by a newer Tocsin: it has schema \(found), this one knows up to \(known)"
        case .foreign(let path): "\(path) is a database of another application"
        case .damaged(let path, let detail, .none): "the history \(path) is damaged: \(detail)"
        case .damaged(let path, let detail, .some(let aside)):
            "the history \(path) was damaged (\(detail)) and was kept aside as \(aside)"
        case .full(let path, let detail): "no space left for the history \(path): \(detail)"
        case .readOnly(let path, let detail): "the history \(path) can't be written: \(detail)"
        case .io(let path, let detail): "the history \(path) can't be used: \(detail)"
        case .corruptRow(let table, let key, let detail): "row \(key) of the table \(table) is unreadable: \(detail)"
        case .badCursor(let text): "the cursor `\(text)` does not belong to this query"
        case .closed(let path): "the history \(path) is closed"
        case .cancelled(let path): "the request to the history \(path) was cancelled"
        }
    }

    /// What a person can do about it.
    package var remedy: String {
        switch self {
        case .locked: "Stop the other agent, or give this one a `history.path` of its own."
        case .newer: "Start the newer version again, or give this one another `history.path`."
        case .foreign: "Point `history.path` to a file of Tocsin's own."
        case .damaged(_, _, .none): "Restart the agent: it keeps the damaged file aside and begins a new one."
        case .damaged(_, _, .some): "A new one was begun; `sqlite3 FILE .recover` may save more from the old one."
        case .full: "Free some space, or shorten `history.retention`; writing goes on by itself."
        case .readOnly: "Give the agent's user the right to write the file and its folder."
        case .io: "Check the path and the disk; writing goes on by itself once they are well."
        case .corruptRow: "Nothing needs to be done; it lies in the table damaged_row for a closer look."
        case .badCursor: "Ask for the first page without a cursor, and keep the order of the query between pages."
        case .closed: "The agent is stopping; ask again when it has started."
        case .cancelled: "Ask again."
        }
    }
}
