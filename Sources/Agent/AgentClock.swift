package import PromQL
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// The agent's time: the wall clock at the start, moved on by the monotonic clock.
///
/// A wall clock that is set while the agent runs therefore fires and clears nothing. The two are compared on the way,
/// so that `drift` can say how far the wall clock has moved from what is shown.
package struct AgentClock: Sendable {
    private let startedWall: Timestamp
    private let startedMonotonic: ContinuousClock.Instant

    package init() {
        startedWall = Self.wall()
        startedMonotonic = ContinuousClock.now
    }

    /// The time now.
    package var now: Timestamp { startedWall + (ContinuousClock.now - startedMonotonic) }

    /// How far the wall clock is ahead of this one; zero unless it was set since the start.
    package var drift: Duration { Self.wall() - now }

    /// The wall clock's time.
    package static func wall() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return timestamp(time)
    }

    /// The wall clock's time with microseconds, for logs: what happens between two lines often takes less than one
    /// millisecond.
    package static func wallText() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let micros = String(Int(time.tv_nsec) / 1_000 % 1_000)
        let milliseconds = String(decoding: timestamp(time).description.utf8.dropLast(), as: UTF8.self)
        return milliseconds + "000".dropLast(micros.utf8.count) + micros + "Z"
    }

    private static func timestamp(_ time: timespec) -> Timestamp {
        Timestamp(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
