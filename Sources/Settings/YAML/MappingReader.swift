import Alerting
import PromQL
import Yams

/// The keys of one mapping: remembers what was asked for, and reports the keys that nobody knows.
final class MappingReader {
    private struct Entry {
        let keyPlace: Place?
        let value: YAMLValue
    }

    let reader: YAMLReader
    /// What messages call the mapping.
    let name: String
    /// Where the mapping begins.
    let place: Place?
    private var entries: [String: Entry] = [:]
    private var order: [String] = []
    private var known: Set<String> = []

    init(_ mapping: Node.Mapping, of value: YAMLValue) {
        reader = value.reader
        name = value.name
        place = value.node.place
        add(mapping, merged: false)
        for (key, other) in mapping where key.scalar?.string == "<<" {
            if let sequence = other.sequence {
                for part in sequence { merge(part) }
            } else {
                merge(other)
            }
        }
    }

    private func merge(_ node: Node) {
        guard let mapping = node.mapping else {
            reader.error("`<<` must name a mapping", at: node.place, remedy: "write `<<: *name` with `name` a mapping")
            return
        }
        add(mapping, merged: true)
    }

    private func add(_ mapping: Node.Mapping, merged: Bool) {
        for (key, node) in mapping {
            guard let scalar = key.scalar else {
                reader.error("a key in \(name) must be a plain word, not a list or mapping", at: key.place)
                continue
            }
            let text = scalar.string
            if text == "<<" || reader.document.hidden[text] != nil { continue }
            if entries[text] != nil && merged { continue }
            if entries[text] == nil { order.append(text) }
            let value = YAMLValue(node: node, name: "`\(text)`", reader: reader)
            entries[text] = Entry(keyPlace: key.place, value: value)
        }
        guard !merged, !reader.document.hidden.isEmpty else { return }
        for (key, _) in mapping {
            guard let scalar = key.scalar, let original = reader.document.hidden[scalar.string] else { continue }
            let line = key.place?.line ?? 1
            reader.error(
                "the key `\(original)` occurs twice in \(name), first in line \(line)",
                at: entries[original]?.keyPlace, remedy: "keep one of the two")
        }
    }

    /// The place of a key, or of the mapping where it has no such key.
    func place(of key: String) -> Place? { entries[key]?.keyPlace ?? place }

    /// Whether the key stands there with a value. Does not make it known.
    func has(_ key: String) -> Bool { entries[key].map { !$0.value.isNull } ?? false }

    /// The value of a key; nil where it is absent or has nothing after it.
    func value(_ key: String) -> YAMLValue? {
        known.insert(key)
        guard let value = entries[key]?.value, !value.isNull else { return nil }
        return value
    }

    /// The value of a key that must be there.
    func required(_ key: String, remedy: String? = nil) -> YAMLValue? {
        if let value = value(key) { return value }
        if entries[key] != nil {
            reader.error("`\(key)` has no value", at: place(of: key), remedy: remedy)
        } else {
            reader.error("\(name) has no `\(key)`", at: place, remedy: remedy ?? "add `\(key): …`")
        }
        return nil
    }

    /// Makes all keys known and gives them, in the file's order. A key without a value has a null value.
    func takeAll() -> [(key: String, keyLocation: SourceLocation, value: YAMLValue)] {
        known.formUnion(order)
        return order.compactMap { key in
            entries[key].map { (key: key, keyLocation: reader.location($0.keyPlace), value: $0.value) }
        }
    }

    /// Names the keys of Alertmanager's or Prometheus's that this agent does not have.
    func unsupported(_ keys: [String], _ severity: SettingsProblem.Severity, because reason: String, remedy: String) {
        for key in keys where entries[key] != nil {
            known.insert(key)
            reader.note(
                severity, "`\(key)` is not supported yet: \(reason)", at: reader.location(place(of: key)),
                remedy: remedy)
        }
        silent.formUnion(keys)
    }

    /// Keys that are answered if they stand there, but never suggested.
    private var silent: Set<String> = []

    /// Reports the keys that were not asked for, each with the nearest one that could have been meant.
    func reportUnknown() {
        for key in order where !known.contains(key) {
            let candidates = known.subtracting(silent)
            let location = reader.location(place(of: key))
            // What follows an unknown key may be a secret, unless the key is plainly a mistyped harmless one.
            let near = Nearest.to(key, among: candidates)
            let isClear = reader.environment == nil || near.map { !SecretMask.keys.contains($0) } ?? false
            let isWord = key.count <= 40 && key.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
            reader.note(
                .error, isWord ? "unknown key `\(key)` in \(name)" : "there is no such key in \(name)", at: location,
                remedy: Nearest.remedy(key, among: candidates, kind: "keys known here"),
                shown: isClear ? nil : location.column - 1 + (isWord ? key.unicodeScalars.count + 1 : 0))
        }
    }
}

extension MappingReader {
    /// Notes an error at a key.
    func error(_ message: String, at key: String, remedy: String? = nil) {
        reader.error(message, at: place(of: key), remedy: remedy)
    }

    func string(_ key: String) -> String? { value(key)?.string() }

    func nonEmptyString(_ key: String) -> String? { value(key)?.nonEmptyString() }

    func bool(_ key: String, default fallback: Bool) -> Bool { value(key)?.bool() ?? fallback }

    func int(_ key: String, in range: ClosedRange<Int>) -> Int? { value(key)?.int(in: range) }

    /// A duration; `fallback` where the key is absent or wrong.
    func duration(_ key: String, default fallback: Duration, zero: Bool = false) -> Duration {
        value(key)?.duration(zero: zero) ?? fallback
    }
}
