/// Writes texts that Mattermost shows as they are, within its limits.
///
/// Sources: https://docs.mattermost.com/collaborate/format-messages.html (Markdown; a backslash takes a mark its
/// meaning) and https://developers.mattermost.com/integrate/webhooks/incoming/, «Slack compatibility»: `<url|text>`
/// becomes a link and `<!channel>` a mention of everybody, which is why angle brackets never stay as they are.
enum MattermostText {
    /// Escaped, and at most `limit` UTF-16 units after that.
    static func escaped(_ text: String, limit: Int) -> String {
        let fitting = SafeText.shortened(withoutCalls(SafeText.cleaned(text)), to: limit) { written($0).utf16.count }
        var escaped = ""
        for character in fitting { escaped += written(character) }
        return escaped
    }

    /// Escaped, bold and on one line.
    static func bold(_ text: String, limit: Int) -> String {
        "**\(escaped(SafeText.line(text), limit: limit - 4))**"
    }

    /// For places that show no marks; on one line.
    static func plain(_ text: String, limit: Int) -> String {
        SafeText.shortened(withoutBrackets(SafeText.line(text)), to: limit) { $0.utf16.count }
    }

    /// As a block of fixed width, in which nothing can be escaped.
    static func code(_ text: String, limit: Int) -> String {
        let safe = withoutBrackets(SafeText.cleaned(text)).replacing("`", with: "'")
        return "```\n\(SafeText.shortened(safe, to: limit - 8) { $0.utf16.count })\n```"
    }

    /// A link; the text alone where there is no address.
    static func link(_ url: String?, _ text: String) -> String {
        let shown = escaped(text, limit: 200)
        guard let url else { return shown }
        // A bracket would end the address.
        let safe = WebAddress.cleaned(url).replacing("(", with: "%28").replacing(")", with: "%29")
        return "[\(shown)](\(safe))"
    }

    private static func written(_ character: Character) -> String {
        switch character {
        case "<": return "&lt;"
        case "&": return "&amp;"
        default: return "\\*_~`|>#[]".contains(character) ? "\\\(character)" : String(character)
        }
    }

    /// With a sign that looks the same in place of `<`.
    private static func withoutBrackets(_ text: String) -> String { withoutCalls(text).replacing("<", with: "‹") }

    /// With a word joiner, which nobody sees, after each `@` that would call somebody: any but a mail address's.
    private static func withoutCalls(_ text: String) -> String {
        guard text.contains("@") else { return text }
        var result = ""
        var isInWord = false
        for character in text {
            result.append(character)
            if character == "@", !isInWord { result += "\u{2060}" }
            isInWord = character.isASCII && (character.isLetter || character.isNumber)
        }
        return result
    }
}
