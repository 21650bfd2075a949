/// Any JSON value; objects keep no order.
enum JSONValue: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([String: JSONValue].self) {
            self = .object(value)
        } else {
            self = .list(try container.decode([JSONValue].self))
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .text: "text"
        case .list: "a list"
        case .object: "an object"
        }
    }

    /// The value at a dotted path; nil where it leads nowhere.
    func value(at path: String) -> JSONValue? { value(at: path[...]) }

    private func value(at path: Substring) -> JSONValue? {
        if let direct = child(String(path)) { return direct }
        for dot in path.indices.reversed() where path[dot] == "." {
            guard let inner = child(String(path[..<dot])) else { continue }
            if let found = inner.value(at: path[path.index(after: dot)...]) { return found }
        }
        return nil
    }

    private func child(_ key: String) -> JSONValue? {
        switch self {
        case .object(let members):
            return members[key]
        case .list(let items):
            guard let index = Int(key), items.indices.contains(index) else { return nil }
            return items[index]
        case .null, .bool, .number, .text:
            return nil
        }
    }

    /// The paths of all numbers in it, sorted; at most three levels deep, and of a list only the first item's.
    func numberPaths(depth: Int = 3) -> [String] {
        guard depth > 0 else { return [] }
        let children: [(String, JSONValue)] =
            switch self {
            case .object(let members): members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            case .list(let items): items.prefix(1).map { ("0", $0) }
            case .null, .bool, .number, .text: []
            }
        return children.flatMap { key, value -> [String] in
            if case .number = value { return [key] }
            return value.numberPaths(depth: depth - 1).map { "\(key).\($0)" }
        }
    }
}
