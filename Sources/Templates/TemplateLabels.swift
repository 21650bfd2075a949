/// Names with texts.
package struct TemplateLabels: Sendable, Hashable {
    package let values: [String: String]
    /// Whether it is Alertmanager's `KV`, which has `SortedPairs`, `Remove`, `Names` and `Values`.
    package let isSet: Bool

    package init(_ values: [String: String], isSet: Bool = false) {
        self.values = values
        self.isSet = isSet
    }

    /// By name; of a `KV` the alert's name comes first, as in Alertmanager.
    var sorted: [(name: String, value: String)] {
        values.map { ($0.key, $0.value) }.sorted { one, other in
            if isSet, (one.0 == "alertname") != (other.0 == "alertname") { return one.0 == "alertname" }
            return one.0.precedesInBytes(other.0)
        }
    }

    /// `a=1, b=2`, as newer Alertmanagers write a `KV`.
    var text: String { sorted.map { "\($0.name)=\($0.value)" }.joined(separator: ", ") }
}

extension String {
    /// Go's order of strings: by their bytes, where Swift's would follow Unicode's equivalence.
    func precedesInBytes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

    /// Go's equality of strings.
    func equalsInBytes(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
