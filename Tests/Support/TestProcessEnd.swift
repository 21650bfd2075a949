import Foundation

/// Cleans up after a test process that ended without stopping what it had started: by a crash, or because a static
/// property held it.
enum TestProcessEnd {
    /// Runs a shell script once this process is gone.
    ///
    /// - Returns: the watcher, to be stopped where the script is no longer needed.
    static func run(_ script: String) throws -> RunningProgram {
        let watch = "while kill -0 \(getpid()) 2>/dev/null; do sleep 1; done; \(script)"
        return try RunningProgram("sh", ["-c", watch], log: URL(fileURLWithPath: "/dev/null"))
    }
}
