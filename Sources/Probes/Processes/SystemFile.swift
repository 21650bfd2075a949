#if canImport(Glibc)
    import Glibc
#endif

/// Reads the small files of `/proc` and of cgroups.
struct SystemFile {
    /// Why a file was not read: the system's error number.
    struct Failure: Error, Hashable {
        let path: String
        let number: Int32

        var isMissing: Bool { number == ENOENT || number == ESRCH || number == ENOTDIR }

        /// The cause in the system's words, such as `Permission denied`.
        var cause: String {
            var text = [CChar](repeating: 0, count: 256)
            // Of the two functions of this name Glibc's Swift module has the POSIX one, which fills the buffer.
            guard strerror_r(number, &text, text.count) == 0 else { return "error \(number)" }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The whole file, up to 1 MiB. These files have no size to ask for, and reading them never waits.
    static func bytes(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: path, number: errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while content.count < 1 << 20 {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(path: path, number: errno) }
            if count == 0 { break }
            content += piece.prefix(count)
        }
        return content
    }

    /// The whole file as text.
    static func text(_ path: String) throws(Failure) -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    /// The names in a folder, without `.` and `..`.
    static func names(in path: String) throws(Failure) -> [String] {
        guard let folder = opendir(path) else { throw Failure(path: path, number: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
                field.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: field.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
