import Alerting

/// Reads one YAML file and gathers every problem in it, so that a person sees them all at once.
final class YAMLReader {
    let document: YAMLDocument
    /// Where `${NAME}` in values comes from; nil where values are taken as they stand, as in rule files.
    let environment: [String: String]?
    private(set) var problems: [SettingsProblem] = []

    init(file: String, text: String, environment: [String: String]? = nil) {
        document = YAMLDocument(file: file, text: text, hidesSecrets: environment != nil)
        self.environment = environment
        if let problem = document.problem { problems.append(problem) }
    }

    /// The file's own node; nil where the file is empty or could not be read.
    var root: YAMLValue? {
        document.root.map { YAMLValue(node: $0, name: "the file", reader: self) }
    }

    /// Notes an error at a place in the file.
    func error(_ message: String, at place: Place?, remedy: String? = nil) {
        note(.error, message, at: location(place), remedy: remedy)
    }

    /// Notes a warning at a place in the file.
    func warning(_ message: String, at place: Place?, remedy: String? = nil) {
        note(.warning, message, at: location(place), remedy: remedy)
    }

    /// Notes a problem at a location.
    ///
    /// - Parameter shown: how many characters of the line may be seen; nil means all that is no known secret.
    func note(
        _ severity: SettingsProblem.Severity, _ message: String, at location: SourceLocation, remedy: String? = nil,
        shown: Int? = nil
    ) {
        var excerpt = document.source.excerpt(line: location.line)
        if let shown, let line = excerpt { excerpt = Self.shorten(line, to: shown) }
        problems.append(SettingsProblem(severity, at: location, message, remedy: remedy, excerpt: excerpt))
    }

    /// The beginning of a line; a `<redacted>` at the cut stays whole.
    private static func shorten(_ line: String, to count: Int) -> String {
        let scalars = line.unicodeScalars
        guard scalars.count > count else { return line }
        let cut = scalars.index(scalars.startIndex, offsetBy: max(0, count))
        let rest = line[cut...]
        if let open = line[..<cut].lastIndex(of: "<"), line[open...].hasPrefix("<redacted>"),
            let close = rest.firstIndex(of: ">")
        {
            return String(line[...close])
        }
        return line[..<cut] + " …"
    }

    /// The location of a place; the file's beginning where there is none.
    func location(_ place: Place?) -> SourceLocation {
        document.source.location(line: place?.line ?? 1, column: place?.column ?? 1)
    }
}
