import CPostgres

/// What cancels a running statement from any thread.
final class PostgresCancel: @unchecked Sendable {
    // PGcancel is made to be used from another thread, and is not changed by it.
    private let pointer: OpaquePointer

    /// Nil when the connection is already broken.
    init?(_ handle: PostgresHandle) {
        guard let pointer = PQgetCancel(handle.pointer) else { return nil }
        self.pointer = pointer
    }

    deinit {
        PQfreeCancel(pointer)
    }

    /// Asks the server to end the statement. Blocks until the server has taken it, or can't be reached.
    func send() {
        var buffer = [CChar](repeating: 0, count: 256)
        _ = PQcancel(pointer, &buffer, Int32(buffer.count))
    }
}
