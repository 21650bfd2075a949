/// One value of one series at one time.
package struct Sample: Hashable, Sendable {
    /// With the metric's name.
    package let labels: Labels
    package let value: Double
    package let at: Timestamp

    package init(labels: Labels, value: Double, at: Timestamp) {
        self.labels = labels
        self.value = value
        self.at = at
    }
}

/// The value that says that a series has ended: a NaN of one exact bit pattern, as in Prometheus.
package enum StaleMarker {
    package static let bits: UInt64 = 0x7ff0_0000_0000_0002
    package static let value = Double(bitPattern: bits)

    package static func isStale(_ value: Double) -> Bool {
        value.bitPattern == bits
    }
}
