import Logging
import ServiceLifecycle

/// Looks every few seconds whether the server's certificate was replaced, as tools that renew certificates do.
struct CertificateService: Service {
    let certificates: ServerCertificates?
    let logger: Logger

    static let interval = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var problem: String?
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                guard let certificates else { continue }
                do throws(ServerCertificates.Problem) {
                    if try certificates.reload(always: false) { logger.notice("the server shows a new certificate") }
                    problem = nil
                } catch {
                    // Between the writing of the two files they don't fit each other.
                    if problem != error.description, problem != nil {
                        logger.error("the server's certificate changed and can't be used; the old one stays: \(error)")
                    }
                    problem = error.description
                }
            }
        }
    }
}
