import Alerting
import PromQL
import Yams

extension YAMLValue {
    /// The text as it is written, before variables are put in: safe to quote in messages.
    var written: String { node.scalar?.string ?? "" }

    /// The text, with variables of the environment put in; nil and an error where it is no single value.
    func string() -> String? {
        guard let scalar = node.scalar, !isNull else {
            error("\(name) must be a single value, found \(kind)")
            return nil
        }
        guard let environment = reader.environment else { return scalar.string }
        return substitute(scalar.string, from: environment)
    }

    /// As `string`, and not empty.
    func nonEmptyString() -> String? {
        guard let text = string() else { return nil }
        guard !text.isEmpty else {
            error("\(name) is empty", remedy: "give it a value, or remove the key")
            return nil
        }
        return text
    }

    private func substitute(_ text: String, from environment: [String: String]) -> String? {
        var result = ""
        var rest = Substring(text)
        var complete = true
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...].dropFirst()
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
            } else if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    error("\(name) has `${` without `}`", remedy: "close it, or write `$$` for a dollar sign")
                    return nil
                }
                let variable = String(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
                if let value = environment[variable] {
                    result += value
                } else {
                    complete = false
                    let known = environment.keys.filter { $0 != "_" }
                    let near = Nearest.to(variable, among: known).map { " Did you mean `\($0)`?" } ?? ""
                    error(
                        "the environment has no variable `\(variable)`, which \(name) reads",
                        remedy: "set it before starting, or write `$$` for a dollar sign.\(near)")
                }
            } else {
                result += "$"
            }
        }
        return complete ? result + rest : nil
    }

    /// Yes or no.
    func bool() -> Bool? {
        guard let text = string() else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            error("\(name) must be true or false, found `\(written)`")
            return nil
        }
    }

    /// A whole number in a range.
    func int(in range: ClosedRange<Int>) -> Int? {
        guard let text = string() else { return nil }
        guard let number = Int(text.filter { $0 != "_" }) else {
            error("\(name) must be a whole number, found `\(written)`")
            return nil
        }
        guard range.contains(number) else {
            let bounds =
                range.upperBound == Int.max
                ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            error("\(name) is \(number), and must be \(bounds)")
            return nil
        }
        return number
    }

    /// A finite number.
    func number() -> Double? {
        guard let text = string() else { return nil }
        guard let number = Double(text), number.isFinite else {
            error("\(name) must be a number, found `\(written)`")
            return nil
        }
        return number
    }

    /// A duration in Prometheus's form. Without `zero`, it must be longer than nothing.
    func duration(zero: Bool = true) -> Duration? {
        guard let text = string() else { return nil }
        let remedy = "write it as `500ms`, `15s`, `5m`, `1h30m` or `7d`"
        if text.hasPrefix("-") {
            error("\(name) is negative: `\(written)`", remedy: remedy)
            return nil
        }
        guard let duration = try? Duration(promQL: text) else {
            error("\(name) must be a duration, found `\(written)`", remedy: remedy)
            return nil
        }
        guard zero || duration > .zero else {
            error("\(name) must be longer than nothing", remedy: remedy)
            return nil
        }
        return duration
    }

    /// One of the values of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type = Choice.self) -> Choice? {
        guard let text = string() else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let known = Choice.allCases.map(\.rawValue)
        let list = known.map { "`\($0)`" }.joined(separator: ", ")
        error(
            "\(name) must be one of \(list), found `\(written)`",
            remedy: Nearest.to(text, among: known).map { "did you mean `\($0)`?" })
        return nil
    }

    /// A text that a person reads as a name and that becomes a label's value: not empty, one line.
    func labelValue() -> String? {
        guard let text = nonEmptyString() else { return nil }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }), text.count <= 200 else {
            error("\(name) must be one line of at most 200 characters", remedy: "choose a short name")
            return nil
        }
        return text
    }

    /// The texts of a list; a single value counts as a list of one.
    func strings() -> [String]? {
        if node.scalar != nil, !isNull { return string().map { [$0] } }
        guard let entries = list() else { return nil }
        let texts = entries.map { $0.string() }
        return texts.contains(nil) ? nil : texts.compactMap { $0 }
    }
}
