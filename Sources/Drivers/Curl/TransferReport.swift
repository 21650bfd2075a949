import CCurl

/// What is known of a transfer at its end: plain facts, from which `verdict` methods decide.
struct TransferReport: Sendable {
    /// How the transfer ended.
    enum End: Sendable, Equatable {
        /// libcurl ended it, with this code; `CURLE_OK` is 0.
        case finished(UInt32)
        /// The task of the caller was cancelled.
        case cancelled
        /// The transport was shut down.
        case shutdown
        /// It could not begin, for lack of memory or threads; the text says of which.
        case notStarted(String)
    }

    /// How the transfer ended.
    var end: End
    /// libcurl's own words on the failure; empty when it has none.
    var words = ""
    /// The last status of HTTP, or reply code of SMTP; 0 when there was none.
    var code = 0
    /// The proxy's status for the tunnel; 0 when there was none.
    var tunnelCode = 0
    /// The HTTP version as libcurl's constant.
    var httpVersion = 0
    /// The headers of the last answer.
    var headers: [(String, String)] = []
    /// The kept part of the answer's body.
    var body: [UInt8] = []
    /// Whether the body had more than was kept.
    var bodyTruncated = false
    /// Whether the answer's headers were more than we read.
    var headersTooLarge = false
    /// The text of the last SMTP reply, without its code.
    var reply = ""
    /// Whether libcurl took the last byte of the mail, so that the end of the message may have left.
    var messageRead = false
    /// How many bytes of request headers left, those to a proxy included.
    var requestBytes = 0
    /// Microseconds until the name was resolved; 0 when it was not.
    var resolved = 0
    /// Microseconds until the request itself could begin; 0 when it could not.
    var ready = 0
    /// From the start to the end.
    var duration = Duration.zero

    init(end: End) {
        self.end = end
    }

    /// Whether any byte of the HTTP request may have left: only after `ready` are sent bytes the request's own.
    var requestMayHaveLeft: Bool { ready > 0 && requestBytes > 0 }
}
