package import Alerting
package import Drivers
package import PromQL

/// Tells people by mail, through one SMTP server.
///
/// The mails of one alert join in a thread (see `MailThread`). An attempt that may have arrived is repeated with the
/// same `Message-ID`, which mail servers and readers take for the same mail.
package struct EmailChannel: Channel {
    private let server: MailServer
    private let from: MailAddress
    private let to: [MailAddress]
    private let headers: [String: String]
    private let context: ChannelContext
    private let transport: CurlTransport

    /// - Parameter headers: further headers of the mail; those that it needs itself (`Subject`, `To`, …) can't be set.
    package init(
        server: MailServer, from: MailAddress, to: [MailAddress], headers: [String: String], context: ChannelContext,
        transport: CurlTransport
    ) {
        self.server = server
        self.from = from
        self.to = to
        self.headers = headers
        self.context = context
        self.transport = transport
    }

    package func deliver(
        _ notification: Notification, key: String, attempt: Int, now: Timestamp
    ) async -> DeliveryOutcome {
        let message = MailMessage(
            notification: notification, key: key, from: from, to: to, headers: headers, context: context)
        let request = MailRequest(
            host: server.host, port: server.port, security: server.security, username: server.username,
            password: server.password?.exposed, from: from.address, recipients: to.map(\.address),
            message: Array(message.text.utf8), helo: server.hello, connectTimeout: min(.seconds(5), server.timeout),
            totalTimeout: server.timeout, tls: server.tls)
        do throws(TransportError) {
            return MailAnswer.outcome(of: try await transport.send(request))
        } catch {
            return MailAnswer.outcome(of: error)
        }
    }
}
