import Synchronization

/// The threads behind all connections: one that waits on every socket with `poll(2)`, and a few for what blocks in
/// libpq, which is looking up names and sending a cancel. Ends its threads when it is let go.
package final class PostgresPoller: Sendable {
    private let loop = PostgresPollLoop()
    /// Name look-ups and the steps of a connection.
    private let connects = PostgresBlockingCalls(most: 8)
    /// Cancels have their own threads: they matter most when name look-ups hang.
    private let cancels = PostgresBlockingCalls(most: 4)

    package init() {
        let loop = loop
        // Without a thread to wait with, every wait ends at once, as after a shutdown.
        if !CurlThread.start({ loop.run() }) { loop.stop() }
    }

    deinit {
        loop.stop()
    }

    /// Ends the poll thread; what waits, and every later statement, ends as cancelled.
    package func shutdown() {
        loop.stop()
    }

    /// Waits until the socket is ready, the deadline has passed, or the task is cancelled.
    ///
    /// - Parameter isShielded: whether it goes on although the task is cancelled.
    func wait(
        _ descriptor: Int32, _ direction: PostgresPollLoop.Direction, until deadline: ContinuousClock.Instant,
        isShielded: Bool = false
    ) async -> PostgresWait.Outcome {
        let wait = PostgresWait()
        loop.add(.init(wait: wait, descriptor: descriptor, direction: direction, deadline: deadline))
        return await outcome(of: wait, isShielded: isShielded)
    }

    /// Waits until somebody ends the wait, the deadline has passed, or the task is cancelled.
    func wait(
        for wait: PostgresWait, until deadline: ContinuousClock.Instant, isShielded: Bool = false
    ) async -> PostgresWait.Outcome {
        loop.add(.init(wait: wait, descriptor: -1, direction: .none, deadline: deadline))
        return await outcome(of: wait, isShielded: isShielded)
    }

    private func outcome(of wait: PostgresWait, isShielded: Bool) async -> PostgresWait.Outcome {
        guard !isShielded else { return await wait.outcome() }
        return await withTaskCancellationHandler {
            await wait.outcome()
        } onCancel: {
            wait.end(.cancelled)
        }
    }

    /// Runs a step of a connection that may block.
    ///
    /// When the deadline passes or the task is cancelled first, the work never starts, or goes on alone and its result
    /// is let go.
    func connectStep<Value: Sendable>(
        until deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () -> Value
    ) async -> PostgresStep<Value> {
        let wait = PostgresWait()
        let box = PostgresBox<Value>()
        connects.add {
            guard !wait.isOver else { return }
            let value = work()
            box.value.withLock { $0 = value }
            wait.end(.ready)
        }
        let outcome = await self.wait(for: wait, until: deadline)
        guard outcome == .ready, let value = box.value.withLock({ $0 }) else { return .left(outcome) }
        return .done(value)
    }

    /// Sends a cancel to the server.
    ///
    /// - Returns: a wait that is ready once the server has taken it.
    func send(_ cancel: PostgresCancel) -> PostgresWait {
        let wait = PostgresWait()
        cancels.add {
            cancel.send()
            wait.end(.ready)
        }
        return wait
    }
}

/// What came of a step that may block.
enum PostgresStep<Value: Sendable>: Sendable {
    case done(Value)
    /// It was not waited for any longer.
    case left(PostgresWait.Outcome)
}

/// Carries a result from a thread to the task that waits for it.
private final class PostgresBox<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
