/// Writes texts that Discord shows as they are, within its limits.
///
/// Source: https://discord.com/developers/docs/reference#message-formatting and Discord's «Markdown Text 101»: a backslash
/// takes a mark its meaning. Mentions are switched off in the message itself as well.
enum DiscordText {
    /// Escaped, and at most `limit` UTF-16 units after that.
    static func escaped(_ text: String, limit: Int) -> String {
        let fitting = SafeText.shortened(SafeText.cleaned(text), to: limit, cost: cost)
        var escaped = ""
        for character in fitting {
            if isMark(character) { escaped += "\\" }
            escaped.append(character)
        }
        return escaped
    }

    /// Escaped, bold and on one line.
    static func bold(_ text: String, limit: Int) -> String {
        "**\(escaped(SafeText.line(text), limit: limit - 4))**"
    }

    /// As a block of fixed width.
    static func code(_ text: String, limit: Int) -> String {
        let safe = SafeText.cleaned(text).map { $0 == "`" ? "'" : $0 }
        return "```\n\(SafeText.shortened(String(safe), to: limit - 8) { $0.utf16.count })\n```"
    }

    /// A link; the text alone where there is no address.
    static func link(_ url: String?, _ text: String) -> String {
        let shown = escaped(text, limit: 200)
        guard let url else { return shown }
        // A bracket would end the address.
        let safe = WebAddress.cleaned(url).replacing("(", with: "%28").replacing(")", with: "%29")
        return "[\(shown)](\(safe))"
    }

    private static func isMark(_ character: Character) -> Bool { "\\*_~`|>#[]<".contains(character) }

    private static func cost(_ character: Character) -> Int { character.utf16.count + (isMark(character) ? 1 : 0) }
}
