import Foundation
import Synchronization

/// A session of a database that stays open and does what it is told, until it is ended: a psql that reads from a pipe.
package final class HeldSession: Sendable {
    private let database: ParlantDatabase
    private let folder: URL
    private let program: RunningProgram
    /// The pipe's writing end; nil once it is ended.
    private let pipe: Mutex<FileHandle?>
    /// The server's process.
    package let pid: Int

    /// - Parameter setting: statements that the session begins with.
    package init(in database: ParlantDatabase, user: String = "postgres", setting: String = "") async throws {
        self.database = database
        let mark = UUID().uuidString
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-held-\(mark)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("pipe").path
        guard mkfifo(path, 0o600) == 0 else { throw Subprocess.Failure(description: "no pipe \(path)") }
        // Both ends, so that neither opening waits for the other. It is not passed on: psql ends with this process.
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw Subprocess.Failure(description: "can't open \(path)") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        pipe = Mutex(handle)
        program = try RunningProgram(
            PostgresServer.Version.debian.program("psql"),
            ["-X", "-q", "-A", "-t", "-f", "-", "-d", database.dsn(user: user)],
            environment: ["PGAPPNAME": mark], input: path, log: folder.appendingPathComponent("log"))
        try handle.write(contentsOf: Data("\(database.schema.prelude)\(setting)\n".utf8))
        let server = database.server
        var found: Int?
        let isThere = try await eventually(within: 15) {
            found = Int(
                try server.psql(
                    "SELECT pid FROM pg_stat_activity WHERE application_name = '\(mark)' AND state = 'idle'"))
            return found != nil
        }
        guard isThere, let found else {
            throw Subprocess.Failure(description: "the session does not come up: \(program.logText)")
        }
        pid = found
    }

    deinit {
        end()
    }

    /// What it printed, errors too.
    package var output: String { program.logText }

    /// Gives it a script, and does not wait for the script's end.
    package func send(_ script: String) throws {
        try pipe.withLock { try $0?.write(contentsOf: Data((script + "\n").utf8)) }
    }

    /// A column of its line in `pg_stat_activity`; empty where that is null or the session is gone.
    package func activity(_ column: String) throws -> String {
        try database.server.psql("SELECT \(column) FROM pg_stat_activity WHERE pid = \(pid)")
    }

    /// Ends the session, whatever it does. What it did in an open transaction is undone.
    package func end() {
        let held = pipe.withLock { handle in
            defer { handle = nil }
            return handle
        }
        guard held != nil else { return }
        program.stop(SIGKILL)
        // The server would not notice before the end of a long statement.
        _ = try? database.server.psql("SELECT pg_terminate_backend(\(pid), 5000)")
        try? FileManager.default.removeItem(at: folder)
    }
}
