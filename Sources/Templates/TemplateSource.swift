/// A text that a template was read from, for messages.
struct TemplateSource: Sendable, Hashable {
    let text: String
    let name: String

    /// - Parameter offset: in Unicode scalars from the beginning.
    func error(_ message: String, at offset: Int) -> TemplateError {
        TemplateError(message, at: offset, in: text, name: name)
    }
}
