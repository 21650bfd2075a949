/// Which functions a template may call. The language itself is the same.
package enum TemplateDialect: Sendable, Hashable, CaseIterable {
    /// Annotations and labels of rules, as in Prometheus 3.
    case rules
    /// Notifications, as in Alertmanager.
    case notifications

    func function(_ name: String) -> TemplateFunction? { table[name] }

    private var table: [String: TemplateFunction] {
        switch self {
        case .rules: Self.rulesTable
        case .notifications: Self.notificationsTable
        }
    }

    private static let rulesTable = byName(
        TemplateFunction.language + TemplateFunction.comparisons + TemplateFunction.texts + TemplateFunction.prometheus)
    private static let notificationsTable = byName(
        TemplateFunction.language + TemplateFunction.comparisons + TemplateFunction.texts
            + TemplateFunction.alertmanager)

    private static func byName(_ functions: [TemplateFunction]) -> [String: TemplateFunction] {
        Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// The function that somebody probably meant: one that begins alike, or differs in one letter.
    func nearest(_ name: String) -> String? {
        let lower = name.lowercased()
        let near = table.keys.sorted().first { known in
            let other = known.lowercased()
            if lower == other { return true }
            if min(lower.count, other.count) > 4, lower.hasPrefix(other) || other.hasPrefix(lower) { return true }
            guard abs(lower.count - other.count) <= 1, lower.count > 2 else { return false }
            let common = zip(lower, other).prefix { $0 == $1 }.count
            let back = zip(lower.reversed(), other.reversed()).prefix { $0 == $1 }.count
            let longest = max(lower.count, other.count)
            // One letter wrong, missing or too many; or two neighbours exchanged.
            return common + back >= longest - 1
                || (common + back == longest - 2 && lower.sorted() == other.sorted())
        }
        return near ?? (Self.synonyms[lower].flatMap { table[$0] == nil ? nil : $0 })
    }

    /// What other template languages call the same.
    private static let synonyms = [
        "upper": "toUpper", "lower": "toLower", "trim": "trimSpace", "replace": "reReplaceAll", "quote": "printf",
        "escape": "html", "tojson": "toJson", "json": "toJson", "format": "printf", "length": "len", "size": "len",
        "urlencode": "urlquery", "urldecode": "urlUnescape", "equals": "eq", "regexmatch": "match",
    ]
}
