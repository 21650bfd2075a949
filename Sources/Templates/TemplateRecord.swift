/// A Go struct: named fields in order, and no others.
package struct TemplateRecord: Sendable, Hashable {
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: TemplateValue
        /// How JSON calls it.
        package let jsonName: String

        package init(_ name: String, _ value: TemplateValue, json: String? = nil) {
            self.name = name
            self.value = value
            jsonName = json ?? name
        }
    }

    /// As messages show it, such as `template.Alert`.
    package let typeName: String
    package let fields: [Field]

    package init(_ typeName: String, _ fields: [Field]) {
        self.typeName = typeName
        self.fields = fields
    }

    subscript(_ name: String) -> TemplateValue? { fields.first { $0.name == name }?.value }
}
