import PromQL

/// Reads the name of a series: `metric`, `metric{a="b"}`, `{a="b"}`, `{"metric", a="b"}`.
struct SeriesName {
    /// Why a text is no series.
    struct Problem: Error, Hashable {
        let message: String
        /// The place in the text, from 1, in Unicode scalars.
        let column: Int
    }

    static let remedy = "write a series as `name{label=\"value\"}`"

    private let scalars: [Unicode.Scalar]
    private var place = 0

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    /// The labels, the metric's name among them.
    static func parse(_ text: String) throws(Problem) -> Labels {
        var reader = SeriesName(text)
        return try reader.series()
    }

    private mutating func series() throws(Problem) -> Labels {
        skipSpace()
        var pairs: [(String, String)] = []
        let metric = word(also: ":")
        if !metric.isEmpty {
            guard LabelName.isValidMetric(metric) else { throw problem("`\(metric)` is not a metric's name") }
            pairs.append((Labels.metricName, metric))
        }
        skipSpace()
        if take("{") {
            skipSpace()
            while !take("}") {
                pairs.append(try pair())
                skipSpace()
                guard take(",") else {
                    guard take("}") else { throw problem("`,` or `}` is missing") }
                    break
                }
                skipSpace()
            }
        }
        skipSpace()
        guard place == scalars.count else {
            throw problem("`\(text(from: place))` is too much here")
        }
        return Labels(pairs)
    }

    private mutating func pair() throws(Problem) -> (String, String) {
        let isQuoted = place < scalars.count && "\"'`".unicodeScalars.contains(scalars[place])
        let name = isQuoted ? try quoted() : word(also: nil)
        guard !name.isEmpty else { throw problem("a label's name is missing") }
        skipSpace()
        guard take("=") else {
            // A quoted word alone is the metric's name, as Prometheus 3 writes names with other characters.
            if isQuoted { return (Labels.metricName, name) }
            throw problem("`=` is missing after `\(name)`")
        }
        if !isQuoted && !LabelName.isValid(name) { throw problem("`\(name)` is not a label name") }
        skipSpace()
        return (name, try quoted())
    }

    private mutating func quoted() throws(Problem) -> String {
        guard place < scalars.count, "\"'`".unicodeScalars.contains(scalars[place]) else {
            throw problem("a text in quotes is missing")
        }
        let quote = scalars[place]
        place += 1
        var text = String.UnicodeScalarView()
        while place < scalars.count {
            let scalar = scalars[place]
            place += 1
            if scalar == quote { return String(text) }
            guard scalar == "\\", quote != "`" else {
                text.append(scalar)
                continue
            }
            text.append(try escaped())
        }
        throw problem("the quotes are not closed")
    }

    private mutating func escaped() throws(Problem) -> Unicode.Scalar {
        guard place < scalars.count else { throw problem("the quotes are not closed") }
        let kind = scalars[place]
        place += 1
        switch kind {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "\\", "\"", "'": return kind
        case "x": return try hexadecimal(2)
        case "u": return try hexadecimal(4)
        case "U": return try hexadecimal(8)
        default: throw problem("`\\\(kind)` is no escape")
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(Problem) -> Unicode.Scalar {
        let digits = String(String.UnicodeScalarView(scalars[place...].prefix(count)))
        guard digits.count == count, let number = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(number) else {
            throw problem("\(count) hexadecimal digits of a character are missing")
        }
        place += count
        return scalar
    }

    private mutating func word(also further: Unicode.Scalar?) -> String {
        let rest = scalars[place...].prefix { scalar in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_" || scalar == further
        }
        place += rest.count
        return String(String.UnicodeScalarView(rest))
    }

    private mutating func skipSpace() {
        while place < scalars.count, scalars[place].properties.isWhitespace { place += 1 }
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard place < scalars.count, scalars[place] == scalar else { return false }
        place += 1
        return true
    }

    private func text(from start: Int) -> String { String(String.UnicodeScalarView(scalars[start...])) }

    private func problem(_ message: String) -> Problem {
        Problem(message: message, column: place + 1)
    }
}
