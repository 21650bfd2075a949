package import Foundation
import Glibc
import Synchronization

/// A real HTTP/1.1 server on 127.0.0.1 that records each request and answers as the test says.
///
/// One thread per connection; connections are kept alive. Bodies must come with `Content-Length`.
package final class HTTPReceiver: Sendable {
    /// A recorded request.
    package struct Request: Sendable {
        /// The method.
        package let method: String
        /// The path with its query; the whole URL when we are used as a proxy.
        package let path: String
        /// The headers in order.
        package let headers: [(String, String)]
        /// The body; empty when there was none.
        package let body: [UInt8]
        /// When all of it was here.
        package let time: ContinuousClock.Instant
        /// When all of it was here, on the wall clock.
        package let date: Date
        /// The number of the connection it came on, from 1.
        package let connection: Int

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }

        /// The value of the first header of this name in any case; nil when there is none.
        package func header(_ name: String) -> String? {
            headers.first { $0.0.lowercased() == name.lowercased() }?.1
        }
    }

    /// What to answer, and how well.
    package struct Answer: Sendable {
        /// How the answer is given.
        package enum Manner: Sendable {
            /// At once and whole.
            case whole
            /// Never, with the connection held open.
            case hang
            /// Not at all: the connection is closed.
            case hangUp
            /// The connection is closed after this many bytes of the body.
            case cut(after: Int)
            /// A few bytes of the body at a time.
            case drip(bytes: Int, every: Duration)
            /// The body over and over, up to this many bytes in all.
            case repeated(total: Int)
        }

        /// The status.
        package var status: Int
        /// Headers besides `Content-Length`.
        package var headers: [(String, String)]
        /// The body.
        package var body: [UInt8]
        /// How long to wait before the first byte.
        package var delay: Duration
        /// How the answer is given.
        package var manner: Manner

        package init(
            status: Int = 200, headers: [(String, String)] = [], body: String = "ok", delay: Duration = .zero,
            manner: Manner = .whole
        ) {
            self.status = status
            self.headers = headers
            self.body = Array(body.utf8)
            self.delay = delay
            self.manner = manner
        }
    }

    /// The system call that failed, and its `errno`.
    package struct Failure: Error {
        /// The system call.
        package let call: String
        /// Its `errno`.
        package let number: Int32
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var open: Set<Int32> = []
        var stopped = false
    }

    /// The port we listen on.
    package let port: Int
    /// `http://127.0.0.1:port`, without a slash at the end.
    package var url: String { "http://\(address):\(port)" }
    /// The address we listen on.
    package let address: String

    private let listener: Int32
    private let handler: @Sendable (Request) -> Answer
    private let state = Mutex(State())

    /// Listens at once; port 0 means any free one.
    package init(
        port: Int = 0, address: String = "127.0.0.1",
        _ handler: @escaping @Sendable (Request) -> Answer = { _ in Answer() }
    ) throws {
        self.handler = handler
        self.address = address
        (listener, self.port) = try Self.listen(port: port, address: address)
        Thread.detachNewThread { self.acceptAll() }
    }

    /// All requests so far, in order of arrival.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// How many connections were accepted so far.
    package var connectionCount: Int { state.withLock { $0.connections } }

    /// The requests once there are `count` of them, or those there are after the timeout.
    package func wait(for count: Int, timeout: Duration = .seconds(5)) async -> [Request] {
        let deadline = ContinuousClock.now + timeout
        while requests.count < count, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
        return requests
    }

    /// Forgets the requests so far.
    package func forget() {
        state.withLock { $0.requests = [] }
    }

    /// Closes the port and all connections; calling it again does no harm.
    package func stop() {
        state.withLock { state in
            guard !state.stopped else { return }
            state.stopped = true
            Glibc.shutdown(listener, Int32(SHUT_RDWR))
            for socket in state.open { Glibc.shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private static func listen(port: Int, address text: String) throws -> (socket: Int32, port: Int) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw Failure(call: "socket", number: errno) }
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
        address.sin_addr.s_addr = inet_addr(text)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (call, result) = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                if Glibc.bind(listener, address, length) != 0 { return ("bind", Int32(-1)) }
                if Glibc.listen(listener, 512) != 0 { return ("listen", Int32(-1)) }
                return ("getsockname", getsockname(listener, address, &length))
            }
        }
        guard result == 0 else {
            let number = errno
            close(listener)
            throw Failure(call: call, number: number)
        }
        return (listener, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            let number: Int? = state.withLock { state in
                guard !state.stopped else { return nil }
                state.connections += 1
                state.open.insert(socket)
                return state.connections
            }
            guard let number else {
                close(socket)
                break
            }
            Thread.detachNewThread { self.serve(socket, number: number) }
        }
        close(listener)
    }

    private func serve(_ socket: Int32, number: Int) {
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var connection = HTTPReceiverConnection(socket: socket)
        while let request = connection.read(number: number) {
            state.withLock { $0.requests.append(request) }
            guard connection.give(handler(request), to: request) else { break }
        }
        // Under the lock, so that `stop` never touches a number that means another file by now.
        state.withLock { state in
            state.open.remove(socket)
            close(socket)
        }
    }
}

