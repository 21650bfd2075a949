/// A host and a port, as `127.0.0.1:9911`, `[::1]:9911` or `:9911`.
struct HostPort: Hashable {
    /// Without brackets; empty where only a port is given.
    let host: String
    let port: Int

    /// Nil where the text is something else, or the port is not from 1 to 65535.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits),
            (1...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("[") {
            guard host.hasSuffix("]") else { return nil }
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "@" || !$0.isASCII }) else { return nil }
        self.host = String(host)
        self.port = port
    }
}
