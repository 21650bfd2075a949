import Foundation

/// A port of the loopback address that nobody listens on.
package enum FreePort {
    /// Below the ports that Linux gives to outgoing connections: one of those could take it before it is used, or while
    /// a killed agent does not hold it.
    private static let range: ClosedRange<UInt16> = 16_384...32_000

    package static func find() throws -> Int {
        for _ in 0..<100 {
            let port = UInt16.random(in: range)
            if isFree(port) { return Int(port) }
        }
        throw Subprocess.Failure(description: "no free port in \(range)")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
