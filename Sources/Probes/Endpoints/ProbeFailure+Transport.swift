import Drivers

extension ProbeFailure {
    /// The cause behind a request without an answer.
    init(_ error: TransportError, probe: String) {
        switch error.kind {
        case .dns:
            self.init(.dns, "\(probe): \(error); look at the host in `url`, or at the resolver")
        case .refused:
            self.init(.connectionRefused, "\(probe): \(error); is the application running, and on that port?")
        case .connectTimeout:
            self.init(.connectTimeout, "\(probe): \(error); look at firewalls between here and there")
        case .tls:
            self.init(.tls, "\(probe): \(error); set `tls_config.ca_file` for an authority of your own")
        case .timeout:
            self.init(.deadline, "\(probe): \(error); look why it is slow, or raise `timeout` in its settings")
        case .connectionLost:
            self.init(.connectionLost, "\(probe): \(error)")
        case .proxy:
            self.init(.connectionFailed, "\(probe): \(error); look at `proxy_url`")
        case .invalidRequest:
            self.init(.badRequest, "\(probe): \(error)")
        case .authentication:
            self.init(.authenticationFailed, "\(probe): \(error)")
        case .cancelled:
            self.init(.cancelled, "\(probe): \(error)")
        case .protocolError, .smtp, .resources:
            self.init(.connectionFailed, "\(probe): \(error)")
        }
    }
}
