import Foundation
package import HummingbirdTLS
import NIOCore
import NIOSSL
package import Settings
import Synchronization

/// The certificate that the server shows, read again when its files change: each connection gets the newest.
package final class ServerCertificates: Sendable {
    /// Why the files can't be used.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    private struct Pair: Sendable {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource
        let stamp: Stamp
    }

    /// By which a file that was written or replaced is told from the one that was read.
    private struct Stamp: Hashable {
        var parts: [UInt64] = []

        init(_ paths: [String]) {
            for path in paths {
                let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
                let date = attributes[.modificationDate] as? Date
                parts += [
                    date?.timeIntervalSince1970.bitPattern ?? 0,
                    (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0,
                    (attributes[.size] as? NSNumber)?.uint64Value ?? 0,
                ]
            }
        }
    }

    private let settings: AgentSettings.ServerTLS
    private let pair: Mutex<Pair>

    /// - Throws: where the files can't be read, or the key is another certificate's.
    package init(_ settings: AgentSettings.ServerTLS) throws(Problem) {
        self.settings = settings
        pair = Mutex(try Self.read(settings))
    }

    /// What the server is configured with.
    package var configuration: TLSConfiguration {
        let first = pair.withLock { $0 }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: first.chain, privateKey: first.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities = settings.clientCAFile {
            configuration.trustRoots = .file(authorities)
            // A client has no host's name.
            configuration.certificateVerification = .noHostnameVerification
        }
        configuration.sslContextCallback = { [self] _, promise in
            let newest = pair.withLock { $0 }
            var change = NIOSSLContextConfigurationOverride()
            change.certificateChain = newest.chain
            change.privateKey = newest.key
            promise.succeed(change)
        }
        return configuration
    }

    /// Reads the files again.
    ///
    /// - Parameter always: false where files that look the same need not be read.
    /// - Returns: whether there is something new.
    /// - Throws: where they can't be used; the old ones stay.
    package func reload(always: Bool) throws(Problem) -> Bool {
        let stamp = Stamp([settings.certFile, settings.keyFile])
        let known = pair.withLock { $0.stamp }
        guard always || stamp != known else { return false }
        let new = try Self.read(settings)
        pair.withLock { $0 = new }
        return new.stamp != known
    }

    private static func read(_ settings: AgentSettings.ServerTLS) throws(Problem) -> Pair {
        let stamp = Stamp([settings.certFile, settings.keyFile])
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(settings.certFile).map(NIOSSLCertificateSource.certificate)
            let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: settings.keyFile, format: .pem))
            var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
            if let authorities = settings.clientCAFile { configuration.trustRoots = .file(authorities) }
            // Notices a key that belongs to another certificate.
            _ = try NIOSSLContext(configuration: configuration)
            return Pair(chain: chain, key: key, stamp: stamp)
        } catch {
            throw Problem(
                description: "`server.tls` can't be used: \(settings.certFile) and \(settings.keyFile) must be a "
                    + "certificate and its key as PEM (\(String(describing: error).prefix(200)))")
        }
    }
}
