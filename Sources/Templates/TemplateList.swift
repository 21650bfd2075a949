/// Values in order, with what Go would know of their type.
package struct TemplateList: Sendable, Hashable {
    /// The Go type; it decides which methods there are and how it prints.
    package enum Kind: String, Sendable {
        case anything = "[]interface {}"
        case strings = "[]string"
        /// Has `Firing` and `Resolved`.
        case alerts = "template.Alerts"
        case someAlerts = "[]template.Alert"
        /// Has `Names` and `Values`.
        case pairs = "template.Pairs"
        case samples = "template.queryResult"

        /// Whether only the outside makes such lists, never a template.
        var isData: Bool {
            switch self {
            case .alerts, .someAlerts, .pairs, .samples: true
            case .anything, .strings: false
            }
        }
    }

    package let elements: [TemplateValue]
    package let kind: Kind

    package init(_ elements: [TemplateValue], _ kind: Kind = .anything) {
        self.elements = elements
        self.kind = kind
    }
}
