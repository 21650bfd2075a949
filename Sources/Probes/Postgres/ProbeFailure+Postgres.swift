import Drivers

extension ProbeFailure {
    /// The cause behind a statement without rows: what, where, and the command that mends it.
    ///
    /// - Parameters:
    ///   - user: the role that asked, for the grant; nil where the DSN does not name it.
    ///   - grant: the grant that this probe needs, for «permission denied».
    init(_ error: PostgresError, probe: String, user: String?, grant: String? = nil) {
        let role = user ?? "the agent's role"
        switch error.kind {
        case .dns: self.init(.dns, "\(probe): \(error); look at `host` in the DSN, or at the resolver")
        case .refused: self.init(.connectionRefused, "\(probe): \(error)")
        case .connectTimeout:
            self.init(.connectTimeout, "\(probe): \(error); look at firewalls, and whether the server hangs")
        case .tls: self.init(.tls, "\(probe): \(error); look at `sslmode` and `sslrootcert` in the DSN")
        case .authentication: self.init(.authenticationFailed, "\(probe): \(error)")
        case .connect, .closed: self.init(.connectionFailed, "\(probe): \(error)")
        case .connectionLost: self.init(.connectionLost, "\(probe): \(error)")
        case .timeout: self.init(.deadline, "\(probe): \(error); look why the server is slow, or raise `timeout`")
        case .cancelled: self.init(.cancelled, "\(probe): \(error)")
        case .resultTooLarge: self.init(.tooLarge, "\(probe): \(error)")
        case .decoding: self.init(.badAnswer, "\(probe): \(error)")
        case .server: self = Self.server(error, probe: probe, role: role, grant: grant)
        }
    }

    private static func server(_ error: PostgresError, probe: String, role: String, grant: String?) -> ProbeFailure {
        switch error.sqlState ?? "" {
        case "53300":
            return ProbeFailure(
                .tooManyConnections, "\(probe): \(error); raise `max_connections`, or find who holds them all")
        case "57P03": return ProbeFailure(.startingUp, "\(probe): \(error); it ends by itself")
        case "42501":
            let remedy = grant.map { "; mend it with: \($0)" } ?? ""
            return ProbeFailure(.permissionDenied, "\(probe): \(error) for \(role)\(remedy)")
        case "42P01": return ProbeFailure(.missingTable, "\(probe): \(error); is the schema right in the settings?")
        case "42703": return ProbeFailure(.missingColumn, "\(probe): \(error)")
        case "3D000": return ProbeFailure(.missingDatabase, "\(probe): \(error)")
        case "57014":
            return ProbeFailure(.statementTimeout, "\(probe): \(error); look at locks and load, or raise `timeout`")
        case "55P03": return ProbeFailure(.lockTimeout, "\(probe): \(error); somebody holds a lock on what it reads")
        case "57P01", "57P02": return ProbeFailure(.connectionLost, "\(probe): \(error)")
        default: return ProbeFailure(.sqlError, "\(probe): \(error)")
        }
    }
}
