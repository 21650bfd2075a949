import Alerting
import PromQL
import Settings

/// Which alerts a request of Alertmanager's API asks for.
struct AlertFilter: Sendable {
    private let active: Bool
    private let silenced: Bool
    private let inhibited: Bool
    private let receiver: RegularExpression?
    private let matchers: [Matcher]

    init(_ parameters: QueryParameters) throws(AlertmanagerAPI.Problem) {
        active = try Self.flag("active", parameters)
        silenced = try Self.flag("silenced", parameters)
        inhibited = try Self.flag("inhibited", parameters)
        _ = try Self.flag("unprocessed", parameters)
        do {
            receiver = try parameters["receiver"].map { text throws(RegexError) in try RegularExpression(text) }
        } catch {
            throw .bad("failed to parse receiver param: \(error.message)")
        }
        var found: [Matcher] = []
        for text in parameters.all("filter") { found += try Self.matchers(text) }
        matchers = found
    }

    /// The matchers in one `filter`.
    static func matchers(_ text: String) throws(AlertmanagerAPI.Problem) -> [Matcher] {
        do {
            return try MatcherText.parse(text)
        } catch {
            throw .bad("bad matcher format: \(text): \(error.message)")
        }
    }

    private static func flag(_ name: String, _ parameters: QueryParameters) throws(AlertmanagerAPI.Problem) -> Bool {
        switch parameters[name] {
        case nil, "true", "1": return true
        case "false", "0": return false
        case let other?: throw .bad("`\(name)` is true or false, not `\(other)`")
        }
    }

    func wants(_ standing: AlertStanding) -> Bool {
        let isHeld = !standing.silencedBy.isEmpty || !standing.inhibitedBy.isEmpty
        if !active && !isHeld { return false }
        if !silenced && !standing.silencedBy.isEmpty { return false }
        if !inhibited && !standing.inhibitedBy.isEmpty { return false }
        let labels = standing.alert.routedLabels
        return matchers.allSatisfy { $0.matches(labels) }
            && standing.routes.contains { wants(receiver: $0.receiver) }
    }

    func wants(receiver name: String) -> Bool { receiver?.matchesWhole(name) ?? true }
}
