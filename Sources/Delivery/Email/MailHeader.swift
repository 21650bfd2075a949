/// Writes header lines of mails: folded (RFC 5322, section 2.2.3) and encoded where not ASCII (RFC 2047).
///
/// A value can't add a header: line breaks and other controls in it become spaces or are dropped.
enum MailHeader {
    /// A line of free text, with CRLF at the end.
    static func text(_ name: String, _ value: String) -> String {
        let line = SafeText.line(value)
        if isPlain(line) { return folded(name, line.split(separator: " ").map(String.init)) }
        return folded(name, encodedWords(line, first: max(20, 75 - name.count - 2)))
    }

    /// A line of words that must not be encoded, such as ids, folded between them.
    static func words(_ name: String, _ words: [String]) -> String {
        folded(name, words.map(SafeText.line))
    }

    /// Addresses with commas between.
    static func addresses(_ name: String, _ addresses: [MailAddress]) -> String {
        let last = addresses.count - 1
        return folded(
            name,
            addresses.enumerated().flatMap { index, address in
                let words = address.header.split(separator: " ").map(String.init)
                return index == last ? words : words.dropLast() + [(words.last ?? "") + ","]
            })
    }

    /// Whether the text may stand as it is: printable ASCII without what looks encoded or is too long to fold.
    static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && text.firstRange(of: "=?") == nil
            && text.split(separator: " ").allSatisfy { $0.utf8.count <= 70 }
    }

    /// `=?UTF-8?B?…?=`, each at most 75 characters long and holding whole characters of the text.
    ///
    /// - Parameter first: the most that the first one may take, since a header's name stands before it.
    static func encodedWords(_ text: String, first: Int = 75) -> [String] {
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let limit = words.isEmpty ? first : 75
            let more = Array(String(scalar).utf8)
            // 12 for what stands around; four digits for each three bytes begun.
            if !bytes.isEmpty, 12 + (bytes.count + more.count + 2) / 3 * 4 > limit {
                words.append("=?UTF-8?B?\(Base64Text.encode(bytes))?=")
                bytes = []
            }
            bytes += more
        }
        if !bytes.isEmpty { words.append("=?UTF-8?B?\(Base64Text.encode(bytes))?=") }
        return words
    }

    /// Lines of at most 78 characters where the words allow it.
    private static func folded(_ name: String, _ words: [String]) -> String {
        var text = "\(name):"
        var length = text.count
        for word in words {
            if length + 1 + word.utf8.count > 78, length > name.count + 1 {
                text += "\r\n"
                length = 0
            }
            text += " \(word)"
            length += 1 + word.utf8.count
        }
        return text + "\r\n"
    }
}
