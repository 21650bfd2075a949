import Foundation
import PromQL

/// A series with its values in the expanding notation: `http_requests{path="/"} 0+10x5 _ stale`.
struct SeriesText {
    let labels: Labels
    /// Nil where a step has no sample.
    let values: [Double?]
    let hasHistograms: Bool
    /// The values are the times at which counters began, of the series of the same labels: `x@st -1mx5`.
    let hasStartTimes: Bool

    private static let startTimes = "@st"

    init?(_ line: String) {
        guard let split = Self.endOfSelector(line) else { return nil }
        var selector = String(line[..<split]).trimmingCharacters(in: .whitespaces)
        var rest = line[split...].trimmingCharacters(in: .whitespaces)
        hasStartTimes = selector.hasSuffix(Self.startTimes) || rest.hasPrefix(Self.startTimes + " ")
        if selector.hasSuffix(Self.startTimes) { selector.removeLast(Self.startTimes.count) }
        guard let labels = Self.labels(selector) else { return nil }
        self.labels = labels
        if hasStartTimes { rest = "" }
        guard !rest.contains("{{") else {
            values = []
            hasHistograms = true
            return
        }
        hasHistograms = false
        var values: [Double?] = []
        for word in rest.split(separator: " ") {
            guard let expanded = Self.expand(String(word)) else { return nil }
            values += expanded
        }
        self.values = values
    }

    private static func endOfSelector(_ line: String) -> String.Index? {
        var quoted: Character?
        var isEscaped = false
        var depth = 0
        for index in line.indices {
            let character = line[index]
            if let quote = quoted {
                if isEscaped {
                    isEscaped = false
                } else if character == "\\" {
                    isEscaped = true
                } else if character == quote {
                    quoted = nil
                }
            } else if character == "\"" || character == "'" {
                quoted = character
            } else if character == "{" {
                depth += 1
            } else if character == "}" {
                depth -= 1
                if depth == 0 { return line.index(after: index) }
            } else if character == " ", depth == 0, index != line.startIndex {
                let rest = line[index...].drop { $0 == " " }
                if rest.first == "{" && !rest.hasPrefix("{{") { continue }
                return index
            }
        }
        return nil
    }

    /// `{}` and a metric alone are series too, so this is no selector of the language.
    private static func labels(_ text: String) -> Labels? {
        let name = text.prefix { $0 != "{" }.trimmingCharacters(in: .whitespaces)
        var labels = Labels()
        if !name.isEmpty {
            guard name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }) else { return nil }
            labels = labels.setting(Labels.metricName, name)
        }
        let braces = text.dropFirst(text.prefix { $0 != "{" }.count)
        if braces.isEmpty || braces.filter({ $0 != " " }) == "{}" { return labels }
        guard let expression = try? Expression(name.isEmpty ? String(braces) : "x" + braces) else { return nil }
        for matcher in expression.selectors.first ?? [] {
            if matcher.name == Labels.metricName && !name.isEmpty { continue }
            labels = labels.setting(matcher.name, matcher.value)
        }
        return labels
    }

    static func number(_ text: String) -> Double? {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        switch trimmed.lowercased() {
        case "nan": return .nan
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        default: break
        }
        guard let first = trimmed.first, first.isNumber || "+-.".contains(first) else { return nil }
        if trimmed.lowercased().hasPrefix("0x") { return UInt64(trimmed.dropFirst(2), radix: 16).map(Double.init) }
        return Double(trimmed)
    }

    /// `a+bxn`, `a-bxn`, `axn`, `_`, `_xn`, `stale`, or a number.
    private static func expand(_ word: String) -> [Double?]? {
        if word == "stale" { return [StaleMarker.value] }
        if word == "_" { return [nil] }
        if word.hasPrefix("_x"), let count = Int(word.dropFirst(2)) { return Array(repeating: nil, count: count) }
        // `0x59` is sixty zeros here, not a hexadecimal number.
        if !word.hasPrefix("0x"), let value = number(word) { return [value] }
        guard let times = word.lastIndex(of: "x"), let count = Int(word[word.index(after: times)...]) else {
            return nil
        }
        let base = String(word[..<times])
        if let value = number(base) { return Array(repeating: value, count: count + 1) }
        var signs = base.indices.dropFirst().filter { base[$0] == "+" || base[$0] == "-" }
        signs = signs.filter { !"eE+-".contains(base[base.index(before: $0)]) }
        guard let sign = signs.first, let first = number(String(base[..<sign])),
            let step = number(String(base[base.index(after: sign)...]))
        else { return nil }
        let signed = base[sign] == "-" ? -step : step
        return (0...count).map { first + signed * Double($0) }
    }
}

/// The head line of an eval.
struct EvalCommand {
    enum Span {
        case instant(Timestamp)
        case range(Timestamp, Timestamp, Duration)
    }

    let span: Span
    let expression: String
    let fails: Bool
    let isOrdered: Bool
    /// Whether the result must come with a warning (true) or an information (false); nil where the verb says neither.
    let notes: Bool?

    init?(_ line: String) {
        let verb = line.prefix { $0 != " " }
        fails = verb.contains("fail")
        isOrdered = verb.contains("ordered")
        notes = verb.contains("warn") ? true : verb.contains("info") ? false : nil
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        func time(_ text: String) -> Timestamp? {
            if let seconds = Double(text) { return Timestamp(seconds: seconds) }
            if text.hasPrefix("-") {
                return (try? Duration(promQL: String(text.dropFirst()))).map {
                    Timestamp(milliseconds: -$0.milliseconds)
                }
            }
            return (try? Duration(promQL: text)).map { Timestamp(milliseconds: $0.milliseconds) }
        }
        func rest(after count: Int) -> String {
            var text = Substring(line)
            for _ in 0..<count {
                text = text.drop { $0 == " " }
                text = text.drop { $0 != " " }
            }
            return text.trimmingCharacters(in: .whitespaces)
        }
        if words.count > 4, words[1] == "instant", words[2] == "at", let at = time(words[3]) {
            span = .instant(at)
            expression = rest(after: 4)
        } else if words.count > 8, words[1] == "range", let from = time(words[3]), let to = time(words[5]),
            let step = try? Duration(promQL: words[7])
        {
            span = .range(from, to, step)
            expression = rest(after: 8)
        } else {
            return nil
        }
    }
}
