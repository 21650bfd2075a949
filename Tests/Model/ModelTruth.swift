import Alerting
import PromQL

/// How one target stands, worked out from what it shows alone.
struct ModelTruth: Hashable, Sendable {
    /// One time that it was on.
    struct Episode: Hashable, Sendable {
        var startedAt: Timestamp
        /// Nil while it lasts.
        var endedAt: Timestamp?
    }

    /// Oldest first.
    private(set) var episodes: [Episode] = []
    /// While it is on; nil for a rule without levels.
    private(set) var level: Severity?

    var isOn: Bool { episodes.last.map { $0.endedAt == nil } ?? false }
    /// The last episode's number; -1 before the first.
    var number: Int { episodes.count - 1 }

    /// The target shows this, in a round that went well.
    mutating func observe(_ value: Double?, of target: ModelTarget, settings: ModelSettings, at now: Timestamp) {
        switch target.probe {
        case .down: set(isOn: (value ?? 0) > 0.6, level: nil, at: now)
        case .used:
            let level = value.flatMap { nextLevel($0, settings: settings) }
            set(isOn: level != nil, level: level, at: now)
        }
    }

    /// Its rule is no more.
    mutating func end(at now: Timestamp) { set(isOn: false, level: nil, at: now) }

    /// All times were written under a clock that was ahead.
    mutating func moveBack(by step: Duration) {
        for index in episodes.indices {
            episodes[index].startedAt = episodes[index].startedAt - step
            episodes[index].endedAt = episodes[index].endedAt.map { $0 - step }
        }
    }

    private mutating func set(isOn: Bool, level: Severity?, at now: Timestamp) {
        if isOn && !self.isOn { episodes.append(Episode(startedAt: now)) }
        if !isOn && self.isOn { episodes[episodes.count - 1].endedAt = now }
        self.level = level
    }

    /// Between the two limits of a level it stays as it is. What clears all that was raised ends it.
    private func nextLevel(_ value: Double, settings: ModelSettings) -> Severity? {
        if value > ModelSettings.critical.raise { return .critical }
        if level == .critical && value >= ModelSettings.critical.clear { return .critical }
        if value > settings.warning.raise { return .warning }
        return level != nil && value >= settings.warning.clear ? .warning : nil
    }
}
