import Synchronization

/// One wait of one task. Whatever comes first ends it; what comes later changes nothing.
final class PostgresWait: Sendable {
    enum Outcome: Hashable, Sendable {
        /// What was waited for has come.
        case ready
        /// The deadline has passed.
        case timeout
        /// The task was cancelled, or the poller shut down.
        case cancelled
    }

    /// Leaves `open` when the task sleeps, `asleep` when the wait ends; `over` stays.
    private enum State {
        case open
        case asleep(CheckedContinuation<Outcome, Never>)
        case over(Outcome)
    }

    private let state = Mutex(State.open)

    var isOver: Bool {
        state.withLock { state in
            switch state {
            case .open, .asleep: false
            case .over: true
            }
        }
    }

    /// Ends the wait and wakes its task.
    ///
    /// - Returns: false when it had ended before.
    @discardableResult
    func end(_ outcome: Outcome) -> Bool {
        let (isFirst, sleeper): (Bool, CheckedContinuation<Outcome, Never>?) = state.withLock { state in
            switch state {
            case .open:
                state = .over(outcome)
                return (true, nil)
            case .asleep(let continuation):
                state = .over(outcome)
                return (true, continuation)
            case .over:
                return (false, nil)
            }
        }
        sleeper?.resume(returning: outcome)
        return isFirst
    }

    /// Sleeps until the wait has ended. For one task only.
    func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let known: Outcome? = state.withLock { state in
                switch state {
                case .open, .asleep:
                    state = .asleep(continuation)
                    return nil
                case .over(let outcome):
                    return outcome
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