/// Reads requests from one connection and writes answers to it.
private struct HTTPReceiverConnection {
    let socket: Int32
    private var buffer: [UInt8] = []

    init(socket: Int32) {
        self.socket = socket
    }

    /// The next request; nil when the other side is done or speaks something else.
    mutating func read(number: Int) -> HTTPReceiver.Request? {
        while true {
            if let end = headEnd() {
                let lines = String(decoding: buffer[..<end], as: UTF8.self).components(separatedBy: "\r\n")
                buffer.removeFirst(end + 4)
                return finish(lines, number: number)
            }
            guard receive() else { return nil }
        }
    }

    /// Gives the answer; false when the connection is to be closed.
    func give(_ answer: HTTPReceiver.Answer, to request: HTTPReceiver.Request) -> Bool {
        Self.sleep(answer.delay)
        var length = answer.body.count
        switch answer.manner {
        case .hang:
            waitForClose()
            return false
        case .hangUp:
            return false
        case .repeated(let total):
            length = total
        case .whole, .cut, .drip:
            break
        }
        var head = "HTTP/1.1 \(answer.status) Status\r\nContent-Length: \(length)\r\n"
        for (name, value) in answer.headers { head += "\(name): \(value)\r\n" }
        guard send(Array("\(head)\r\n".utf8)) else { return false }
        if request.method == "HEAD" { return true }
        switch answer.manner {
        case .whole:
            return send(answer.body)
        case .cut(let after):
            _ = send(Array(answer.body.prefix(after)))
            return false
        case .drip(let bytes, let every):
            for start in stride(from: 0, to: answer.body.count, by: max(1, bytes)) {
                guard send(Array(answer.body[start...].prefix(max(1, bytes)))) else { return false }
                Self.sleep(every)
            }
            return true
        case .repeated(let total):
            return sendOver(answer.body, total: total)
        case .hang, .hangUp:
            return false
        }
    }

    private func headEnd() -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard buffer.count >= 4 else { return nil }
        return (0...buffer.count - 4).first { buffer[$0] == 13 && Array(buffer[$0..<$0 + 4]) == mark }
    }

    private mutating func finish(_ lines: [String], number: Int) -> HTTPReceiver.Request? {
        let start = (lines.first ?? "").split(separator: " ")
        guard start.count == 3 else { return nil }
        let headers = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (
                String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
        }
        let length = headers.first { $0.0.lowercased() == "content-length" }.flatMap { Int($0.1) } ?? 0
        while buffer.count < length {
            guard receive() else { return nil }
        }
        let body = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        return HTTPReceiver.Request(
            method: String(start[0]), path: String(start[1]), headers: headers, body: body, time: .now, date: Date(),
            connection: number)
    }

    private mutating func receive() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &piece, piece.count, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: piece.prefix(count))
        return true
    }

    private func waitForClose() {
        var piece = [UInt8](repeating: 0, count: 1_024)
        while recv(socket, &piece, piece.count, 0) > 0 {}
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func sendOver(_ body: [UInt8], total: Int) -> Bool {
        guard !body.isEmpty else { return false }
        var left = total
        while left > 0 {
            let piece = Array(body.prefix(left))
            guard send(piece) else { return false }
            left -= piece.count
        }
        return true
    }

    private static func sleep(_ duration: Duration) {
        let parts = duration.components
        let seconds = Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
        if seconds > 0 { Thread.sleep(forTimeInterval: seconds) }
    }
}
