import Foundation

/// A child process, made with `posix_spawn`.
///
/// Foundation's `Process` tells that a child has ended by a socket that the child's own children inherit, so it never
/// sees the end of one that leaves a server behind; and its children inherit a signal mask.
struct Child {
    let processIdentifier: pid_t

    /// - Parameters:
    ///   - output: the file for standard output, and for errors where `errors` is nil; both are appended to.
    init(
        _ program: String, _ arguments: [String], environment: [String: String], input: String = "/dev/null",
        output: String, errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let variables = ProcessInfo.processInfo.environment.merging(environment) { _, own in own }
        let words = ([program] + arguments).map { strdup($0) }
        let settings = variables.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in words + settings { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &actions, &attributes, words + [nil], settings + [nil])
        guard failure == 0 else {
            throw Subprocess.Failure(description: "can't start \(program): \(String(cString: strerror(failure)))")
        }
        processIdentifier = pid
    }

    /// The exit status, or 128 and the number of the signal that ended it; nil while it runs.
    ///
    /// - Parameter waits: whether to wait for the end.
    func status(waits: Bool) -> Int32? {
        var raw: Int32 = 0
        guard waitpid(processIdentifier, &raw, waits ? 0 : WNOHANG) == processIdentifier else { return nil }
        return raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
    }
}
