import Alerting
import ArgumentParser
import PromQL
import Settings

/// Shows who would be told what.
struct RoutesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routes", abstract: "The routing tree of the settings, and where an alert would go.",
        subcommands: [Show.self, Test.self])

    /// Prints the tree.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The routing tree of the settings.", discussion: "EXAMPLE\n  tocsin routes show -c tocsin.yaml")

        @OptionGroup var settings: ConfigurationOption

        func run() async throws {
            let route = try settings.load().settings.route
            Terminal.out("Routing tree:\n.\n" + RouteText.tree(route).joined(separator: "\n"))
        }
    }

    /// Says which receivers an alert with some labels would go to.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Which receivers an alert with these labels goes to, by which routes, and why.",
            discussion: """
                The first line has the receivers, as `amtool config routes test` prints them. A rule's level is the label \
                `severity`. Silences and inhibition are not looked at: they depend on what fires.

                EXAMPLES
                  tocsin routes test severity=critical team=db
                  tocsin routes test -c tocsin.yaml alertname=PoolUtilizationHigh --json
                """)

        @OptionGroup var settings: ConfigurationOption

        @Argument(help: "The alert's labels, as name=value.")
        var labels: [String] = []

        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let labels = try Labels(self.labels.map(Self.pair))
            let settings = try settings.load().settings
            let paths = settings.route.paths(for: labels)
            let silent = Set(settings.receivers.filter(\.policies.isEmpty).map(\.name))
            let receivers = paths.compactMap { $0.last?.receiver }
            if json {
                return Terminal.out(
                    try Terminal.json(paths.compactMap { RouteAnswer($0, labels: labels, silent: silent) }))
            }
            let texts = paths.map { RouteText.explanation($0, labels: labels, silent: silent) }
            Terminal.out(([receivers.joined(separator: ",")] + texts).joined(separator: "\n\n"))
        }

        private static func pair(_ text: String) throws -> (String, String) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("`\(text)` is no label; write it as name=value")
            }
            var value = Substring(parts[1])
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            return (parts[0], String(value))
        }
    }
}

/// A route that takes an alert, as JSON.
private struct RouteAnswer: Encodable {
    let receiver: String
    /// Whether the receiver has a channel, so that somebody is told.
    let hasChannel: Bool
    let route: String
    let matchers: [String]
    let group: [String: String]
    let groupWait: String
    let groupInterval: String
    let repeatInterval: String
    let fallback: String?
    /// Who is told what nobody acknowledges, in turn.
    let escalation: [Step]
    let muteTimeIntervals: [String]
    let activeTimeIntervals: [String]

    struct Step: Encodable {
        let after: String
        let receiver: String
    }

    init?(_ path: [Route], labels: Labels, silent: Set<String>) {
        guard let route = path.last else { return nil }
        hasChannel = !silent.contains(route.receiver)
        receiver = route.receiver
        self.route = route.id
        matchers = path.flatMap { $0.matchers.map(\.description) }
        group = route.groupLabels(of: labels).dictionary
        groupWait = route.groupWait.promQL
        groupInterval = route.groupInterval.promQL
        repeatInterval = route.repeatInterval.promQL
        fallback = route.fallback
        escalation = route.escalation.map { Step(after: $0.after.promQL, receiver: $0.receiver) }
        muteTimeIntervals = route.muteIntervals
        activeTimeIntervals = route.activeIntervals
    }
}

/// Routes for people.
private enum RouteText {
    /// The lines of a tree, the root's first.
    static func tree(_ route: Route) -> [String] { lines(route, name: "default-route", head: "└── ", below: "    ") }

    private static func lines(_ route: Route, name: String, head: String, below: String) -> [String] {
        let children = route.routes.enumerated().flatMap { index, child in
            let isLast = index == route.routes.count - 1
            return lines(
                child, name: condition(child), head: below + (isLast ? "└── " : "├── "),
                below: below + (isLast ? "    " : "│   "))
        }
        return [head + name + facts(route)] + children
    }

    private static func facts(_ route: Route) -> String {
        var facts: [String] = []
        if route.continues { facts.append("continue: true") }
        facts.append("receiver: \(route.receiver)")
        if let fallback = route.fallback { facts.append("fallback: \(fallback)") }
        if !route.escalation.isEmpty { facts.append("escalation: \(steps(route))") }
        if !route.muteIntervals.isEmpty { facts.append("mute: \(route.muteIntervals.joined(separator: ", "))") }
        if !route.activeIntervals.isEmpty { facts.append("active: \(route.activeIntervals.joined(separator: ", "))") }
        return facts.map { "  " + $0 }.joined()
    }

    private static func steps(_ route: Route) -> String {
        route.escalation.map { "\($0.receiver) after \($0.after.promQL)" }.joined(separator: ", ")
    }

    private static func condition(_ route: Route) -> String {
        "{" + route.matchers.map(\.description).joined(separator: ",") + "}"
    }

    /// Why a route takes an alert, and what it does with it.
    ///
    /// - Parameter silent: the receivers that have no channel.
    static func explanation(_ path: [Route], labels: Labels, silent: Set<String>) -> String {
        guard let route = path.last else { return "" }
        let conditions = path.dropFirst().map(condition)
        let why = conditions.isEmpty ? "no other route matches" : conditions.joined(separator: ", then ") + " match"
        var lines = [
            "\(route.receiver)", "  route     \(route.id)", "  because   \(why)",
            "  group     \(route.groupLabels(of: labels))",
            "  timing    group_wait \(route.groupWait.promQL), group_interval \(route.groupInterval.promQL), "
                + "repeat_interval \(route.repeatInterval.promQL)",
        ]
        if silent.contains(route.receiver) { lines.append("  told      nobody: the receiver has no channel here") }
        if let fallback = route.fallback { lines.append("  fallback  \(fallback)") }
        if !route.escalation.isEmpty { lines.append("  escalates \(steps(route)), unless acknowledged") }
        if !route.muteIntervals.isEmpty {
            lines.append("  muted in  \(route.muteIntervals.joined(separator: ", "))")
        }
        if !route.activeIntervals.isEmpty {
            lines.append("  only in   \(route.activeIntervals.joined(separator: ", "))")
        }
        return lines.joined(separator: "\n")
    }
}
