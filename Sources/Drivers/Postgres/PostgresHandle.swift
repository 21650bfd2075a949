import CPostgres

#if canImport(Glibc)
    import Glibc
#endif

/// A connection of libpq, closed when it is let go. Used by one at a time: the actor that owns it, or a blocking call
/// that the actor waits for.
final class PostgresHandle: @unchecked Sendable {
    // libpq allows any thread to use a connection as long as no two do at once, which the owner sees to.
    let pointer: OpaquePointer

    /// Begins to connect, which looks up the host's name and so may block; nil when there is no memory.
    init?(connectingWith parameters: [(keyword: String, value: String)]) {
        let keywords = parameters.map { strdup($0.keyword) }
        let values = parameters.map { strdup($0.value) }
        defer { for text in keywords + values { free(text) } }
        let ended = (keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil])
        guard let pointer = PQconnectStartParams(ended.0, ended.1, 1) else { return nil }
        self.pointer = pointer
        CPostgresSilenceNotices(pointer)
        // libpq gives no code for a failed connection except within such a message.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
    }

    deinit {
        PQfinish(pointer)
    }

    /// To be called once the connection is made.
    func becomeReady() {
        PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
        PQsetnonblocking(pointer, 1)
    }

    var socket: Int32 { PQsocket(pointer) }

    /// libpq's last message, as it is.
    var message: String { String(cString: PQerrorMessage(pointer)) }

    /// The role that the session was opened for.
    var user: String? { PQuser(pointer).map { String(cString: $0) } }

    /// The host that libpq is trying or has connected to, as the DSN writes it.
    var host: String { PQhost(pointer).map { String(cString: $0) } ?? "" }

    var port: String { PQport(pointer).map { String(cString: $0) } ?? "" }

    /// What tells one address that libpq tries from the next.
    var target: [String] { [host, port, PQhostaddr(pointer).map { String(cString: $0) } ?? ""] }

    /// Whether the connection is alive, at rest and outside a transaction, as far as can be told without a round trip.
    ///
    /// A server that went away while nothing ran has left its farewell in the socket; reading it here saves the next
    /// statement from failing.
    func isFit() -> Bool {
        for _ in 0..<8 {
            guard PQstatus(pointer) == CONNECTION_OK, PQtransactionStatus(pointer) == PQTRANS_IDLE else { return false }
            var request = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 0) > 0 else { return true }
            guard PQconsumeInput(pointer) == 1 else { return false }
            _ = PQisBusy(pointer)
        }
        return true
    }
}
