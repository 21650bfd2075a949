/// Draws the Markdown that runbooks are written in as HTML: headings, paragraphs, lists, fenced code, tables, and within
/// a line code, emphasis and links to web addresses. All text is escaped; HTML in it shows as it is written.
struct MarkdownHTML {
    private var html = ""
    private var lines: ArraySlice<Substring>

    static func render(_ text: String) -> String {
        var renderer = MarkdownHTML(text)
        renderer.blocks()
        return renderer.html
    }

    private init(_ text: String) {
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
    }

    // MARK: Blocks

    private mutating func blocks() {
        while let line = lines.first {
            if line.isBlank {
                lines.removeFirst()
            } else if let fence = Self.fence(line) {
                code(fence)
            } else if let heading = Self.heading(line) {
                lines.removeFirst()
                html += "<h\(heading.level)>\(Self.inline(heading.text))</h\(heading.level)>\n"
            } else if let item = Self.item(line) {
                list(isOrdered: item.isOrdered, indent: line.indent)
            } else if line.dropFirst(line.indent).hasPrefix("|") {
                table()
            } else {
                paragraph()
            }
        }
    }

    /// The mark and length of an opening fence, and what stands after it.
    private static func fence(_ line: Substring) -> (mark: Character, length: Int, info: Substring)? {
        let content = line.dropFirst(line.indent)
        guard line.indent <= 3, let mark = content.first, mark == "`" || mark == "~" else { return nil }
        let length = content.prefix { $0 == mark }.count
        let info = content.dropFirst(length)
        guard length >= 3, !(mark == "`" && info.contains("`")) else { return nil }
        return (mark, length, info)
    }

    private mutating func code(_ fence: (mark: Character, length: Int, info: Substring)) {
        lines.removeFirst()
        var inner: [Substring] = []
        while let line = lines.popFirst() {
            let content = line.dropFirst(line.indent)
            let rest = content.drop { $0 == fence.mark }
            if line.indent <= 3, content.count - rest.count >= fence.length, rest.isBlank { break }
            inner.append(line)
        }
        let info = fence.info.split(separator: " ").joined(separator: " ")
        // What a block is for, and which values it takes, is worth seeing.
        if !info.isEmpty { html += "<p class=\"kind\">\(Self.escaped(info))</p>\n" }
        html += "<pre><code>\(Self.escaped(inner.joined(separator: "\n")))</code></pre>\n"
    }

    private static func heading(_ line: Substring) -> (level: Int, text: Substring)? {
        let level = line.prefix { $0 == "#" }.count
        guard (1...6).contains(level), line.dropFirst(level).first == " " else { return nil }
        return (level, line.dropFirst(level + 1))
    }

    private static func item(_ line: Substring) -> (isOrdered: Bool, text: Substring)? {
        let content = line.dropFirst(line.indent)
        if let mark = content.first, "-*+".contains(mark), content.dropFirst().first == " " {
            return (false, content.dropFirst(2))
        }
        let digits = content.prefix { $0.isASCII && $0.isNumber }
        let rest = content.dropFirst(digits.count)
        guard (1...9).contains(digits.count), rest.hasPrefix(". ") || rest.hasPrefix(") ") else { return nil }
        return (true, rest.dropFirst(2))
    }

    /// The items of one indentation, with what belongs to each: lines that go on, and lists further in.
    private mutating func list(isOrdered: Bool, indent: Int) {
        html += isOrdered ? "<ol>\n" : "<ul>\n"
        while let line = lines.first, line.indent == indent, let item = Self.item(line), item.isOrdered == isOrdered {
            lines.removeFirst()
            var text = String(item.text)
            while let next = lines.first, !next.isBlank, Self.item(next) == nil, Self.fence(next) == nil,
                next.indent > indent
            {
                text += " " + next.trimmingBlanks
                lines.removeFirst()
            }
            html += "<li>\(Self.inline(text[...]))"
            if let next = lines.first, next.indent > indent, let inner = Self.item(next) {
                html += "\n"
                list(isOrdered: inner.isOrdered, indent: next.indent)
            }
            html += "</li>\n"
            // A blank line between items does not end the list.
            let following = lines.drop { $0.isBlank }
            if let next = following.first, next.indent == indent, Self.item(next)?.isOrdered == isOrdered {
                lines = following
            }
        }
        html += isOrdered ? "</ol>\n" : "</ul>\n"
    }

    private mutating func table() {
        var rows: [[Substring]] = []
        while let line = lines.first, line.dropFirst(line.indent).hasPrefix("|") {
            lines.removeFirst()
            var content = line.dropFirst(line.indent).dropFirst()
            while content.last?.isWhitespace == true { content.removeLast() }
            if content.last == "|" { content.removeLast() }
            rows.append(content.split(separator: "|", omittingEmptySubsequences: false))
        }
        html += "<table>\n"
        for (place, row) in rows.enumerated() {
            // The line of dashes below the heading.
            if place == 1, row.allSatisfy({ $0.allSatisfy { "-: ".contains($0) } }) { continue }
            let tag = place == 0 ? "th" : "td"
            html += "<tr>\(row.map { "<\(tag)>\(Self.inline($0.trimmingBlanks[...]))</\(tag)>" }.joined())</tr>\n"
        }
        html += "</table>\n"
    }

    private mutating func paragraph() {
        var text: [Substring] = []
        while let line = lines.first, !line.isBlank, Self.fence(line) == nil, Self.heading(line) == nil,
            text.isEmpty || Self.item(line) == nil
        {
            text.append(line)
            lines.removeFirst()
        }
        html += "<p>\(Self.inline(text.joined(separator: "\n")[...]))</p>\n"
    }

    // MARK: Within a line

    private static func inline(_ text: Substring) -> String {
        var html = ""
        var rest = text
        while let first = rest.first {
            if first == "`", let end = rest.dropFirst().firstIndex(of: "`") {
                html += "<code>\(escaped(String(rest[rest.index(after: rest.startIndex)..<end])))</code>"
                rest = rest[rest.index(after: end)...]
            } else if rest.hasPrefix("**"), let end = rest.dropFirst(2).firstRange(of: "**") {
                html += "<strong>\(inline(rest.dropFirst(2)[..<end.lowerBound]))</strong>"
                rest = rest[end.upperBound...]
            } else if first == "[", let link = link(rest) {
                html += "<a href=\"\(escaped(link.address))\" rel=\"noreferrer\">\(inline(link.text))</a>"
                rest = link.rest
            } else {
                html += escaped(String(first))
                rest.removeFirst()
            }
        }
        return html
    }

    /// `[text](address)`, where the address leads to the web.
    private static func link(_ text: Substring) -> (text: Substring, address: String, rest: Substring)? {
        guard let middle = text.firstRange(of: "]("), let end = text[middle.upperBound...].firstIndex(of: ")")
        else { return nil }
        let address = String(text[middle.upperBound..<end])
        guard address.hasPrefix("https://") || address.hasPrefix("http://"), !address.contains(where: \.isWhitespace)
        else { return nil }
        return (text.dropFirst()[..<middle.lowerBound], address, text[text.index(after: end)...])
    }

    /// For text and for attributes in double quotes.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension Substring {
    fileprivate var indent: Int { prefix { $0 == " " }.count }
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
    fileprivate var trimmingBlanks: String {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
