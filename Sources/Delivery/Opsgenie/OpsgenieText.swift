/// Writes texts that Opsgenie can't take for HTML, within its limits.
///
/// Source: https://docs.opsgenie.com/docs/alerts-and-alert-fields: HTML is read in an alert's message and description.
enum OpsgenieText {
    /// At most `limit` UTF-16 units; a character there is at least one of them.
    static func safe(_ text: String, limit: Int) -> String {
        SafeText.shortened(withoutTags(SafeText.cleaned(text)), to: limit) { $0.utf16.count }
    }

    /// As `safe`, on one line.
    static func line(_ text: String, limit: Int) -> String { safe(SafeText.line(text), limit: limit) }

    /// With a word joiner, which nobody sees, where a tag would begin. Entities would be shown as such on phones.
    private static func withoutTags(_ text: String) -> String {
        guard text.contains("<") else { return text }
        var result = String.UnicodeScalarView()
        var isAfterBracket = false
        for scalar in text.unicodeScalars {
            if isAfterBracket, scalar.properties.isAlphabetic || scalar == "/" || scalar == "!" || scalar == "?" {
                result.append("\u{2060}")
            }
            result.append(scalar)
            isAfterBracket = scalar == "<"
        }
        return String(result)
    }
}
