package import PromQL

/// When a probe runs: the first round at once, later ones at a phase of its own, so that hundreds of probes with the
/// same interval don't all run in the same millisecond.
///
/// The phase comes from the id alone and is the same after a restart. A round that takes longer than the interval
/// skips the times that it missed; rounds never pile up.
package struct ProbeSchedule: Hashable, Sendable {
    /// When the next round is due.
    package private(set) var nextDue: Timestamp

    /// Rounds in a row that the target was too slow for.
    private var slowRounds = 0
    private let interval: Int64
    private let phase: Int64

    /// The longest pause for a target that is too slow, unless its interval is longer.
    package static let longestPause = Duration.seconds(30)

    /// - Parameters:
    ///   - id: the probe's.
    ///   - interval: the time between two rounds; below 1 ms it counts as 1 ms.
    ///   - startingAt: when the first round is due.
    package init(id: String, interval: Duration, startingAt start: Timestamp) {
        self.interval = max(1, interval.milliseconds)
        phase = Int64(Self.hash(id) % UInt64(self.interval))
        nextDue = start
    }

    /// Says that the round is over, and plans the next: the first time of the probe's phase that is still to come and
    /// at least half an interval after the last round was due, so that no two rounds stand close together.
    ///
    /// - Parameter wasTooSlow: whether the target did not answer in time. Asked as often as before, a sick target
    ///   would only be kept busy: from the second such round in a row the pause doubles, up to `longestPause`.
    package mutating func finished(at now: Timestamp, wasTooSlow: Bool = false) {
        slowRounds = wasTooSlow ? slowRounds + 1 : 0
        var earliest = max(now.milliseconds + 1, nextDue.milliseconds + (interval + 1) / 2)
        if slowRounds > 1 {
            let longest = max(interval, Self.longestPause.milliseconds)
            earliest = max(earliest, now.milliseconds + min(longest, interval << min(slowRounds - 1, 16)))
        }
        let behind = earliest - phase
        let remainder = behind % interval
        let wait = remainder == 0 ? 0 : remainder > 0 ? interval - remainder : -remainder
        nextDue = Timestamp(milliseconds: earliest + wait)
    }

    /// FNV-1a, because Swift's own hash differs from run to run, and then mixed, because ids differ in their last
    /// letters only.
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ (hash >> 33)
    }
}
