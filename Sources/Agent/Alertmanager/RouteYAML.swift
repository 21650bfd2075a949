import Alerting
import PromQL

/// The routing tree as a file of Alertmanager's: what its clients read to say where an alert would go. Receivers are
/// mere names, so that no secret is in it.
enum RouteYAML {
    static func text(_ route: Route, receivers: [String]) -> String {
        let names = receivers.map { "- name: \(quoted($0))\n" }.joined()
        return "route:\n" + lines(of: route, indent: "  ").joined() + "receivers:\n" + names
    }

    private static func lines(of route: Route, indent: String) -> [String] {
        var lines = ["receiver: \(quoted(route.receiver))"]
        switch route.groupBy {
        case .all: lines.append("group_by: ['...']")
        case .labels(let names): lines.append("group_by: [\(names.map(quoted).joined(separator: ", "))]")
        }
        if !route.matchers.isEmpty {
            lines.append("matchers: [\(route.matchers.map { quoted($0.description) }.joined(separator: ", "))]")
        }
        if route.continues { lines.append("continue: true") }
        lines.append("group_wait: \(route.groupWait.promQL)")
        lines.append("group_interval: \(route.groupInterval.promQL)")
        lines.append("repeat_interval: \(route.repeatInterval.promQL)")
        let own = lines.map { indent + $0 + "\n" }
        guard !route.routes.isEmpty else { return own }
        let below = route.routes.flatMap { child in
            let inner = Self.lines(of: child, indent: indent + "  ")
            return [indent + "- " + (inner.first?.dropFirst(indent.count + 2) ?? "")] + inner.dropFirst()
        }
        return own + [indent + "routes:\n"] + below
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}
