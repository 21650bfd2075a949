import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock file that one process holds at a time; the operating system lets go of it when the process ends, however.
final class FileLock: Sendable {
    /// The open file; nil once released.
    private let descriptor: Mutex<Int32?>

    /// - Parameter history: the file that is guarded; the lock lies beside it as `<history>.lock`.
    /// - Throws: `HistoryError.locked` with the holder's process number where another holds it.
    init(guarding history: String) throws(HistoryError) {
        let path = history + ".lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HistoryError(errno: errno, path: history, doing: "open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(in: descriptor)
            close(descriptor)
            if code == EWOULDBLOCK { throw .locked(path: history, pid: holder) }
            throw HistoryError(errno: code, path: history, doing: "lock \(path)")
        }
        // Who holds it is only for the message of the second; where it can't be written, that lacks the number.
        fchmod(descriptor, 0o600)
        let text = "\(getpid())\n"
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.utf8.count, 0) }
        self.descriptor = Mutex(descriptor)
    }

    /// Lets another process have it. The file stays: removing it would let two processes hold two files of one name.
    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    deinit {
        release()
    }

    private static func holder(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
