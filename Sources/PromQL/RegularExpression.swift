/// A regular expression in RE2's syntax, matched in time linear in the text: no backtracking.
///
/// It is compiled to a small program that Pike's machine runs over the Unicode scalars of the text. What RE2 refuses
/// (backreferences, lookaround) is refused here too.
package struct RegularExpression: Hashable, Sendable {
    package let pattern: String
    let program: [RegexInstruction]
    let groupNames: [String?]
    /// The texts of a pattern that is nothing but alternatives without operators; nil for others.
    let literals: Set<String>?

    /// Whether `.` takes a line break as well, as `(?s)` says inside a pattern.
    package let dotMatchesNewline: Bool

    /// - Parameter dotMatchesNewline: matchers and `label_replace` of Prometheus 3 set it; Go's own functions don't.
    /// - Throws: `RegexError` with the position in the pattern.
    package init(_ pattern: String, dotMatchesNewline: Bool = false) throws(RegexError) {
        self.pattern = pattern
        self.dotMatchesNewline = dotMatchesNewline
        var parser = RegexParser(pattern, dotMatchesNewline: dotMatchesNewline)
        let node = try parser.parse()
        var compiler = RegexCompiler()
        program = try compiler.compile(node)
        groupNames = parser.groupNames
        literals = node.literals
    }

    package static func == (one: RegularExpression, other: RegularExpression) -> Bool {
        one.pattern == other.pattern && one.dotMatchesNewline == other.dotMatchesNewline
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(pattern)
    }

    /// How many capturing groups it has.
    package var groupCount: Int { groupNames.count - 1 }

    /// Whether the whole text matches.
    package func matchesWhole(_ text: String) -> Bool {
        if let literals { return literals.contains(text) }
        return RegexMachine(program: program, groups: 0).run(Array(text.unicodeScalars), from: 0, anchored: true) != nil
    }

    /// Whether some part of the text matches.
    package func matchesSomewhere(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        return RegexMachine(program: program, groups: 0).run(scalars, from: 0, anchored: false) != nil
    }

    /// The captures of a match of the whole text: the match itself, then each group (nil where it took no part).
    package func captures(ofWhole text: String) -> [String?]? {
        let scalars = Array(text.unicodeScalars)
        let machine = RegexMachine(program: program, groups: groupCount)
        return machine.run(scalars, from: 0, anchored: true).map { Self.texts($0, in: scalars) }
    }

    /// With every match replaced by the template, in which `$1`, `${1}` and `${name}` stand for groups and `$$` for `$`.
    package func replaceAll(in text: String, with template: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let machine = RegexMachine(program: program, groups: groupCount)
        var result = String.UnicodeScalarView()
        var position = 0
        while position <= scalars.count, let slots = machine.run(scalars, from: position, anchored: false) {
            let (start, end) = (slots[0], slots[1])
            result.append(contentsOf: scalars[position..<start])
            result.append(contentsOf: expand(template, captures: Self.texts(slots, in: scalars)).unicodeScalars)
            if end == start {
                if start < scalars.count { result.append(scalars[start]) }
                position = start + 1
            } else {
                position = end
            }
        }
        if position < scalars.count { result.append(contentsOf: scalars[position...]) }
        return String(result)
    }

    private static func texts(_ slots: [Int], in scalars: [Unicode.Scalar]) -> [String?] {
        stride(from: 0, to: slots.count - 1, by: 2).map { index in
            guard slots[index] >= 0, slots[index + 1] >= slots[index] else { return nil }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[slots[index]..<slots[index + 1]])
            return String(view)
        }
    }

    /// Go's `Regexp.Expand`: an unknown group is empty text.
    package func expand(_ template: String, captures: [String?]) -> String {
        var result = ""
        var rest = Substring(template)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            if rest.first == "$" {
                result += "$"
                rest = rest.dropFirst()
                continue
            }
            let isBraced = rest.first == "{"
            let body = isBraced ? rest.dropFirst() : rest
            let name = body.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let after = body.dropFirst(name.count)
            guard !name.isEmpty, !isBraced || after.first == "}" else {
                result += "$"
                continue
            }
            rest = isBraced ? after.dropFirst() : after
            let index = Int(name) ?? groupNames.firstIndex { $0 == String(name) }
            if let index, captures.indices.contains(index) { result += captures[index] ?? "" }
        }
        return result + rest
    }
}

/// Why a regular expression can't be used.
package struct RegexError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String
    package let pattern: String
    /// From 1, in characters of the pattern.
    package let column: Int

    package var description: String { "regular expression `\(pattern)`, character \(column): \(message)" }
}
