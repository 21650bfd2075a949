import CPostgres
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The body of the poll thread: waits on all sockets and deadlines with one `poll(2)`.
final class PostgresPollLoop: Sendable {
    enum Direction: Hashable, Sendable { case read, write, both, none }

    struct Entry: Sendable {
        let wait: PostgresWait
        /// -1 for a wait on the deadline alone, which `poll` passes over.
        let descriptor: Int32
        let direction: Direction
        let deadline: ContinuousClock.Instant

        fileprivate var request: pollfd {
            let events =
                switch direction {
                case .read: POLLIN
                case .write: POLLOUT
                case .both: POLLIN | POLLOUT
                case .none: 0 as Int32
                }
            return pollfd(fd: direction == .none ? -1 : descriptor, events: Int16(events), revents: 0)
        }
    }

    private struct State: Sendable {
        var entries: [Entry] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let wakeDescriptor = CPostgresWakeDescriptor()
    /// The longest sleep; only a process without a descriptor left, which can't be woken, looks often.
    private var longestSleep: Duration { wakeDescriptor >= 0 ? .seconds(3_600) : .milliseconds(20) }

    deinit {
        if wakeDescriptor >= 0 { close(wakeDescriptor) }
    }

    /// Adds a wait; one that comes after the stop ends as cancelled.
    func add(_ entry: Entry) {
        let isStopped = state.withLock { state in
            if !state.isStopped { state.entries.append(entry) }
            return state.isStopped
        }
        if isStopped { entry.wait.end(.cancelled) } else { wake() }
    }

    /// Ends the loop; who waits is told that it was cancelled.
    func stop() {
        let waiting = state.withLock { state in
            state.isStopped = true
            defer { state.entries = [] }
            return state.entries
        }
        for entry in waiting { entry.wait.end(.cancelled) }
        wake()
    }

    /// Looks until it is stopped; sleeps in `poll` in between.
    func run() {
        while pass() {}
    }

    private func wake() {
        var one: UInt64 = 1
        _ = write(wakeDescriptor, &one, 8)
    }

    private func pass() -> Bool {
        let (entries, isStopped) = state.withLock { state in
            state.entries.removeAll { $0.wait.isOver }
            return (state.entries, state.isStopped)
        }
        if isStopped { return false }
        var requests = [pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0)]
        requests += entries.map(\.request)
        let soonest = entries.map(\.deadline).min().map { $0 - ContinuousClock.now } ?? longestSleep
        let sleep = max(.zero, min(soonest, longestSleep))
        // Rounded up, so that a deadline has passed when `poll` returns.
        if poll(&requests, nfds_t(requests.count), Int32(sleep.wholeMilliseconds) + 1) < 0, errno != EINTR {
            // No memory for the moment: try again, but not at full speed.
            usleep(20_000)
        }
        if requests[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeDescriptor, &count, 8)
        }
        let now = ContinuousClock.now
        for (entry, request) in zip(entries, requests.dropFirst()) {
            if request.revents != 0 {
                entry.wait.end(.ready)
            } else if entry.deadline <= now {
                entry.wait.end(.timeout)
            }
        }
        return true
    }
}
