/// A fenced part of a Markdown text.
struct Fence: Hashable {
    /// What stands after the opening fence.
    let info: String
    /// The line of the opening fence, from 1.
    let line: Int
    /// What stands between the fences.
    let text: String
    /// Whether it has an end.
    let isClosed: Bool
}

/// Finds the fenced parts of a Markdown text, by CommonMark's rules.
struct FenceReader {
    /// The fences in order; the text of one without an end goes to the end of the file.
    static func fences(in text: String) -> [Fence] {
        var fences: [Fence] = []
        var open: (mark: Character, length: Int, info: String, line: Int, lines: [Substring])?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let indent = line.prefix { $0 == " " }.count
            let content = line.dropFirst(indent)
            if let fence = open {
                let closing = content.prefix { $0 == fence.mark }.count
                let isClosing = indent <= 3 && closing >= fence.length
                if isClosing, content.dropFirst(closing).allSatisfy({ $0 == " " || $0 == "\t" }) {
                    fences.append(made(fence, isClosed: true))
                    open = nil
                } else {
                    open?.lines.append(line)
                }
            } else if indent <= 3, let mark = content.first, mark == "`" || mark == "~" {
                let length = content.prefix { $0 == mark }.count
                let info = content.dropFirst(length)
                // Backticks within a line are code in a sentence.
                if length < 3 || (mark == "`" && info.contains("`")) { continue }
                open = (mark, length, info.trimmingBlanks, index + 1, [])
            }
        }
        if let fence = open { fences.append(made(fence, isClosed: false)) }
        return fences
    }

    private static func made(
        _ fence: (mark: Character, length: Int, info: String, line: Int, lines: [Substring]), isClosed: Bool
    ) -> Fence {
        Fence(info: fence.info, line: fence.line, text: fence.lines.joined(separator: "\n"), isClosed: isClosed)
    }
}
