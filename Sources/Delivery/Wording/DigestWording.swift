import Alerting

/// A message that stands for many, in words.
enum DigestWording {
    /// `DIGEST: 97 firing, 3 resolved, worst critical`.
    static func headline(of digest: Digest) -> String {
        let worst = digest.level.map { ", worst \($0)" } ?? ""
        return "\(lead(digest)): \(digest.counts)\(worst)"
    }

    /// `DIGEST:97 critical`.
    static func status(of digest: Digest) -> String {
        guard digest.firing > 0 else { return "\(lead(digest)):RESOLVED" }
        return "\(lead(digest)):\(digest.firing)\(digest.level.map { " \($0)" } ?? "")"
    }

    /// `100 messages: PoolUtilizationHigh and 3 more`.
    static func subject(of digest: Digest) -> String {
        let others = digest.rules.count - 1 + digest.omittedRules
        let name = digest.rules.first.map { ": \($0.rule)" } ?? ""
        return SafeText.line("\(digest.messages) messages\(name)\(others > 0 ? " and \(others) more" : "")")
    }

    /// Why it is one message, and what it stands for.
    static func notes(of notification: Notification) -> [String] {
        guard let digest = notification.digest else { return [] }
        var notes = [why(digest)]
        let counts = digest.rules.map { count in
            let parts = [(count.firing, "firing"), (count.over, "resolved")].filter { $0.0 > 0 }
                .map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            return "\(count.rule): \(parts)\(count.level.map { " (\($0))" } ?? "")"
        }
        let more = digest.omittedRules > 0 ? "; and \(digest.omittedRules) more" : ""
        notes.append(SafeText.line(counts.joined(separator: "; ") + more))
        let total = digest.firing + digest.over
        if total > notification.alerts.count {
            let named = notification.alerts.count
            notes.append("Of \(total) alerts the first \(named) are named; `tocsin alerts` has all that fire.")
        }
        return notes
    }

    private static func why(_ digest: Digest) -> String {
        switch digest.cause {
        case .firstLook: "A first look: this was wrong already when Tocsin began to watch."
        case .storm: "\(digest.messages) messages came at once; this one stands for them all."
        case .outage: "\(digest.messages) messages waited for this receiver; this one stands for them all."
        }
    }

    private static func lead(_ digest: Digest) -> String {
        switch digest.cause {
        case .firstLook: "FIRST LOOK"
        case .storm, .outage: "DIGEST"
        }
    }
}
