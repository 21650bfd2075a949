package import Foundation
import Synchronization

/// Runs other programs for tests.
package enum Subprocess {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    package struct Outcome: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    /// Runs a program to its end; one that takes longer than the limit is killed, and that is an error.
    package static func run(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String? = nil,
        limit: TimeInterval = 60
    ) throws -> Outcome {
        // Files, not pipes: a server that the program leaves behind would hold a pipe open for ever.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["input", "output", "errors"].map(folder.appendingPathComponent)
        try Data((input ?? "").utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        let child = try Child(
            program, arguments, environment: environment, input: files[0].path, output: files[1].path,
            errors: files[2].path)
        let end = Date().addingTimeInterval(limit)
        var status = child.status(waits: false)
        while status == nil {
            guard Date() < end else {
                kill(child.processIdentifier, SIGKILL)
                _ = child.status(waits: true)
                throw Failure(description: "\(program) took longer than \(limit) s")
            }
            usleep(3_000)
            status = child.status(waits: false)
        }
        return Outcome(
            status: status ?? -1, output: try String(contentsOf: files[1], encoding: .utf8),
            errors: try String(contentsOf: files[2], encoding: .utf8))
    }

    /// Runs a program and gives its output; a status other than zero is an error.
    @discardableResult
    package static func output(
        _ program: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String? = nil,
        limit: TimeInterval = 60
    ) throws -> String {
        let outcome = try run(program, arguments, environment: environment, input: input, limit: limit)
        guard outcome.status == 0 else {
            throw Failure(
                description:
                    "\(program) \(arguments.joined(separator: " ")): status \(outcome.status)\n\(outcome.errors)\(outcome.output)"
            )
        }
        return outcome.output
    }
}

/// A program that runs until it is stopped, its output in a file.
package final class RunningProgram: Sendable {
    private let child: Child
    private let ended = Mutex<Int32?>(nil)
    package let log: URL

    /// - Parameters:
    ///   - input: the file that it reads.
    ///   - log: where output and errors go, after what the file already holds.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = "/dev/null",
        log: URL
    ) throws {
        child = try Child(program, arguments, environment: environment, input: input, output: log.path)
        self.log = log
    }

    package var processIdentifier: Int32 { child.processIdentifier }

    package var isRunning: Bool {
        ended.withLock { status in
            if status == nil { status = child.status(waits: false) }
            return status == nil
        }
    }

    package var logText: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    package func signal(_ signal: Int32) {
        if isRunning { kill(processIdentifier, signal) }
    }

    /// Sends a signal and waits for the end; what does not end within the patience is killed.
    ///
    /// - Returns: the exit status, or 128 and the number of the signal that ended it.
    @discardableResult
    package func stop(_ signal: Int32 = SIGTERM, patience: TimeInterval = 15) -> Int32 {
        self.signal(signal)
        let end = Date().addingTimeInterval(patience)
        while isRunning, Date() < end { usleep(10_000) }
        self.signal(SIGKILL)
        while isRunning { usleep(10_000) }
        return ended.withLock { $0 } ?? -1
    }
}

/// Waits for a condition, looking twenty times a second.
///
/// - Returns: whether it held within the time.
package func eventually(within seconds: TimeInterval, _ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = Date().addingTimeInterval(seconds)
    while Date() < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(50))
    }
    return try await condition()
}
