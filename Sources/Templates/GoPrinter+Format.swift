extension GoPrinter {
    /// Go's `fmt.Sprintf`; what does not fit shows in the text as Go shows it.
    ///
    /// - Parameter limit: the most bytes.
    static func format(
        _ format: String, _ arguments: [TemplateValue], limit: Int
    ) throws(FunctionFailure) -> String {
        var reader = FormatReader(format, arguments)
        var result = ""
        while reader.copyText(to: &result) {
            result += reader.verb()
            if result.utf8.count > limit { throw FunctionFailure("the text is longer than \(limit) bytes") }
        }
        return result + reader.extra
    }
}

/// Walks over a format and its arguments.
private struct FormatReader {
    private let scalars: [Unicode.Scalar]
    private let arguments: [TemplateValue]
    private var place = 0
    private var next = 0
    private var isReordered = false
    private var isGoodIndex = true
    private var afterIndex = false

    /// The largest width or precision; Go allows a million.
    private static let widest = 1_000

    init(_ format: String, _ arguments: [TemplateValue]) {
        scalars = Array(format.unicodeScalars)
        self.arguments = arguments
    }

    /// - Returns: whether a verb follows.
    mutating func copyText(to result: inout String) -> Bool {
        let start = place
        while place < scalars.count, scalars[place] != "%" { place += 1 }
        result.unicodeScalars.append(contentsOf: scalars[start..<place])
        guard place < scalars.count else { return false }
        place += 1
        return true
    }

    /// What is said of arguments that no verb took.
    var extra: String {
        guard !isReordered, next < arguments.count else { return "" }
        let shown = arguments[next...].map { value in
            value == .null ? "<nil>" : "\(value.typeName)=\(GoPrinter.plain(value))"
        }
        return "%!(EXTRA \(shown.joined(separator: ", ")))"
    }

    private var current: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    mutating func verb() -> String {
        var printer = GoPrinter()
        var errors = ""
        afterIndex = false
        isGoodIndex = true
        flags(&printer)
        index()
        if current == "*" {
            place += 1
            printer.width = star()
            if printer.width == nil { errors += "%!(BADWIDTH)" }
            if let width = printer.width, width < 0 {
                printer.width = -width
                printer.minus = true
                printer.zero = false
            }
            afterIndex = false
        } else {
            printer.width = digits()
            if afterIndex && printer.width != nil { isGoodIndex = false }
        }
        if current == "." { precision(&printer, &errors) }
        if !afterIndex { index() }
        guard let letter = current else { return errors + "%!(NOVERB)" }
        place += 1
        let verb = Character(letter)
        if verb == "%" { return errors + "%" }
        if !isGoodIndex { return errors + "%!\(verb)(BADINDEX)" }
        guard next < arguments.count else { return errors + "%!\(verb)(MISSING)" }
        if verb == "v" {
            (printer.sharpV, printer.sharp) = (printer.sharp, false)
            (printer.plusV, printer.plus) = (printer.plus, false)
        }
        next += 1
        return errors + printer.text(arguments[next - 1], verb)
    }

    private mutating func flags(_ printer: inout GoPrinter) {
        while let flag = current {
            switch flag {
            case "-":
                printer.minus = true
                printer.zero = false
            case "+": printer.plus = true
            case "0": printer.zero = !printer.minus
            case "#": printer.sharp = true
            case " ": printer.space = true
            default: return
            }
            place += 1
        }
    }

    private mutating func precision(_ printer: inout GoPrinter, _ errors: inout String) {
        place += 1
        if afterIndex { isGoodIndex = false }
        index()
        if current == "*" {
            place += 1
            printer.precision = star()
            if let given = printer.precision, given < 0 { printer.precision = nil }
            if printer.precision == nil { errors += "%!(BADPREC)" }
            afterIndex = false
        } else {
            printer.precision = digits() ?? 0
        }
    }

    private mutating func digits() -> Int? {
        let start = place
        while let digit = current, ("0"..."9").contains(digit) { place += 1 }
        if start == place { return nil }
        let text = String(String.UnicodeScalarView(scalars[start..<place]))
        return min(Int(text) ?? Self.widest, Self.widest)
    }

    /// The number of the next argument; nil where it is no small whole number.
    private mutating func star() -> Int? {
        guard isGoodIndex, next < arguments.count else { return nil }
        next += 1
        guard case .int(let number) = arguments[next - 1], number.magnitude <= 1_000_000 else { return nil }
        return max(-Self.widest, min(Self.widest, Int(number)))
    }

    /// `[3]`: the argument that comes next, from 1.
    private mutating func index() {
        guard current == "[" else { return }
        isReordered = true
        guard let end = scalars[place...].firstIndex(of: "]") else {
            isGoodIndex = false
            place += 1
            return
        }
        let number = Int(String(String.UnicodeScalarView(scalars[(place + 1)..<end])))
        place = end + 1
        afterIndex = true
        guard let number, arguments.indices.contains(number - 1) else {
            isGoodIndex = false
            return
        }
        next = number - 1
    }
}
