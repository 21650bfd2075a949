import Foundation
import PromQL
import ServiceLifecycle

#if canImport(Glibc)
    import Glibc
#endif

/// Tells systemd that the agent is ready, that it lives, and that it stops: `sd_notify`'s protocol on its socket.
///
/// Does nothing where systemd did not ask for it (`NOTIFY_SOCKET`, `WATCHDOG_USEC`).
package struct SystemdNotifier: Service {
    private let socketPath: String?
    private let watchdogInterval: Duration?
    private let engine: EngineService
    private let clock: AgentClock

    package init(environment: [String: String], engine: EngineService, clock: AgentClock) {
        socketPath = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        watchdogInterval = environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0 / 3) }
        self.engine = engine
        self.clock = clock
    }

    /// Says READY, then WATCHDOG as long as the engine's loop turns: a loop that stands still lets systemd restart it.
    package func run() async throws {
        send("READY=1")
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: watchdogInterval ?? .seconds(3600))
                guard watchdogInterval != nil else { continue }
                if clock.now - (await engine.status()).lastStep < .seconds(15) { send("WATCHDOG=1") }
            }
        }
        send("STOPPING=1")
    }

    private func send(_ message: String) {
        guard let socketPath else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(socketPath.utf8)
        // An abstract socket's name begins with a zero byte, which systemd writes as `@`.
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let data = Array(message.utf8)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = sendto(descriptor, data, data.count, Int32(MSG_NOSIGNAL), generic, length)
            }
        }
    }
}
