package import Foundation
import Synchronization

/// A real PostgreSQL in a temporary folder, on a port of its own, until it is stopped.
package final class PostgresServer: Sendable {
    package let port: Int
    package let folder: URL
    package let version: Version
    private let settings: [String: String]
    private let isStopped = Mutex(false)
    private let watcher: RunningProgram

    private static let templates = Mutex<[Version: URL]>([:])

    /// - Parameters:
    ///   - settings: parameters of postgresql.conf, over those that make tests quick.
    ///   - passwords: asks for passwords (scram) instead of trusting everybody; the superuser's is `secret`.
    ///   - version: which PostgreSQL; `Version.find` gives others than Debian's.
    package convenience init(
        settings: [String: String] = [:], passwords: Bool = false, version: Version = .debian
    ) throws {
        try self.init(settings: settings, version: version) { data in
            let master = try Self.templates.withLock { known in
                if let master = known[version] { return master }
                let made = try Self.makeTemplate(version)
                known[version] = made
                return made
            }
            try Self.unprivileged("cp", ["-a", master.path, data.path])
        }
        if passwords {
            try psql("ALTER ROLE postgres PASSWORD 'secret'")
            stopServer()
            let rules = "host all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n"
            try Self.unprivileged("sh", ["-c", "cat > \(data.path)/pg_hba.conf"], input: rules)
            try start()
        }
    }

    /// A hot standby that streams from another server.
    package convenience init(standbyOf primary: PostgresServer) throws {
        try self.init(settings: [:], version: primary.version) { data in
            let source = "host=\(primary.data.path) port=\(primary.port) user=postgres"
            try Self.unprivileged(
                primary.version.program("pg_basebackup"),
                ["-D", data.path, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync"])
        }
    }

    private init(settings: [String: String], version: Version, makeData: (URL) throws -> Void) throws {
        port = try FreePort.find()
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-pg-\(UUID().uuidString)")
        self.version = version
        self.settings = [
            "listen_addresses": "'127.0.0.1'", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "shared_preload_libraries": version.hasStatements ? "'pg_stat_statements'" : "''",
            "log_min_messages": "warning",
        ].merging(settings) { _, own in own }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.handOver(folder)
        let stopping = "\(Self.asOwner)\(version.program("pg_ctl")) -D '\(folder.path)/data' -m immediate stop"
        watcher = try TestProcessEnd.run("\(stopping); rm -rf '\(folder.path)'")
        try makeData(data)
        try start()
    }

    deinit {
        stop()
    }

    private var data: URL { folder.appendingPathComponent("data") }

    private static var asOwner: String { getuid() == 0 ? "runuser -u postgres -- " : "" }

    /// PostgreSQL refuses root, so root does it as the user postgres.
    @discardableResult
    static func unprivileged(_ program: String, _ arguments: [String], input: String? = nil) throws -> String {
        guard getuid() == 0 else { return try Subprocess.output(program, arguments, input: input) }
        return try Subprocess.output("runuser", ["-u", "postgres", "--", program] + arguments, input: input)
    }

    static func handOver(_ folder: URL) throws {
        if getuid() == 0 { try Subprocess.output("chown", ["postgres", folder.path]) }
    }

    /// A fresh cluster to copy from, kept in the temporary folder for the next runs, since `initdb` takes seconds.
    private static func makeTemplate(_ version: Version) throws -> URL {
        let temporary = FileManager.default.temporaryDirectory
        let words = try Subprocess.output(version.program("initdb"), ["--version"]).split(separator: " ")
        let exact = words.first { $0.first?.isNumber == true }
        let kept = temporary.appendingPathComponent("tocsin-pg-template-\(exact ?? "any")-\(getuid())")
        let master = kept.appendingPathComponent("data")
        if FileManager.default.fileExists(atPath: master.path) { return master }
        let folder = temporary.appendingPathComponent("tocsin-pg-template-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try handOver(folder)
        let data = folder.appendingPathComponent("data")
        let options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"]
        try unprivileged(version.program("initdb"), ["-D", data.path] + options)
        if rename(folder.path, kept.path) != 0 {
            // Another test process was quicker.
            try FileManager.default.removeItem(at: folder)
        }
        return master
    }

    /// Starts it again after `stopServer`.
    package func start() throws {
        let options = settings.map { "-c \($0.key)=\($0.value)" }.sorted().joined(separator: " ")
        try Self.unprivileged(
            version.program("pg_ctl"),
            [
                "-D", data.path, "-w", "-t", "30", "-l", data.path + "/server.log",
                "-o", "-p \(port) -k \(data.path) \(options)", "start",
            ])
    }

    /// Sends a signal to the postmaster alone: SIGSTOP leaves a server to which the kernel connects and that never
    /// answers.
    package func signalPostmaster(_ signal: Int32) throws {
        let text = try String(contentsOf: data.appendingPathComponent("postmaster.pid"), encoding: .utf8)
        guard let pid = text.split(separator: "\n").first.flatMap({ pid_t($0) }) else {
            throw Subprocess.Failure(description: "no postmaster.pid")
        }
        kill(pid, signal)
    }

    /// Lets everybody in from another address.
    package func allow(from address: String) throws {
        try Self.unprivileged(
            "sh", ["-c", "cat >> \(data.path)/pg_hba.conf"], input: "host all all \(address)/32 trust\n")
        try psql("SELECT pg_reload_conf()")
    }

    /// Stops the server and keeps its data.
    package func stopServer(immediately: Bool = false) {
        _ = try? Self.unprivileged(
            version.program("pg_ctl"), ["-D", data.path, "-m", immediately ? "immediate" : "fast", "-w", "stop"])
    }

    package func restart() throws {
        stopServer()
        try start()
    }

    /// Stops the server and removes its folder.
    package func stop() {
        let wasStopped = isStopped.withLock { stopped in
            defer { stopped = true }
            return stopped
        }
        guard !wasStopped else { return }
        try? signalPostmaster(SIGCONT)
        stopServer(immediately: true)
        watcher.stop(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    package func dsn(user: String = "postgres", database: String = "postgres", password: String? = nil) -> String {
        "host=127.0.0.1 port=\(port) user=\(user) dbname=\(database)" + (password.map { " password=\($0)" } ?? "")
    }

    /// Runs a script as the superuser; the first error ends it and is thrown. With the program itself: Debian's `psql`
    /// is a script around it, which takes longer to start than most queries.
    ///
    /// - Parameter limit: seconds that it may take.
    /// - Returns: what it printed, unaligned and without headings.
    @discardableResult
    package func psql(_ script: String, database: String = "postgres", limit: TimeInterval = 60) throws -> String {
        try Subprocess.output(
            Version.debian.program("psql"),
            [
                "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-",
                "-d", "host=\(data.path) port=\(port) user=postgres dbname=\(database)",
            ],
            environment: ["PGOPTIONS": ""], input: script, limit: limit
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
