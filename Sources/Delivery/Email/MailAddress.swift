/// An address, with the name that stands before it.
package struct MailAddress: Hashable, Sendable {
    /// The person's name; nil for none.
    package let name: String?
    /// `user@host`.
    package let address: String

    package init(name: String? = nil, address: String) {
        self.name = name
        self.address = address
    }

    /// As a header shows it: `"Ops, at night" <ops@example.org>`.
    var header: String {
        let plain = String(
            String.UnicodeScalarView(address.unicodeScalars.filter { !"<>\r\n\u{0}".unicodeScalars.contains($0) }))
        guard let name = name.map(SafeText.line), !name.isEmpty else { return plain }
        guard MailHeader.isPlain(name) else {
            // An encoded word must not stand in quotes: RFC 2047, section 5.
            return "\(MailHeader.encodedWords(name).joined(separator: " ")) <\(plain)>"
        }
        let quoted = name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(quoted)\" <\(plain)>"
    }
}
