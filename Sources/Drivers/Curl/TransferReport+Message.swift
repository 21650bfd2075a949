import CCurl

extension TransferReport {
    /// The error of this kind, with a line that says what, where and what to look at.
    func failure(origin: String, kind: TransportError.Kind, mayHaveBeenSent: Bool) -> TransportError {
        TransportError(
            kind: kind, message: "\(origin): \(explanation(of: kind))", mayHaveBeenSent: mayHaveBeenSent)
    }

    private func explanation(of kind: TransportError.Kind) -> String {
        switch kind {
        case .invalidRequest: "the request cannot be sent\(detail)"
        case .dns: "the name was not resolved\(detail); check the name and this machine's resolver"
        case .refused: "no connection\(detail); check that the service listens there and no firewall refuses"
        case .connectTimeout: "no connection in time\(detail); check address, port and firewall"
        case .tls: "TLS failed\(detail); check the certificate, or name its authority's file"
        case .timeout: "no whole answer in time\(detail)"
        case .connectionLost: "the connection ended early\(detail)"
        case .proxy:
            tunnelCode > 0
                ? "the proxy refused the tunnel with status \(tunnelCode)\(detail)" : "the proxy failed\(detail)"
        case .protocolError:
            headersTooLarge ? "the answer's headers are too large" : "the answer is not understood\(detail)"
        case .cancelled:
            end == .shutdown ? "given up, the transport is shut down" : "given up, the task was cancelled"
        case .smtp(let code, let text): "the mail server answered \(code) \(text)"
        case .authentication:
            code > 0
                ? "the mail server refused the login: \(code) \(reply); check user and password"
                : "no way of login in common with the mail server\(detail)"
        case .resources:
            if case .notStarted(let lack) = end { "not begun: \(lack)" } else { "out of memory\(detail)" }
        }
    }

    /// libcurl's words in brackets; nothing when it has none.
    private var detail: String {
        let number =
            switch end {
            case .finished(let number): number
            case .cancelled, .shutdown, .notStarted: UInt32(0)
            }
        let known = words.isEmpty && number > 0 ? String(cString: curl_easy_strerror(CURLcode(number))) : words
        return known.isEmpty ? "" : " (\(Self.printable(known)))"
    }

    /// The text without control characters, at most 300 characters: what a server says goes into our log.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(300).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    }
}
