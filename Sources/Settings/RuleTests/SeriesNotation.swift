package import Alerting
package import PromQL

/// Series and values as promtool's tests write them: `up{job="a"}`, and `0+10x5 _ 7x2 stale`.
package enum SeriesNotation {
    /// Why a text is none.
    package enum Failure: Error, Hashable, Sendable {
        /// It holds native histograms, which Tocsin does not have.
        case nativeHistogram
        case wrong(String)
    }

    /// More values of one series are refused, so that no text can fill the memory.
    package static let mostValues = 1_000_000

    /// The labels of a series: `up{job="a"}`, `{}`, `{"a name", b="c"}`.
    package static func labels(_ text: String) throws(Failure) -> Labels {
        let trimmed = text.trimmed
        if trimmed.isEmpty || trimmed.filter({ !$0.isWhitespace }) == "{}" { return Labels() }
        let matchers: [Matcher]
        do {
            guard let found = try Expression(trimmed).selectorMatchers else {
                throw Failure.wrong("`\(trimmed)` is not a series such as up{job=\"a\"}")
            }
            matchers = found
        } catch let error as ExpressionError {
            throw .wrong("`\(trimmed)` is not a series such as up{job=\"a\"}: \(error.message)")
        } catch let failure as Failure {
            throw failure
        } catch {
            throw .wrong("\(error)")
        }
        guard matchers.allSatisfy({ $0.operation == .equal }) else {
            throw .wrong("a series has exact labels such as job=\"a\", no =~ and no !=")
        }
        return Labels(matchers.map { ($0.name, $0.value) })
    }

    /// The values, step by step; nil for a step without one.
    package static func readings(_ text: String) throws(Failure) -> [Engine.Reading?] {
        if text.contains("{{") { throw .nativeHistogram }
        var readings: [Engine.Reading?] = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            let more = try expand(String(word))
            guard readings.count + more.count <= mostValues else { throw tooMany }
            readings += more
        }
        return readings
    }

    private static var tooMany: Failure { .wrong("a series may have at most \(mostValues) values") }

    private static func expand(_ word: String) throws(Failure) -> [Engine.Reading?] {
        switch word {
        case "_": return [nil]
        case "stale": return [.stale]
        case "failed": return [.unknown]
        case _: break
        }
        for (name, reading) in [("_x", Engine.Reading?.none), ("failedx", .unknown)] where word.hasPrefix(name) {
            return Array(repeating: reading, count: try count(word.dropFirst(name.count), in: word))
        }
        // The last x parts the repetitions, but a hexadecimal number is none here.
        guard let cross = word.lastIndex(of: "x") else { return [.value(try number(word[...], in: word))] }
        let times = try count(word[word.index(after: cross)...], in: word)
        guard times < mostValues else { throw tooMany }
        let body = word[..<cross]
        // A sign after the first character, and not after an exponent's e, begins the step.
        var sign: Substring.Index?
        var before: Character?
        for place in body.indices.dropFirst() {
            before = body[body.index(before: place)]
            if body[place] == "+" || body[place] == "-", before != "e", before != "E" { sign = place }
        }
        guard let sign else {
            return Array(repeating: .value(try number(body, in: word)), count: times + 1)
        }
        var value = try number(body[..<sign], in: word)
        let step = try number(body[body.index(after: sign)...], in: word) * (body[sign] == "-" ? -1 : 1)
        var readings: [Engine.Reading?] = [.value(value)]
        for _ in 0..<times {
            // Added up step by step, as Prometheus does: the rounding is the same.
            value += step
            readings.append(.value(value))
        }
        return readings
    }

    private static func number(_ text: Substring, in word: String) throws(Failure) -> Double {
        switch text.lowercased() {
        case "nan": return .nan
        case "inf", "+inf": return .infinity
        case "-inf": return -.infinity
        case _: break
        }
        let isPlain = text.allSatisfy { $0.isASCII && ($0.isNumber || ".+-eE".contains($0)) }
        guard isPlain, let value = Double(text) else {
            throw .wrong("`\(word)` is no value: write 5, 0+10x5, _, _x3, stale or failed")
        }
        return value
    }

    private static func count(_ text: Substring, in word: String) throws(Failure) -> Int {
        guard let count = Int(text), count >= 0, text.first?.isNumber == true else {
            throw .wrong("`\(word)` has no number of repetitions after `x`")
        }
        guard count <= mostValues else { throw tooMany }
        return count
    }
}
