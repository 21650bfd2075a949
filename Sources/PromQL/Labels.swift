/// A set of label names and values, sorted by name; the metric's name is the label `__name__`.
///
/// An empty value is the same as no label, as in Prometheus.
package struct Labels: Hashable, Sendable {
    package struct Pair: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// Differs from run to run, so that nobody can choose values that all fall on one hash.
    private static let seed = UInt64.random(in: .min ... .max)

    /// Over the values alone and eight bytes at a time: every sample that comes in is looked up by it, and the standard
    /// way over all names and values took four times as long.
    package func hash(into hasher: inout Hasher) {
        var hash = Self.seed
        for pair in pairs { pair.value.mix(into: &hash) }
        hasher.combine(hash)
    }

    /// The label that holds the metric's name.
    package static let metricName = "__name__"

    /// Sorted by name, without empty values.
    let pairs: [Pair]

    package init() {
        pairs = []
    }

    init(sorted pairs: [Pair]) {
        self.pairs = pairs
    }

    /// Of several pairs of one name the last stands.
    package init(_ pairs: some Sequence<(String, String)>) {
        self.init(Dictionary(pairs.map { ($0.0, $0.1) }, uniquingKeysWith: { _, last in last }))
    }

    package init(_ dictionary: [String: String]) {
        pairs = dictionary.filter { !$0.value.isEmpty }.map { Pair(name: $0.key, value: $0.value) }
            .sorted { $0.name < $1.name }
    }

    /// The value of a label; nil where the set has none.
    package subscript(_ name: String) -> String? {
        for pair in pairs where pair.name == name { return pair.value }
        return nil
    }

    /// The metric's name; nil where there is none.
    package var metric: String? { self[Self.metricName] }
    package var count: Int { pairs.count }
    package var isEmpty: Bool { pairs.isEmpty }

    /// With one label set, or removed where the value is nil or empty.
    package func setting(_ name: String, _ value: String?) -> Labels {
        var changed = pairs.filter { $0.name != name }
        if let value, !value.isEmpty {
            let place = changed.firstIndex { $0.name > name } ?? changed.endIndex
            changed.insert(Pair(name: name, value: value), at: place)
        }
        return Labels(sorted: changed)
    }

    /// With the labels of both; where both have one, the other's value stands.
    package func merging(_ other: Labels) -> Labels {
        other.pairs.reduce(self) { $0.setting($1.name, $1.value) }
    }

    /// Only these labels.
    package func keeping(_ names: some Collection<String>) -> Labels {
        Labels(sorted: pairs.filter { names.contains($0.name) })
    }

    /// Without these labels.
    package func dropping(_ names: some Collection<String>) -> Labels {
        Labels(sorted: pairs.filter { !names.contains($0.name) })
    }

    /// Without the metric's name.
    package func droppingMetric() -> Labels {
        guard let place = pairs.firstIndex(where: { $0.name == Self.metricName }) else { return self }
        var others = pairs
        others.remove(at: place)
        return Labels(sorted: others)
    }

    /// Without what says which metric it is: the name, and the type and unit that Prometheus may keep as labels. What is
    /// computed from a metric is another one.
    func droppingMetadata() -> Labels {
        guard pairs.contains(where: { Self.metadata.contains($0.name) }) else { return self }
        return Labels(sorted: pairs.filter { !Self.metadata.contains($0.name) })
    }

    private static let metadata = [metricName, "__type__", "__unit__"]

    package var dictionary: [String: String] {
        Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    /// A number that is the same in every run and version: FNV-1a over each name and value, 0xff after each.
    package var fingerprint: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        for pair in pairs {
            for byte in pair.name.utf8 { add(byte) }
            add(0xff)
            for byte in pair.value.utf8 { add(byte) }
            add(0xff)
        }
        return hash
    }
}

extension String {
    /// Multiplies and folds as wyhash does (https://github.com/wangyi-fudan/wyhash).
    fileprivate func mix(into hash: inout UInt64) {
        var text = self
        text.withUTF8 { bytes in
            var position = 0
            while position < bytes.count {
                var word: UInt64 = 0
                let count = min(8, bytes.count - position)
                if count == 8 {
                    word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: position, as: UInt64.self)
                } else {
                    for index in 0..<count { word |= UInt64(bytes[position + index]) << UInt64(8 * index) }
                }
                let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
                hash = product.high ^ product.low ^ UInt64(bytes.count)
                position += 8
            }
        }
    }
}

extension Labels: Sequence {
    package struct Iterator: IteratorProtocol {
        var pairs: IndexingIterator<[Pair]>

        package mutating func next() -> (name: String, value: String)? {
            pairs.next().map { (name: $0.name, value: $0.value) }
        }
    }

    package func makeIterator() -> Iterator { Iterator(pairs: pairs.makeIterator()) }
}

extension Labels: Comparable {
    package static func < (one: Labels, other: Labels) -> Bool {
        for (left, right) in zip(one.pairs, other.pairs) where left != right {
            return (left.name, left.value) < (right.name, right.value)
        }
        return one.pairs.count < other.pairs.count
    }
}

extension Labels: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { ($0.0, $0.1) })
    }
}

extension Labels: CustomStringConvertible {
    /// As Prometheus writes it: `metric{a="b", c="d"}`.
    package var description: String {
        let others = pairs.filter { $0.name != Self.metricName }
        let inner = others.map { "\($0.name)=\"\($0.value.escapedForQuotes)\"" }.joined(separator: ", ")
        if let metric { return others.isEmpty ? metric : "\(metric){\(inner)}" }
        return "{\(inner)}"
    }
}

extension Labels: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode([String: String].self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(dictionary)
    }
}

extension Labels {
    /// All labels in braces, the metric's name among them, as Prometheus writes them in errors.
    var braced: String {
        "{" + pairs.map { "\($0.name)=\"\($0.value.escapedForQuotes)\"" }.joined(separator: ", ") + "}"
    }
}

extension String {
    /// With backslash, quote and line break escaped.
    package var escapedForQuotes: String {
        guard utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
