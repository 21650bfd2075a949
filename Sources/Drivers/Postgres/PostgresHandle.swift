import CPostgres

/// A connection of libpq, closed when it is let go. Used by one at a time: the actor that owns it, or a blocking call
/// that the actor waits for.
final class PostgresHandle: @unchecked Sendable {
    // libpq allows any thread to use a connection as long as no two do at once, which the owner sees to.
    let pointer: OpaquePointer

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfinish(pointer)
    }

    var socket: Int32 { PQsocket(pointer) }

    /// libpq's last message, one line.
    var message: String {
        String(cString: PQerrorMessage(pointer)).split(separator: "\n").map { line in
            var text = Substring(line)
            while text.first == " " || text.first == "\t" { text.removeFirst() }
            return String(text)
        }.joined(separator: "; ")
    }
}

/// What cancels a running statement from any thread.
final class PostgresCancel: @unchecked Sendable {
    // PGcancel is made to be used from another thread.
    private let pointer: OpaquePointer

    init?(_ handle: PostgresHandle) {
        guard let pointer = PQgetCancel(handle.pointer) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// Asks the server to end the statement. Blocks for a round trip.
    func send() {
        var buffer = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &buffer, Int32(buffer.count))
    }
}
