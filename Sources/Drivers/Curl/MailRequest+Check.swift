extension MailRequest {
    /// The server's URL, once all of the mail is seen to be fit to send.
    ///
    /// Throws `invalidRequest`; its message names the faulty part.
    func check() throws(TransportError) -> CurlURL {
        let scheme = security == .tls ? "smtps" : "smtp"
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        if let helo {
            guard !helo.isEmpty, helo.utf8.allSatisfy(Self.isHostByte) else {
                throw .invalid("the name to greet the mail server with must be a host name or address")
            }
        }
        guard (1...65_535).contains(port), !bracketed.contains("@"), !bracketed.contains("/"),
            let parsed = CurlURL("\(scheme)://\(bracketed):\(port)/\(helo ?? "")")
        else {
            throw .invalid("the mail server must be a host name or address with a port of 1 to 65535")
        }
        let origin = parsed.origin
        guard !recipients.isEmpty else { throw .invalid("\(origin): the mail has no recipient") }
        for address in [from] + recipients where !Self.isEnvelopeAddress(address) {
            throw .invalid("\(origin): an address is not of the form user@host; write it without name and brackets")
        }
        guard Self.hasWholeLines(message) else {
            throw .invalid("\(origin): the mail has a NUL or a line that does not end in CRLF")
        }
        if username != nil, security == .none, !Self.isLoopback(host) {
            throw .invalid("\(origin): a login without TLS would show the password; use STARTTLS or TLS")
        }
        guard !(username ?? "").utf8.contains(0), !(password ?? "").utf8.contains(0) else {
            throw .invalid("\(origin): the login has a NUL in it")
        }
        try tls.check(parsed)
        return parsed
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
            UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default:
            false
        }
    }

    /// A line break or bracket here would let an address speak SMTP.
    private static func isEnvelopeAddress(_ address: String) -> Bool {
        guard let at = address.lastIndex(of: "@"), at != address.startIndex else { return false }
        guard address.index(after: at) != address.endIndex else { return false }
        return address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"<>,;\"".utf8.contains($0) }
    }

    /// A bare CR or LF is refused: servers disagree on it, and a text could then hide a second mail in itself.
    private static func hasWholeLines(_ message: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in message {
            if byte == 0 { return false }
            if (byte == 0x0A) != (previous == 0x0D) { return false }
            previous = byte
        }
        return previous == 0x0A
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" || host == "[::1]" { return true }
        return host.hasPrefix("127.") && host.utf8.allSatisfy { "0123456789.".utf8.contains($0) }
    }
}
