package import PromQL

/// While an alert fires that all of `sources` match, those that all of `targets` match are held back, if both have the
/// same values in the labels of `equal`; a label that is missing is the same as an empty one.
package struct InhibitRule: Hashable, Sendable {
    package let sources: [Matcher]
    package let targets: [Matcher]
    package let equal: [String]

    package init(sources: [Matcher], targets: [Matcher], equal: [String] = []) {
        self.sources = sources
        self.targets = targets
        self.equal = equal
    }

    func isSource(_ labels: Labels) -> Bool { sources.allSatisfy { $0.matches(labels) } }

    func isTarget(_ labels: Labels) -> Bool { targets.allSatisfy { $0.matches(labels) } }

    package var description: String {
        func text(_ matchers: [Matcher]) -> String { "{" + matchers.map(\.description).joined(separator: ",") + "}" }
        let labels = equal.isEmpty ? "" : " with equal \(equal.joined(separator: ", "))"
        return "\(text(sources)) inhibits \(text(targets))\(labels)"
    }
}
