import Foundation

/// A throwaway authority and the certificates it signed, as PEM files in a folder of their own.
package struct TestCertificates: Sendable {
    /// A certificate and its key.
    package struct Pair: Sendable {
        /// The file of the certificate.
        package let cert: String
        /// The file of the key.
        package let key: String
    }

    /// What openssl said when it failed.
    package struct Failure: Error {
        /// What openssl said.
        package let output: String
    }

    /// The folder of all the files.
    package let folder: String
    /// The authority's certificate.
    package let caFile: String
    /// Valid for `localhost` and 127.0.0.1.
    package let server: Pair
    /// As `server`, but its time is over.
    package let expired: Pair
    /// Valid for `other.example` only.
    package let wrongHost: Pair
    /// For a client to show.
    package let client: Pair

    /// Makes all the files with the openssl command, in a quarter of a second or so.
    package static func make() async throws -> TestCertificates {
        // On a thread of its own: the tasks of other tests share a thread or two, and would all wait.
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try TestCertificates() }) }
        }
    }

    private init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tocsin-certificates-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        caFile = "\(folder)/ca.pem"
        try Self.openssl(
            ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=Tocsin test authority", "-out", caFile]
                + Self.newKey("\(folder)/ca.key"))
        server = try Self.sign("server", in: folder, extensions: Self.local)
        expired = try Self.sign("expired", in: folder, extensions: Self.local, days: -1)
        wrongHost = try Self.sign("other", in: folder, extensions: "subjectAltName=DNS:other.example")
        client = try Self.sign("client", in: folder, extensions: "extendedKeyUsage=clientAuth")
    }

    /// Deletes the folder.
    package func remove() {
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static let local = "subjectAltName=DNS:localhost,IP:127.0.0.1"

    private static func newKey(_ path: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", path]
    }

    private static func sign(_ name: String, in folder: String, extensions: String, days: Int = 2) throws -> Pair {
        let base = "\(folder)/\(name)"
        try Data("\(extensions)\n".utf8).write(to: URL(fileURLWithPath: "\(base).ext"))
        try openssl(["req", "-nodes", "-subj", "/CN=\(name)", "-out", "\(base).csr"] + newKey("\(base).key"))
        try openssl([
            "x509", "-req", "-in", "\(base).csr", "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key",
            "-CAcreateserial", "-days", "\(days)", "-extfile", "\(base).ext", "-out", "\(base).pem",
        ])
        return Pair(cert: "\(base).pem", key: "\(base).key")
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(output: String(decoding: said, as: UTF8.self)) }
    }
}
