import CPostgres
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Waits on the sockets of all connections with one thread and `poll(2)`, and does on a few others what blocks in
/// libpq: looking up names, and sending a cancel.
package final class PostgresPoller: Sendable {
    enum Direction: Sendable { case read, write }
    enum Readiness: Sendable { case ready, timeout, cancelled }

    private struct Waiter: Sendable {
        let descriptor: Int32
        let direction: Direction
        let deadline: ContinuousClock.Instant?
        let continuation: CheckedContinuation<Readiness, Never>
    }

    private struct State: Sendable {
        var waiters: [UInt64: Waiter] = [:]
        var cancelled: Set<UInt64> = []
        var nextID: UInt64 = 0
        var isStopped = false
    }

    private let state: Mutex<State>
    private let wakeDescriptor: Int32
    /// libpq's blocking calls, at most four at a time.
    private let blocking: BlockingCalls

    package init() {
        wakeDescriptor = CPostgresWakeDescriptor()
        state = Mutex(State())
        blocking = BlockingCalls()
        let thread = Thread { [weak self] in
            while true {
                // The poller is held only while it looks, so that one that nobody else holds can go.
                guard let self, self.pollOnce() else { return }
            }
        }
        thread.name = "tocsin-postgres"
        thread.stackSize = 256 * 1024
        thread.start()
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Ends the thread; who waits is told that it was cancelled.
    package func shutdown() {
        let waiting = state.withLock { state in
            state.isStopped = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiting { waiter.continuation.resume(returning: .cancelled) }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    /// Waits until the socket is ready, the deadline has passed, or the task is cancelled.
    func wait(_ descriptor: Int32, _ direction: Direction, until deadline: ContinuousClock.Instant?) async -> Readiness {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(
                    descriptor: descriptor, direction: direction, deadline: deadline, continuation: continuation)
                let isOver = state.withLock { state in
                    if state.isStopped || state.cancelled.remove(id) != nil { return true }
                    state.waiters[id] = waiter
                    return false
                }
                if isOver { continuation.resume(returning: .cancelled) } else { wake() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.cancelled.insert(id) }
                return waiter
            }
            waiter?.continuation.resume(returning: .cancelled)
            wake()
        }
    }

    /// One call of `poll`, at most a second long.
    ///
    /// - Returns: false once it was shut down.
    private func pollOnce() -> Bool {
        let (waiters, isStopped) = state.withLock { state in
            // A cancellation that came after its wait had ended leaves its number behind.
            if state.cancelled.count > 10_000 { state.cancelled = [] }
            return (state.waiters, state.isStopped)
        }
        if isStopped { return false }
        let order = Array(waiters)
        var descriptors = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        for (_, waiter) in order {
            let events = waiter.direction == .read ? Int16(POLLIN) : Int16(POLLOUT)
            descriptors.append(pollfd(fd: waiter.descriptor, events: events, revents: 0))
        }
        let now = ContinuousClock.now
        let soonest = order.compactMap(\.value.deadline).min().map { $0 - now } ?? .seconds(1)
        let bounded = max(.zero, min(soonest, .seconds(1)))
        let timeout = Int32(bounded.components.seconds * 1_000 + bounded.components.attoseconds / 1_000_000_000_000_000) + 1
        _ = poll(&descriptors, nfds_t(descriptors.count), timeout)
        if descriptors[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeDescriptor, &count, 8)
        }
        let after = ContinuousClock.now
        for (index, entry) in order.enumerated() {
            let isReady = descriptors[index + 1].revents != 0
            let isLate = entry.value.deadline.map { $0 <= after } ?? false
            guard isReady || isLate else { continue }
            let waiter = state.withLock { $0.waiters.removeValue(forKey: entry.key) }
            waiter?.continuation.resume(returning: isReady ? .ready : .timeout)
        }
        return true
    }

    /// Runs something that may block on a thread of its own, a few at a time.
    func onBlockingThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            blocking.add { continuation.resume(returning: work()) }
        }
    }
}

/// A few threads for calls that block; work beyond them waits its turn.
private final class BlockingCalls: Sendable {
    private struct State: Sendable {
        var waiting: [@Sendable () -> Void] = []
        var running = 0
    }

    private static let most = 4
    private let state = Mutex(State())

    func add(_ work: @escaping @Sendable () -> Void) {
        let startsThread = state.withLock { state in
            state.waiting.append(work)
            guard state.running < Self.most else { return false }
            state.running += 1
            return true
        }
        guard startsThread else { return }
        let thread = Thread { [self] in
            while let next = take() { next() }
        }
        thread.name = "tocsin-blocking"
        thread.stackSize = 512 * 1024
        thread.start()
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
