/// Lines of Telegram's HTML within a limit that counts what is read, not the marks.
struct TelegramPage: Sendable {
    private(set) var html = ""
    /// What may still be added, in UTF-16 units.
    private(set) var left: Int

    init(room: Int) {
        left = room
    }

    /// Keeps room for what comes later; a negative number gives it back.
    mutating func reserve(_ units: Int) {
        left -= units
    }

    /// Adds text, shortened to `limit` and to what is left, on a line of its own; nothing where no room is left.
    ///
    /// - Parameter mark: the tag around it, such as `b`; nil for none.
    mutating func add(_ text: String, limit: Int, mark: String? = nil) {
        let cleaned = mark == "pre" ? SafeText.cleaned(text) : SafeText.cleaned(text).trimmed
        let most = min(limit, left - 1)
        guard !cleaned.isEmpty, most >= 10 else { return }
        let fitting = SafeText.shortened(cleaned, to: most) { $0.utf16.count }
        let escaped = Self.escaped(fitting)
        begin()
        html += mark.map { "<\($0)>\(escaped)</\($0)>" } ?? escaped
        left -= fitting.utf16.count
    }

    /// Adds links on one line; those without an address as text.
    mutating func addLinks(_ links: [(url: String?, text: String)]) {
        var isFirst = true
        for link in links where link.text.utf16.count + 4 < left {
            if isFirst { begin() } else { html += " · " }
            isFirst = false
            left -= link.text.utf16.count + 3
            let text = Self.escaped(link.text)
            // An address is no part of what is read, but nobody needs one of a kilobyte.
            if let url = link.url, url.utf8.count <= 1_000 {
                html += "<a href=\"\(Self.escaped(WebAddress.cleaned(url)))\">\(text)</a>"
            } else {
                html += text
            }
        }
    }

    /// Adds an empty line.
    mutating func blank() {
        guard !html.isEmpty, left > 1 else { return }
        html += "\n"
        left -= 1
    }

    private mutating func begin() {
        guard !html.isEmpty else { return }
        html += "\n"
        left -= 1
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
