import PromQL

/// Reads the values of an input series: `a+bxn`, `a-bxn`, `axn`, `a`, `_`, `_xn`, `stale`, and Tocsin's `failed` and
/// `failedxn`, divided by spaces.
package struct SeriesNotation {
    /// Why a text can't be read.
    package struct Problem: Error, Hashable {
        package let message: String
        /// The place in the text, from 1, in Unicode scalars.
        package let column: Int
        package let remedy: String?
    }

    /// The most values of one series.
    static let mostValues = 10_000_000

    static let remedy = "write values as `0 1 2`, `0+1x10`, `5x3`, `_`, `_x3`, `stale` or `failed`"

    private let word: [Character]
    /// Where the word begins in the whole text.
    private let start: Int
    private var place = 0

    private init(_ word: [Character], at start: Int) {
        self.word = word
        self.start = start
    }

    /// The values in a text; nil where native histograms are among them.
    package static func parse(_ text: String) throws(Problem) -> SeriesValues? {
        if text.contains("{{") { return nil }
        var runs: [SeriesValues.Run] = []
        var total = 0
        let characters = Array(text)
        var place = 0
        while place < characters.count {
            guard !characters[place].isWhitespace else {
                place += 1
                continue
            }
            let end = characters[place...].firstIndex(where: \.isWhitespace) ?? characters.endIndex
            var notation = SeriesNotation(Array(characters[place..<end]), at: place)
            let run = try notation.run()
            let (sum, overflows) = total.addingReportingOverflow(run.count)
            guard !overflows, sum <= mostValues else {
                throw Problem(
                    message: "the series has more than \(mostValues) values", column: place + 1,
                    remedy: "give no more than the test looks at")
            }
            total = sum
            runs.append(run)
            place = end
        }
        return SeriesValues(runs: runs)
    }

    private mutating func run() throws(Problem) -> SeriesValues.Run {
        if take("_") {
            return SeriesValues.Run(value: .missing, step: 0, count: try times() ?? 1)
        }
        if word.starts(with: "failed") {
            place = "failed".count
            return SeriesValues.Run(value: .failed, step: 0, count: try times() ?? 1)
        }
        if String(word) == "stale" { return SeriesValues.Run(value: .stale, step: 0, count: 1) }
        let first = try number(sign: takeSign() ?? 1)
        guard let sign = takeSign() else {
            return SeriesValues.Run(value: .number(first), step: 0, count: (try times()).map { $0 + 1 } ?? 1)
        }
        let step = try number(sign: sign)
        guard let count = try times() else {
            throw problem("`x` and how often to go on are missing after the step", SeriesNotation.remedy)
        }
        return SeriesValues.Run(value: .number(first), step: step, count: count + 1)
    }

    /// The number after `x`; nil where the word ends here.
    private mutating func times() throws(Problem) -> Int? {
        guard place < word.count else { return nil }
        guard take("x") else {
            throw problem("`\(String(word[place...]))` is too much here", SeriesNotation.remedy)
        }
        let digits = word[place...].prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count == word.count - place else {
            throw problem("a whole number must follow `x`", SeriesNotation.remedy)
        }
        guard let count = Int(String(digits)), count < Self.mostValues else {
            throw problem(
                "\(String(digits)) times are too many, \(Self.mostValues) values are the most",
                "give no more than the test looks at")
        }
        place = word.count
        return count
    }

    private mutating func number(sign: Double) throws(Problem) -> Double {
        let rest = word[place...]
        let letters = rest.prefix { $0.isLetter || $0 == "_" }
        if !letters.isEmpty {
            switch String(letters).lowercased() {
            case "inf":
                place += letters.count
                return sign * .infinity
            case "nan":
                place += letters.count
                return .nan
            case let other:
                throw problem("`\(other)` is no value", SeriesNotation.remedy)
            }
        }
        var end = place
        func digits() { while end < word.count, word[end].isASCII, word[end].isNumber { end += 1 } }
        digits()
        if end < word.count, word[end] == "." {
            end += 1
            digits()
        }
        if end < word.count, word[end] == "e" || word[end] == "E" {
            end += 1
            if end < word.count, word[end] == "+" || word[end] == "-" { end += 1 }
            digits()
        }
        let text = String(word[place..<end])
        // Swift takes neither `5.` nor `.5`.
        let padded = (text.hasPrefix(".") ? "0" : "") + (text.hasSuffix(".") ? text + "0" : text)
        guard text.contains(where: \.isNumber), let value = Double(padded) else {
            throw problem("a number is missing", SeriesNotation.remedy)
        }
        place = end
        return sign * value
    }

    private mutating func takeSign() -> Double? {
        if take("+") { return 1 }
        if take("-") { return -1 }
        return nil
    }

    private mutating func take(_ character: Character) -> Bool {
        guard place < word.count, word[place] == character else { return false }
        place += 1
        return true
    }

    private func problem(_ message: String, _ remedy: String) -> Problem {
        Problem(message: message, column: start + place + 1, remedy: remedy)
    }
}
