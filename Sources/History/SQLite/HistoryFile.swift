import PromQL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The database file and those that SQLite keeps beside it.
struct HistoryFile: Sendable {
    /// Absolute, without symbolic links, so that two names of one file have one lock.
    let path: String

    /// - Throws: where the folder is missing, or the path is a folder itself.
    init(_ given: String) throws(HistoryError) {
        if let whole = Self.resolve(given) {
            path = whole
        } else {
            let parts = given.split(separator: "/", omittingEmptySubsequences: true)
            guard let name = parts.last, !given.hasSuffix("/") else {
                throw .io(path: given, detail: "it does not name a file")
            }
            let above = given.dropLast(name.count)
            let folder = above.isEmpty ? "." : String(above)
            guard let resolved = Self.resolve(folder) else {
                let code = errno
                guard code == ENOENT else { throw HistoryError(errno: code, path: given, doing: "find \(folder)") }
                throw .io(
                    path: given,
                    detail: "the folder \(folder) does not exist; create it with `install -d -m 0700 \(folder)`")
            }
            path = resolved == "/" ? "/\(name)" : "\(resolved)/\(name)"
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw .io(path: path, detail: "it is not a regular file")
        }
    }

    /// What SQLite keeps beside the main file: the write-ahead log and its index, and the rollback journal of the time
    /// before there is a log.
    var companions: [String] { [path + "-wal", path + "-shm", path + "-journal"] }

    /// What SQLite opens where nothing can be written.
    ///
    /// A file that was closed well has no log beside it, and SQLite can't make one on a read-only disk: it must be told
    /// that nobody else changes the file (`immutable`, https://www.sqlite.org/uri.html). With a log beside it the file
    /// alone is not the whole, and is opened as usual.
    var pathToReadOnly: String {
        guard companions.allSatisfy({ access($0, F_OK) != 0 }) else { return path }
        let safe = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-".utf8)
        let hex = Array("0123456789ABCDEF")
        let escaped = path.utf8.map { byte in
            safe.contains(byte)
                ? String(Character(Unicode.Scalar(byte))) : "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
        }
        return "file:\(escaped.joined())?immutable=1"
    }

    /// Makes sure that the file is there and is readable by its owner only; SQLite gives its companions the same mode.
    func prepare() throws(HistoryError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HistoryError(errno: errno, path: path, doing: "open it") }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else {
            throw HistoryError(errno: errno, path: path, doing: "make it private")
        }
        for companion in companions { chmod(companion, 0o600) }
        syncFolder()
    }

    /// Moves the file and its companions away, under a name with the time.
    ///
    /// The log and the journal go first: left beside a new file they could be taken for that file's.
    ///
    /// - Returns: the new path of the main file.
    func keepAside(at now: Timestamp) throws(HistoryError) -> String {
        let base = Self.asideName(of: path, at: now)
        var target = base
        var number = 1
        while access(target, F_OK) == 0 || access(target + "-wal", F_OK) == 0 {
            number += 1
            target = "\(base)-\(number)"
        }
        for suffix in ["-wal", "-journal", "-shm", ""] {
            guard rename(path + suffix, target + suffix) != 0 else { continue }
            let code = errno
            guard code == ENOENT else { throw HistoryError(errno: code, path: path, doing: "move it to \(target)") }
        }
        syncFolder()
        return target
    }

    /// What a file that is found damaged at a time is called then.
    static func asideName(of path: String, at now: Timestamp) -> String {
        "\(path).damaged-\(now.description.filter { $0 != "-" && $0 != ":" })"
    }

    /// The sizes in bytes of the main file and of its log; 0 where there is none.
    var sizes: (file: Int64, log: Int64) { (Self.size(path), Self.size(path + "-wal")) }

    /// Makes new and changed names survive a loss of power. Some file systems can't; then they don't need it.
    private func syncFolder() {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func resolve(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}
