import Foundation

/// A real PgBouncer in front of a server, until it is stopped.
package final class PgBouncerServer: Sendable {
    package let port: Int
    private let folder: URL
    private let program: RunningProgram
    private let watcher: RunningProgram

    /// - Parameter ignoresOptions: whether it ignores the `options` of a connection, instead of refusing them.
    package init(
        for server: PostgresServer, poolMode: String = "session", poolSize: Int = 5, ignoresOptions: Bool = true
    ) async throws {
        let port = try FreePort.find()
        self.port = port
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "tocsin-bouncer-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let ini = """
            [databases]
            * = host=127.0.0.1 port=\(server.port) user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = \(poolMode)
            default_pool_size = \(poolSize)
            admin_users = postgres
            stats_users = tocsin
            ignore_startup_parameters = extra_float_digits\(ignoresOptions ? ",options" : "")
            """
        let file = folder.appendingPathComponent("pgbouncer.ini")
        try ini.write(to: file, atomically: true, encoding: .utf8)
        try PostgresServer.handOver(folder)
        let log = folder.appendingPathComponent("log")
        if getuid() == 0 {
            // runuser would stay in between and not pass a kill on: PgBouncer changes its user itself.
            program = try RunningProgram("pgbouncer", ["-q", "-u", "postgres", file.path], log: log)
        } else {
            program = try RunningProgram("pgbouncer", ["-q", file.path], log: log)
        }
        watcher = try TestProcessEnd.run("kill -INT \(program.processIdentifier); rm -rf '\(folder.path)'")
        let isUp = await eventually(within: 15) {
            (try? Subprocess.run("pg_isready", ["-h", "127.0.0.1", "-p", "\(port)"], limit: 5).status) == 0
        }
        guard isUp else { throw Subprocess.Failure(description: "pgbouncer did not start: \(program.logText)") }
    }

    deinit {
        stop()
    }

    package func stop() {
        program.stop(SIGINT)
        watcher.stop(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    package func dsn(user: String = "postgres", database: String = "postgres") -> String {
        "host=127.0.0.1 port=\(port) user=\(user) dbname=\(database)"
    }

    package var adminDSN: String { dsn(user: "tocsin", database: "pgbouncer") }
}
