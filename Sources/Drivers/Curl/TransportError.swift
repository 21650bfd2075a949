/// Why a request or a mail got no answer.
///
/// An HTTP answer of any status is a response, not an error. An SMTP refusal is an error of kind `smtp`.
package struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, told apart as far as the caller needs for its retry decision.
    package enum Kind: Sendable, Equatable {
        /// The request itself is unfit: a bad URL, a header with a line break, an address with a space.
        case invalidRequest
        /// The name of the host or of its proxy was not resolved.
        case dns
        /// The host refused the connection or cannot be reached.
        case refused
        /// The connection, or its TLS handshake, was not made within the connect timeout.
        case connectTimeout
        /// TLS failed: an untrusted certificate, a wrong host, a missing file, no STARTTLS where it is required.
        case tls
        /// The total timeout passed after the connection was made.
        case timeout
        /// The connection ended before the whole answer was here.
        case connectionLost
        /// The proxy refused the tunnel.
        case proxy
        /// The answer is not in the expected protocol.
        case protocolError
        /// The task was cancelled or the transport was shut down.
        case cancelled
        /// The mail server answered with this code, 400 to 599: below 500 it may be tried again.
        case smtp(code: Int, text: String)
        /// The mail server refused the login for good, or offers no way of login that libcurl knows.
        case authentication
        /// This machine has no memory or thread for the transfer.
        case resources
    }

    /// What went wrong.
    package let kind: Kind
    /// One readable line: what, where and what to look at. It holds no credentials, path or query.
    package let message: String
    /// Whether the receiver may have got the request.
    ///
    /// False is a definite failure: for HTTP no byte of the request left this machine; for mail the end of the
    /// message was not sent, or the server refused the mail. True is ambiguous.
    package let mayHaveBeenSent: Bool

    package init(kind: Kind, message: String, mayHaveBeenSent: Bool) {
        self.kind = kind
        self.message = message
        self.mayHaveBeenSent = mayHaveBeenSent
    }

    /// The message.
    package var description: String { message }

    /// A refusal before anything was done.
    static func invalid(_ message: String) -> TransportError {
        TransportError(kind: .invalidRequest, message: message, mayHaveBeenSent: false)
    }
}
