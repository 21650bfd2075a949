package import PromQL

/// What one round brought.
package struct ProbeResult: Sendable {
    /// The samples without the target's labels. With a failure: those that are true all the same.
    package var samples: [Sample]
    /// Why the round failed; nil when it brought all that it should.
    package var failure: ProbeFailure?

    package init(samples: [Sample] = [], failure: ProbeFailure? = nil) {
        self.samples = samples
        self.failure = failure
    }
}
