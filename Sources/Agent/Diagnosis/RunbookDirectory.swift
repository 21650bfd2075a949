package import Runbooks
import Synchronization

/// The runbooks at hand, for the agent's page and for diagnoses; a reload replaces them.
package final class RunbookDirectory: Sendable {
    private let present: Mutex<RunbookShelf>

    package init(_ shelf: RunbookShelf) {
        present = Mutex(shelf)
    }

    package var shelf: RunbookShelf { present.withLock { $0 } }

    package func replace(with shelf: RunbookShelf) {
        present.withLock { $0 = shelf }
    }
}
