package import Alerting
package import Drivers
package import PromQL

/// Tells a service outside that the agent lives, by one request without content.
package struct HeartbeatPing: Sendable {
    private let url: Secret
    private let method: String
    private let timeout: Duration
    private let version: String
    private let transport: CurlTransport

    /// - Parameter method: `GET` or `POST`.
    package init(url: Secret, method: String, timeout: Duration, version: String, transport: CurlTransport) {
        self.url = url
        self.method = method
        self.timeout = timeout
        self.version = version
        self.transport = transport
    }

    /// Sends it once.
    ///
    /// - Returns: why it did not arrive, without the address; nil where it did.
    package func send(at now: Timestamp) async -> String? {
        let judge = AnswerJudge(setting: "heartbeat.url", secrets: [url.exposed])
        let request = HTTPRequest(
            method: method, url: url.exposed, headers: [("User-Agent", "tocsin/\(version)")],
            body: method == "POST" ? [] : nil, connectTimeout: min(.seconds(5), timeout), totalTimeout: timeout,
            bodyLimit: 8_192)
        let outcome: DeliveryOutcome
        do throws(TransportError) {
            outcome = judge.outcome(of: try await transport.send(request), now: now)
        } catch {
            outcome = judge.outcome(of: error)
        }
        switch outcome {
        case .delivered: return nil
        case .retry(let reason, _, _), .rejected(let reason): return reason
        }
    }
}
