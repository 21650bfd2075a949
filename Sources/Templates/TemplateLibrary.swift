/// Named templates that others may call: what files of templates `define`.
package struct TemplateLibrary: Sendable {
    /// No templates.
    package static let empty = TemplateLibrary()

    let definitions: [String: TemplateDefinition]

    private init() { definitions = [:] }

    /// Reads files, which may call each other's templates. Of two definitions of a name in different files the last
    /// one counts, as in Alertmanager; what stands outside of all definitions has its file's name.
    ///
    /// - Parameter base: templates that the files may call, and replace.
    package init(
        _ files: [(name: String, text: String)], dialect: TemplateDialect = .notifications,
        base: TemplateLibrary = .empty
    ) throws(TemplateError) {
        var all = base.definitions
        var calls: [(name: String, offset: Int, source: TemplateSource)] = []
        for file in files {
            let source = TemplateSource(text: file.text, name: file.name)
            var parser = try TemplateParser(source, dialect: dialect, predefined: [])
            let own = TemplateDefinition(body: try parser.parse(), source: source)
            all = Self.merge(parser.definitions.merging([file.name: own]) { defined, _ in defined }, into: all)
            calls += parser.calls.map { ($0.name, $0.offset, source) }
        }
        for call in calls { try Self.check(call.name, at: call.offset, in: call.source, against: all) }
        definitions = all
    }

    /// The names of its templates, in order.
    package var names: [String] { definitions.keys.sorted() }

    /// Where something is defined, something empty does not replace it.
    static func merge(
        _ new: [String: TemplateDefinition], into old: [String: TemplateDefinition]
    ) -> [String: TemplateDefinition] {
        old.merging(new) { former, latter in latter.isEmpty ? former : latter }
    }

    static func check(
        _ name: String, at offset: Int, in source: TemplateSource, against all: [String: TemplateDefinition]
    ) throws(TemplateError) {
        if all[name] != nil { return }
        let known = all.keys.sorted().prefix(10).map { "`\($0)`" }.joined(separator: ", ")
        throw source.error(
            "template `\(name)` is not defined; there are \(known.isEmpty ? "none" : known)", at: offset)
    }
}
