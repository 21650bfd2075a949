import Alerting
import Foundation
package import PromQL
import Settings

/// What Alertmanager's API shows; the names are its own.
struct ReceiverName: Encodable {
    let name: String
}

struct AlertmanagerStatus: Encodable {
    struct Cluster: Encodable {
        let status: String
        let peers: [String]
    }

    struct Version: Encodable {
        let version: String
        let revision: String
        let branch = ""
        let buildUser = ""
        let buildDate = ""
        let goVersion = ""
    }

    struct Configuration: Encodable {
        let original: String
    }

    let cluster: Cluster
    let versionInfo: Version
    let config: Configuration
    let uptime: String
}

struct GettableAlert: Encodable {
    struct Status: Encodable {
        let state: String
        let silencedBy: [String]
        let inhibitedBy: [String]
        let mutedBy: [String]
    }

    /// An alert of the agent's own that fires has no end, and clients want one: Alertmanager's own default, from now on.
    private static let assumedEnd = Duration.seconds(300)

    let fingerprint: String
    let labels: [String: String]
    let annotations: [String: String]
    let startsAt: String
    let endsAt: String
    let updatedAt: String
    let generatorURL: String
    let receivers: [ReceiverName]
    let status: Status

    init(_ standing: AlertStanding, externalURL: String, at now: Timestamp) {
        let alert = standing.alert
        fingerprint = alert.id.description
        labels = alert.routedLabels.dictionary
        annotations = alert.annotations
        startsAt = (alert.firingSince ?? alert.updatedAt).description
        endsAt = (alert.received?.endsAt ?? now + Self.assumedEnd).description
        updatedAt = alert.updatedAt.description
        generatorURL = alert.received?.generatorURL ?? externalURL
        var seen: Set<String> = []
        receivers = standing.routes.map(\.receiver).filter { seen.insert($0).inserted }.map { ReceiverName(name: $0) }
        let isSuppressed = !standing.silencedBy.isEmpty || !standing.inhibitedBy.isEmpty
        status = Status(
            state: isSuppressed ? "suppressed" : "active", silencedBy: standing.silencedBy,
            inhibitedBy: standing.inhibitedBy.map(\.description), mutedBy: standing.mutedBy)
    }
}

struct AlertGroup: Encodable {
    let labels: [String: String]
    let receiver: ReceiverName
    var alerts: [GettableAlert]
}

/// A condition of a silence.
package struct SilenceMatcher: Codable, Sendable, Hashable {
    package let name: String
    package let value: String
    package let isRegex: Bool
    /// Absent means true.
    package let isEqual: Bool?

    package init(_ matcher: Matcher) {
        name = matcher.name
        value = matcher.value
        isRegex = matcher.operation == .matches || matcher.operation == .notMatches
        isEqual = matcher.operation == .equal || matcher.operation == .matches
    }

    func matcher() throws(AlertmanagerAPI.Problem) -> Matcher {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first),
            name.unicodeScalars.allSatisfy({
                $0 == "_" || ("0"..."9").contains($0) || ("a"..."z").contains($0) || ("A"..."Z").contains($0)
            })
        else { throw .bad("invalid label name \"\(name.prefix(80))\"") }
        let operation: Matcher.Operation =
            switch (isRegex, isEqual ?? true) {
            case (false, true): .equal
            case (false, false): .notEqual
            case (true, true): .matches
            case (true, false): .notMatches
            }
        do {
            return try Matcher(name, operation, value)
        } catch {
            throw .bad("the regular expression of `\(name)` can't be used: \(error.message)")
        }
    }
}

/// A silence as it is asked for.
package struct PostableSilence: Codable, Sendable {
    package var id: String?
    package var matchers: [SilenceMatcher]
    package var startsAt: String
    package var endsAt: String
    package var createdBy: String
    package var comment: String
    /// The named intervals in which it holds; Tocsin's own key.
    package var during: [String]?

    package init(
        id: String? = nil, matchers: [Matcher], startsAt: Timestamp, endsAt: Timestamp, createdBy: String,
        comment: String, during: [String]? = nil
    ) {
        self.during = during
        self.id = id
        self.matchers = matchers.map { SilenceMatcher($0) }
        self.startsAt = startsAt.description
        self.endsAt = endsAt.description
        self.createdBy = createdBy
        self.comment = comment
    }

    func draft() throws(AlertmanagerAPI.Problem) -> SilenceDraft {
        guard let start = Timestamp(startsAt) else { throw .bad("`startsAt` is no time") }
        guard let end = Timestamp(endsAt) else { throw .bad("`endsAt` is no time") }
        var found: [Matcher] = []
        for matcher in matchers { found.append(try matcher.matcher()) }
        return SilenceDraft(
            id: id.flatMap { $0.isEmpty ? nil : $0 }, matchers: found, startsAt: start, endsAt: end,
            createdBy: createdBy, comment: comment, during: during)
    }

    /// What is wrong with a body, without what stands in it.
    static func explanation(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "`\(key.stringValue)` is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "`\(context.codingPath.map(\.stringValue).joined(separator: "."))` is of another type"
        default: "it is not JSON"
        }
    }
}

/// A silence as it is shown.
package struct GettableSilence: Codable, Sendable {
    package struct Status: Codable, Sendable {
        package let state: String
    }

    package let id: String
    package let status: Status
    package let matchers: [SilenceMatcher]
    package let startsAt: String
    package let endsAt: String
    package let updatedAt: String
    package let createdBy: String
    package let comment: String
    /// The named intervals in which it holds; absent for all the time.
    package let during: [String]?

    init(_ silence: Silence, state: Silence.State) {
        id = silence.id
        status = Status(state: state.rawValue)
        matchers = silence.matchers.map { SilenceMatcher($0) }
        startsAt = silence.startsAt.description
        endsAt = silence.endsAt.description
        updatedAt = silence.updatedAt.description
        createdBy = silence.createdBy
        comment = silence.comment
        during = silence.during
    }
}
