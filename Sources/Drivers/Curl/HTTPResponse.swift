/// An answer to an HTTP request, whatever its status.
package struct HTTPResponse: Sendable {
    /// The status, such as 200 or 429.
    package let status: Int
    /// The headers of the last answer, in order, as sent.
    package let headers: [(String, String)]
    /// The body up to the request's limit, not decompressed.
    package let body: [UInt8]
    /// Whether the body was longer than the limit.
    package let bodyTruncated: Bool
    /// The version the answer came in: `1.0`, `1.1`, `2` or `3`.
    package let httpVersion: String
    /// From the start of the transfer to its end.
    package let duration: Duration

    package init(
        status: Int, headers: [(String, String)] = [], body: [UInt8] = [], bodyTruncated: Bool = false,
        httpVersion: String = "1.1", duration: Duration = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.bodyTruncated = bodyTruncated
        self.httpVersion = httpVersion
        self.duration = duration
    }

    /// The value of the first header of this name in any case; nil when there is none.
    package func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.0.lowercased() == wanted }?.1
    }
}
