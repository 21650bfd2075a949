/// Why a run of a runbook did not come to its end, and how to mend that.
package struct MendingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What has become of the database.
    package enum Effect: String, Hashable, Sendable {
        /// Nothing was begun.
        case none
        /// Everything was undone.
        case rolledBack
        /// Something may have changed; the message says what is known.
        case unknown
    }

    package let effect: Effect
    package let message: String
    /// Nil where the message says it all.
    package let remedy: String?

    package init(_ effect: Effect, _ message: String, remedy: String? = nil) {
        self.effect = effect
        self.message = message
        self.remedy = remedy
    }

    package var description: String { remedy.map { "\(message)\n  \($0)" } ?? message }
}
