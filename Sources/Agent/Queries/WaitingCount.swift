import Synchronization

/// How many are inside; nobody enters past a bound.
final class WaitingCount: Sendable {
    private let count = Mutex(0)

    /// - Returns: false where too many are inside already.
    func enter(atMost most: Int) -> Bool {
        count.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
    }

    var current: Int { count.withLock { $0 } }

    func leave() {
        count.withLock { $0 -= 1 }
    }
}
