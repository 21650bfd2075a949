import Synchronization

/// A few threads, started when there is work, for calls of libpq that block; work beyond them waits its turn.
final class PostgresBlockingCalls: Sendable {
    private struct State: Sendable {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
    }

    private let most: Int
    private let state = Mutex(State())

    /// - Parameter most: how many threads there may be.
    init(most: Int) {
        self.most = most
    }

    /// Runs the work on one of the threads, in the order of the calls.
    func add(_ work: @escaping @Sendable () -> Void) {
        let startsThread = state.withLock { state in
            state.waiting.append(work)
            guard state.running < most else { return false }
            state.running += 1
            return true
        }
        guard startsThread else { return }
        let hasStarted = CurlThread.start { [self] in
            while let next = take() { next() }
        }
        // Without a thread the work waits for the next one; whoever waits for it has a deadline.
        if !hasStarted { state.withLock { $0.running -= 1 } }
    }

    private func take() -> (@Sendable () -> Void)? {
        state.withLock { state in
            if state.waiting.isEmpty {
                state.running -= 1
                return nil
            }
            return state.waiting.removeFirst()
        }
    }
}
