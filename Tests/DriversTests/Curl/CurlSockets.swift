import Glibc

/// Small sockets for the tests: free ports, and a port that never lets anyone in.
enum CurlSockets {
    struct Failure: Error {
        let call: String
    }

    /// A listening socket whose queue is full, so that the kernel drops every further SYN.
    struct FullPort: ~Copyable {
        let port: Int
        private let sockets: [Int32]

        init() throws {
            let (listener, port) = try CurlSockets.bound(listening: true)
            var sockets = [listener]
            for _ in 0..<4 {
                let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                _ = CurlSockets.withLoopback(port) { connect(client, $0, $1) }
                sockets.append(client)
            }
            self.port = port
            self.sockets = sockets
        }

        deinit {
            for socket in sockets { close(socket) }
        }
    }

    /// Ports that were free a moment ago.
    static func freePorts(_ count: Int) throws -> [Int] {
        let taken = try (0..<count).map { _ in try bound(listening: false) }
        for (socket, _) in taken { close(socket) }
        return taken.map { $0.port }
    }

    /// Whether someone listens on the port.
    static func answers(_ port: Int) -> Bool {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        return withLoopback(port) { connect(client, $0, $1) } == 0
    }

    private static func bound(listening: Bool) throws -> (socket: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard withLoopback(0, { bind(listener, $0, $1) }) == 0 else { throw Failure(call: "bind") }
        if listening, listen(listener, 0) != 0 { throw Failure(call: "listen") }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        guard result == 0 else { throw Failure(call: "getsockname") }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func withLoopback(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                body(address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
