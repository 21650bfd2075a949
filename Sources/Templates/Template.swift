/// A text with actions in Go's template language, read and checked.
package struct Template: Sendable {
    package let text: String
    /// What it is the template of, for messages.
    package let name: String
    let nodes: [TemplateNode]
    let definitions: [String: [TemplateNode]]

    /// The variables that rule files know.
    package static let ruleVariables = ["labels", "value", "externalLabels", "externalURL"]

    /// Reads and checks a text: functions must exist, variables must be declared or among the predefined.
    ///
    /// - Parameter associated: other templates whose `define`d names this one may call.
    package init(
        _ text: String, name: String = "", predefined: [String] = Template.ruleVariables, associated: [Template] = []
    ) throws(TemplateError) {
        var parser = try TemplateParser(text, name: name, predefined: predefined)
        self.text = text
        self.name = name
        nodes = try parser.parse()
        var all: [String: [TemplateNode]] = [:]
        for other in associated { all.merge(other.definitions) { _, last in last } }
        definitions = all.merging(parser.definitions) { _, own in own }
    }

    /// Whether it is plain text, which expands to itself.
    package var isConstant: Bool {
        !text.contains("{{")
    }

    /// Whether it may read the time or other series, by `now` or `query`; true also where a text only holds these words.
    package var mayReadMore: Bool {
        !isConstant && (text.contains("query") || text.contains("now"))
    }

    /// Writes the text.
    ///
    /// - Parameters:
    ///   - dot: what `.` stands for.
    ///   - variables: what the predefined variables stand for.
    package func expand(
        _ dot: TemplateValue, variables: [String: TemplateValue], environment: TemplateEnvironment
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
        let own = TemplateValue.map(labels.mapValues(TemplateValue.string))
        let external = TemplateValue.map(externalLabels.mapValues(TemplateValue.string))
        let dot = TemplateValue.map([
            "Labels": own, "Value": .double(value), "ExternalLabels": external, "ExternalURL": .string(externalURL),
        ])
        return try expand(
            dot,
            variables: [
                "labels": own, "value": .double(value), "externalLabels": external, "externalURL": .string(externalURL),
            ], environment: environment)
    }
}
