/// A text with actions in Go's template language, read and checked.
package struct Template: Sendable {
    package let text: String
    /// What it is the template of, for messages.
    package let name: String
    package let dialect: TemplateDialect
    let nodes: [TemplateNode]
    let definitions: [String: TemplateDefinition]
    /// Whether it is plain text, which expands to itself. Known from the start: labels are expanded for each alert in
    /// each evaluation.
    package let isConstant: Bool
    /// Whether it, or a template that it may call, asks for the time or for other series.
    private let readsMore: Bool

    /// The variables that rule files know.
    package static let ruleVariables = ["labels", "value", "externalLabels", "externalURL"]

    /// Reads and checks a text of a rule: functions must exist, variables must be declared or among the predefined, and
    /// called templates must be defined.
    ///
    /// - Parameter associated: other templates whose `define`d names this one may call.
    package init(
        _ text: String, name: String = "", predefined: [String] = Template.ruleVariables, associated: [Template] = []
    ) throws(TemplateError) {
        var known: [String: TemplateDefinition] = [:]
        for other in associated { known = TemplateLibrary.merge(other.definitions, into: known) }
        try self.init(text, name: name, dialect: .rules, predefined: predefined, known: known)
    }

    /// Reads and checks a text of a notification.
    ///
    /// - Parameter library: the templates that it may call.
    package init(
        notification text: String, name: String = "", library: TemplateLibrary = .empty
    ) throws(TemplateError) {
        try self.init(text, name: name, dialect: .notifications, predefined: [], known: library.definitions)
    }

    private init(
        _ text: String, name: String, dialect: TemplateDialect, predefined: [String],
        known: [String: TemplateDefinition]
    ) throws(TemplateError) {
        let source = TemplateSource(text: text, name: name)
        var parser = try TemplateParser(source, dialect: dialect, predefined: predefined)
        self.text = text
        isConstant = !text.contains("{{")
        self.name = name
        self.dialect = dialect
        nodes = try parser.parse()
        definitions = TemplateLibrary.merge(parser.definitions, into: known)
        for call in parser.calls {
            try TemplateLibrary.check(call.name, at: call.offset, in: source, against: definitions)
        }
        let texts = [text] + definitions.values.map(\.source.text)
        readsMore = texts.contains { text in
            text.contains("{{") && ["query", "now", "since"].contains { text.contains($0) }
        }
    }

    /// Whether it may read the time or other series, by `now`, `since` or `query`; true also where a text only holds
    /// these words.
    package var mayReadMore: Bool { !isConstant && readsMore }

    /// Writes the text.
    ///
    /// - Parameters:
    ///   - dot: what `.` stands for.
    ///   - variables: what the predefined variables stand for.
    package func expand(
        _ dot: TemplateValue, variables: [String: TemplateValue] = [:], environment: TemplateEnvironment
    ) throws(TemplateError) -> String {
        if isConstant { return text }
        var expander = TemplateExpander(self, variables: variables, environment: environment)
        return try expander.expand(dot)
    }

    /// Writes an annotation or a label of a rule: `$labels`, `$value`, `$externalLabels`, `$externalURL`, and the same
    /// as fields of the dot.
    package func expandRule(
        labels: [String: String], value: Double, externalLabels: [String: String], externalURL: String,
        environment: TemplateEnvironment
    ) throws(TemplateError) -> String {
        if isConstant { return text }
        let values: [(name: String, value: TemplateValue)] = [
            ("Labels", .labels(labels)), ("ExternalLabels", .labels(externalLabels)),
            ("ExternalURL", .string(externalURL)), ("Value", .double(value)),
        ]
        let dot = TemplateRecord(
            "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; "
                + "Value interface {} }", values.map { .init($0.name, $0.value) })
        let variables = Dictionary(
            uniqueKeysWithValues: values.map { ($0.name.prefix(1).lowercased() + $0.name.dropFirst(), $0.value) })
        return try expand(.record(dot), variables: variables, environment: environment)
    }

    /// Writes a text of a notification.
    package func expand(
        _ notification: TemplateNotification, environment: TemplateEnvironment
    ) throws(TemplateError) -> String {
        try expand(notification.value, environment: environment)
    }

    /// Writes a text of a notification; a failure stands in the text, and never stops the notification.
    package func expandShowingFailure(
        _ notification: TemplateNotification, environment: TemplateEnvironment
    ) -> String {
        do {
            return try expand(notification, environment: environment)
        } catch {
            return Self.shown(error)
        }
    }

    /// How a failure stands in a text, as in Prometheus.
    package static func shown(_ error: TemplateError) -> String {
        "<error expanding template: \(error)>"
    }
}
