import GRDB

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension HistoryError {
    /// What an error of SQLite or of its wrapper means for the history.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as HistoryError: self = error
        case let error as DatabaseError: self.init(error, path: path)
        case is CancellationError: self = .cancelled(path: path)
        case let other: self = .io(path: path, detail: "\(other)")
        }
    }

    private init(_ error: DatabaseError, path: String) {
        // The message only: the statement and its arguments tell an operator nothing.
        let detail = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
        switch error.resultCode {
        // Our statements are right for our schema: one that is not (`SQLITE_ERROR`) finds a schema whose text is damaged.
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR: self = .damaged(path: path, detail: detail, keptAside: nil)
        case .SQLITE_FULL: self = .full(path: path, detail: detail)
        case .SQLITE_READONLY: self = .readOnly(path: path, detail: detail)
        case .SQLITE_IOERR where Self.isOutOfSpace(path): self = .full(path: path, detail: detail)
        case .SQLITE_CANTOPEN where access(path, W_OK) != 0 && errno != ENOENT:
            self = .readOnly(path: path, detail: detail)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .io(path: path, detail: "another program holds a lock on it: \(detail)")
        default: self = .io(path: path, detail: detail)
        }
    }

    /// What `errno` means after a call on `path` failed.
    init(errno code: Int32, path: String, doing what: String) {
        let detail = "\(what): \(String(cString: strerror(code)))"
        switch code {
        case EROFS, EACCES, EPERM: self = .readOnly(path: path, detail: detail)
        case ENOSPC, EDQUOT: self = .full(path: path, detail: detail)
        default: self = .io(path: path, detail: detail)
        }
    }

    /// SQLite reports some full disks as plain failures of reading and writing, such as when it extends its shared
    /// memory.
    private static func isOutOfSpace(_ path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 65_536
    }
}
