/// Writes texts that Slack can't take for anything but text, within its limits.
///
/// Escapes as Slack's «Formatting text for app surfaces» says: `&`, `<` and `>` as entities. That alone makes
/// `<!channel>`, `<@U123>` and links in values harmless; `@channel` and its like are broken as well, for older clients.
enum SlackText {
    /// Escaped, without code fences, and at most `limit` UTF-16 units after that.
    static func escaped(_ text: String, limit: Int) -> String {
        let safe = withoutFences(withoutCalls(SafeText.cleaned(text)))
        let fitting = SafeText.shortened(safe, to: limit) { character in
            character.unicodeScalars.reduce(0) { $0 + cost($1) }
        }
        return entities(fitting)
    }

    /// Escaped for the inside of `*…*`, on one line.
    static func bold(_ text: String, limit: Int) -> String {
        // An asterisk would end the bold face; the operator sign looks the same.
        let line = SafeText.line(text).map { $0 == "*" ? "∗" : $0 }
        return "*\(escaped(String(line), limit: limit - 2))*"
    }

    /// As a block of fixed width.
    static func code(_ text: String, limit: Int) -> String {
        "```\n\(escaped(text, limit: limit - 8))\n```"
    }

    /// A link; the text alone where there is no address.
    static func link(_ url: String?, _ text: String) -> String {
        guard let url else { return escaped(text, limit: 200) }
        return "<\(entities(WebAddress.cleaned(url)))|\(entities(text))>"
    }

    private static func entities(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func cost(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "&": 5
        case "<", ">": 4
        default: scalar.value > 0xFFFF ? 2 : 1
        }
    }

    /// With a word joiner, which nobody sees, after the `@` of Slack's words for everybody.
    private static func withoutCalls(_ text: String) -> String {
        guard text.contains("@") else { return text }
        var result = ""
        var rest = Substring(text)
        while let sign = rest.firstIndex(of: "@") {
            let after = rest[rest.index(after: sign)...]
            result += rest[...sign]
            let word = after.prefix(8).lowercased()
            if ["channel", "here", "everyone", "group"].contains(where: word.hasPrefix) { result += "\u{2060}" }
            rest = after
        }
        return result + rest
    }

    /// With quotes in place of three and more backticks, which would begin or end a block of fixed width.
    private static func withoutFences(_ text: String) -> String {
        guard text.firstRange(of: "```") != nil else { return text }
        var result = ""
        var run = 0
        func end() {
            result += String(repeating: run >= 3 ? "'" : "`", count: run)
            run = 0
        }
        for scalar in text.unicodeScalars {
            if scalar == "`" {
                run += 1
            } else {
                end()
                result.unicodeScalars.append(scalar)
            }
        }
        end()
        return result
    }
}
