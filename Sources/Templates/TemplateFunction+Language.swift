extension TemplateFunction {
    /// What Go's templates bring along. `and`, `or` are cut short by the expander.
    static let language: [TemplateFunction] = [
        TemplateFunction("and", 1...Int.max) { values, _ in values.first { !$0.isTrue } ?? values[values.count - 1] },
        TemplateFunction("or", 1...Int.max) { values, _ in values.first { $0.isTrue } ?? values[values.count - 1] },
        TemplateFunction("not", 1...1) { values, _ in .bool(!values[0].isTrue) },
        TemplateFunction("eq", 2...Int.max) { values, _ in
            for other in values.dropFirst() where try equal(values[0], other) { return .bool(true) }
            return .bool(false)
        },
        TemplateFunction("ne", 2...2) { values, _ in .bool(!(try equal(values[0], values[1]))) },
        TemplateFunction("lt", 2...2) { values, _ in .bool(try less(values[0], values[1])) },
        TemplateFunction("le", 2...2) { values, _ in
            .bool(try less(values[0], values[1]) || equal(values[0], values[1]))
        },
        TemplateFunction("gt", 2...2) { values, _ in .bool(try less(values[1], values[0])) },
        TemplateFunction("ge", 2...2) { values, _ in
            .bool(try less(values[1], values[0]) || equal(values[0], values[1]))
        },
        TemplateFunction("len", 1...1) { values, _ in
            switch values[0] {
            case .string(let text): return .int(Int64(text.utf8.count))
            case .list(let list): return .int(Int64(list.count))
            case .map(let map): return .int(Int64(map.count))
            case .null, .bool, .int, .double: throw FunctionFailure("len of \(values[0].kind)")
            }
        },
        TemplateFunction("index", 1...Int.max) { values, _ in
            try values.dropFirst().reduce(values[0]) { try element($0, $1) }
        },
        TemplateFunction("slice", 1...3) { values, _ in try slice(values) },
        TemplateFunction("print", 0...Int.max) { values, _ in .string(joined(values, always: false)) },
        TemplateFunction("println", 0...Int.max) { values, _ in .string(joined(values, always: true) + "\n") },
        TemplateFunction("printf", 1...Int.max) { values, _ in
            .string(GoFormat.print(try text(values[0], "printf"), Array(values.dropFirst())))
        },
        TemplateFunction("html", 1...Int.max) { values, _ in .string(escapeHTML(joined(values, always: false))) },
        TemplateFunction("js", 1...Int.max) { values, _ in .string(escapeJS(joined(values, always: false))) },
        TemplateFunction("urlquery", 1...Int.max) { values, _ in .string(escapeQuery(joined(values, always: false))) },
    ]

    static func text(_ value: TemplateValue, _ name: String) throws -> String {
        guard case .string(let text) = value else {
            throw FunctionFailure("`\(name)` takes a string, not \(value.kind)")
        }
        return text
    }

    static func number(_ value: TemplateValue, _ name: String) throws -> Double {
        guard let number = value.number else { throw FunctionFailure("`\(name)` takes a number, not \(value.kind)") }
        return number
    }

    private static func equal(_ one: TemplateValue, _ other: TemplateValue) throws -> Bool {
        switch (one, other) {
        case (.bool, .bool), (.int, .int), (.double, .double), (.string, .string), (.null, .null): return one == other
        case (.null, _), (_, .null): return false
        default: throw FunctionFailure("incompatible types for comparison: \(one.kind) and \(other.kind)")
        }
    }

    private static func less(_ one: TemplateValue, _ other: TemplateValue) throws -> Bool {
        switch (one, other) {
        case (.int(let left), .int(let right)): return left < right
        case (.double(let left), .double(let right)): return left < right
        case (.string(let left), .string(let right)): return left < right
        default: throw FunctionFailure("incompatible types for comparison: \(one.kind) and \(other.kind)")
        }
    }

    private static func element(_ container: TemplateValue, _ index: TemplateValue) throws -> TemplateValue {
        switch (container, index) {
        case (.map(let map), .string(let key)): return map[key] ?? .string("")
        case (.list(let list), .int(let place)):
            guard list.indices.contains(Int(place)) else { throw FunctionFailure("index out of range: \(place)") }
            return list[Int(place)]
        case (.string(let text), .int(let place)):
            let bytes = Array(text.utf8)
            guard bytes.indices.contains(Int(place)) else { throw FunctionFailure("index out of range: \(place)") }
            return .int(Int64(bytes[Int(place)]))
        default: throw FunctionFailure("can't index \(container.kind) with \(index.kind)")
        }
    }

    private static func slice(_ values: [TemplateValue]) throws -> TemplateValue {
        var bounds: [Int] = []
        for bound in values.dropFirst() {
            guard case .int(let number) = bound else { throw FunctionFailure("can't slice with \(bound.kind)") }
            bounds.append(Int(number))
        }
        func range(_ count: Int) throws -> Range<Int> {
            let (low, high) = (bounds.first ?? 0, bounds.count > 1 ? bounds[1] : count)
            guard 0 <= low, low <= high, high <= count else {
                throw FunctionFailure("slice out of range: \(low):\(high)")
            }
            return low..<high
        }
        switch values[0] {
        case .string(let text):
            let bytes = Array(text.utf8)
            return .string(String(decoding: bytes[try range(bytes.count)], as: UTF8.self))
        case .list(let list): return .list(Array(list[try range(list.count)]))
        case .null, .bool, .int, .double, .map: throw FunctionFailure("can't slice \(values[0].kind)")
        }
    }

    /// `fmt.Sprint` puts a blank between two values neither of which is a string, `Sprintln` always.
    private static func joined(_ values: [TemplateValue], always: Bool) -> String {
        var result = ""
        for (place, value) in values.enumerated() {
            if place > 0 {
                var isText = false
                if case .string = value { isText = true }
                if case .string = values[place - 1] { isText = true }
                if always || !isText { result += " " }
            }
            result += value == .null ? "<nil>" : value.text
        }
        return result
    }

    static func escapeHTML(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&#34;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    private static func escapeJS(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\": result += "\\\\"
            case "'": result += "\\'"
            case "\"": result += "\\\""
            case "<": result += "\\u003C"
            case ">": result += "\\u003E"
            case "&": result += "\\u0026"
            case "=": result += "\\u003D"
            case "\n": result += "\\u000A"
            default: result.append(character)
            }
        }
        return result
    }

    static func escapeQuery(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte == 0x20 {
                result += "+"
            } else if scalar.isASCII,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.~".unicodeScalars.contains(scalar)
            {
                result.unicodeScalars.append(scalar)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return result
    }
}
