/// When an alert is said to flap: Icinga's weighted share of slots in which it changed between ok and firing.
package struct FlappingPolicy: Hashable, Sendable, Codable {
    /// The number of slots looked at; Icinga and Nagios use 20.
    package let window: Int
    /// Flapping begins above this share, in per cent.
    package let high: Double
    /// Flapping ends at or below this share, in per cent.
    package let low: Double

    package init(window: Int = 20, high: Double = 30, low: Double = 25) {
        self.window = window
        self.high = high
        self.low = low
    }
}
