package import PromQL

/// One level of a rule: where it is raised and where it is cleared, each with the time that it must hold.
package struct LevelRule: Hashable, Sendable {
    package let level: Severity
    /// The condition that raises the level.
    package let raise: Threshold
    /// The condition that clears it. Values for which neither holds are the dead band and change nothing.
    package let clear: Threshold
    /// How long `raise` must hold without a break; zero raises at once.
    package let raiseFor: Duration
    /// How long `clear` must hold without a break; zero clears at once.
    package let clearFor: Duration

    package init(level: Severity, raise: Threshold, clear: Threshold, raiseFor: Duration, clearFor: Duration) {
        self.level = level
        self.raise = raise
        self.clear = clear
        self.raiseFor = raiseFor
        self.clearFor = clearFor
    }
}
