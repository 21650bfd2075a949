import Alerting
import Yams

/// A value in a YAML file and how messages call it.
struct YAMLValue {
    let node: Node
    /// What messages call it, such as `` `interval` ``.
    let name: String
    let reader: YAMLReader

    /// Where it begins.
    var location: SourceLocation { reader.location(node.place) }

    /// Whether nothing stands here.
    var isNull: Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// What stands here, for a message about a wrong kind; never the value itself.
    var kind: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar, .alias: isNull ? "nothing" : "a single value"
        }
    }

    /// Whether it is one single value, or nothing; neither a list nor a mapping.
    var isScalar: Bool { node.scalar != nil }

    /// The texts under a key of the mappings in this list, as they are written; for looking ahead.
    func texts(under key: String) -> [String] {
        (node.sequence ?? []).compactMap { $0.mapping?[key]?.scalar?.string }
    }

    /// Notes an error here.
    func error(_ message: String, remedy: String? = nil) {
        reader.error(message, at: node.place, remedy: remedy)
    }

    /// Notes a warning here.
    func warning(_ message: String, remedy: String? = nil) {
        reader.warning(message, at: node.place, remedy: remedy)
    }

    /// The entries of a list; nil and an error where it is not one.
    func list() -> [YAMLValue]? {
        switch node {
        case .sequence(let sequence):
            return sequence.map { YAMLValue(node: $0, name: "an entry of \(name)", reader: reader) }
        case .mapping, .scalar, .alias:
            if isNull { return [] }
            error("\(name) must be a list, found \(kind)", remedy: "begin each entry with `- `")
            return nil
        }
    }

    /// Reads a mapping with the given closure, then reports the keys that it did not ask for.
    ///
    /// An empty value counts as an empty mapping. Nil and an error where it is something else.
    func mapping<Result>(_ read: (MappingReader) -> Result?) -> Result? {
        switch node {
        case .mapping(let mapping):
            let fields = MappingReader(mapping, of: self)
            let result = read(fields)
            fields.reportUnknown()
            return result
        case .sequence, .scalar, .alias:
            if isNull { return read(MappingReader(Node.Mapping([]), of: self)) }
            error("\(name) must be a mapping of keys to values, found \(kind)", remedy: "write `key: value` lines")
            return nil
        }
    }

    /// The pairs of a mapping with free keys, such as labels or headers, in the file's order.
    func pairs() -> [(key: String, keyLocation: SourceLocation, value: YAMLValue)] {
        mapping { fields in fields.takeAll() } ?? []
    }
}
