extension TemplateFunction {
    /// Texts, as Prometheus and Alertmanager both have them. `join`, `stringSlice`, `trimSpace` and `safeUrl` are
    /// Alertmanager's alone; rules may use them here too.
    static let texts: [TemplateFunction] = [
        TemplateFunction("toUpper", 1...1) { values, _ in .string(mapped(try text(values[0])) { $0.uppercaseMapping })
        },
        TemplateFunction("toLower", 1...1) { values, _ in .string(mapped(try text(values[0])) { $0.lowercaseMapping })
        },
        TemplateFunction("trimSpace", 1...1) { values, _ in
            let scalars = try text(values[0]).unicodeScalars
            let blanks = scalars.prefix { $0.properties.isWhitespace }.count
            let ends = scalars.reversed().prefix { $0.properties.isWhitespace }.count
            return .string(String(scalars.dropFirst(blanks).dropLast(min(ends, scalars.count - blanks))))
        },
        TemplateFunction("join", 2...2) { values, _ in
            let separator = try text(values[0])
            return .string(try texts(values[1]).joined(separator: separator))
        },
        TemplateFunction("match", 2...2, .expression) { values, environment in
            .bool(try environment.matches(try text(values[0]), try text(values[1])))
        },
        TemplateFunction("reReplaceAll", 3...3, .expression) { values, environment in
            let (pattern, replacement, subject) = (try text(values[0]), try text(values[1]), try text(values[2]))
            // Each byte of a text may be replaced by a long one, before anybody could look at the result.
            let (most, overflow) = (subject.utf8.count + 1).multipliedReportingOverflow(by: replacement.utf8.count)
            if overflow || most > 64 * environment.maxOutput {
                throw FunctionFailure("the result could be too long a text")
            }
            return .string(try environment.replaceAll(pattern, replacement, subject))
        },
        TemplateFunction("safeHtml", 1...1) { values, _ in .string(try text(values[0])) },
        TemplateFunction("safeUrl", 1...1) { values, _ in .string(try text(values[0])) },
        TemplateFunction("stringSlice", 0...Int.max) { values, _ in
            for value in values { _ = try text(value) }
            return .list(values, .strings)
        },
    ]

    static func humanizing(_ name: String, _ body: @escaping @Sendable (Double) throws -> String) -> TemplateFunction {
        TemplateFunction(name, 1...1) { values, _ in .string(try body(try number(values[0]))) }
    }

    /// Go maps each character to one other; what Unicode would write as several, such as ß, stays.
    private static func mapped(
        _ text: String, _ mapping: (Unicode.Scalar.Properties) -> String
    ) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            let other = mapping(scalar.properties).unicodeScalars
            result.unicodeScalars.append(other.count == 1 ? other.first ?? scalar : scalar)
        }
        return result
    }

    /// Go's `strings.Title`: the first letter of each word becomes a capital, the others stay.
    static func capitalized(_ text: String) -> String {
        var result = ""
        var isStart = true
        for scalar in text.unicodeScalars {
            result += isStart ? scalar.properties.titlecaseMapping : String(Character(scalar))
            let isWord = scalar.isASCII ? TemplateLexer.isNamePart(scalar) : !scalar.properties.isWhitespace
            isStart = !isWord
        }
        return result
    }

    /// `cases.Title` of golang.org/x/text: the first letter of each word is a capital, and the others are small. Words
    /// end where Unicode has them end: `a.b`, `a'b`, `a:b` and `a_b` are one word each.
    static func titled(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        var isStart = true
        for (place, scalar) in scalars.enumerated() {
            if scalar.properties.isCased {
                result += isStart ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
                isStart = false
            } else {
                result.unicodeScalars.append(scalar)
                if !isInWord(scalars, place) { isStart = true }
            }
        }
        return result
    }

    private static func isInWord(_ scalars: [Unicode.Scalar], _ place: Int) -> Bool {
        let scalar = scalars[place]
        if TemplateLexer.isNamePart(scalar) || scalar.properties.generalCategory == .nonspacingMark { return true }
        guard place > 0, place + 1 < scalars.count else { return false }
        let (before, after) = (scalars[place - 1].properties, scalars[place + 1].properties)
        if before.isAlphabetic, after.isAlphabetic { return ".':\u{2019}\u{b7}".unicodeScalars.contains(scalar) }
        if before.numericType != nil, after.numericType != nil { return ".',;".unicodeScalars.contains(scalar) }
        return false
    }
}
