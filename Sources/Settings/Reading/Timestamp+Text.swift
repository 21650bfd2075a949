import Foundation
package import PromQL

extension Timestamp {
    /// Seconds since 1970, or RFC 3339; nil for anything else.
    package init?(_ text: String) {
        if let seconds = Double(text) {
            guard seconds.isFinite else { return nil }
            self.init(seconds: seconds)
            return
        }
        for options in [
            ISO8601DateFormatter.Options.withInternetDateTime, [.withInternetDateTime, .withFractionalSeconds],
        ] {
            let formatter = ISO8601DateFormatter()
            formatter.formatOptions = options
            if let date = formatter.date(from: text) {
                self.init(seconds: date.timeIntervalSince1970)
                return
            }
        }
        return nil
    }
}
