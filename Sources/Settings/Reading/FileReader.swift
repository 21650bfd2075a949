import Foundation

/// How files are read: the real file system, or one in memory for tests.
package struct FileReader: Sendable {
    /// Why a file can't be read.
    package struct Failure: Error, Hashable, Sendable {
        /// The reason, as it fits after «can't read the file: ».
        package let reason: String

        package init(_ reason: String) {
            self.reason = reason
        }
    }

    /// The bytes of a file.
    package var bytes: @Sendable (_ path: String) throws(Failure) -> [UInt8]
    /// The names in a folder, in no order; nil where there is no such folder.
    package var names: @Sendable (_ folder: String) -> [String]?

    package init(
        bytes: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8],
        names: @escaping @Sendable (_ folder: String) -> [String]?
    ) {
        self.bytes = bytes
        self.names = names
    }

    /// The real file system. A file of more than 64 MiB is refused.
    package static let real = FileReader(
        bytes: { path throws(Failure) in
            do {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                if attributes[.type] as? FileAttributeType == .typeDirectory { throw Failure("it is a folder") }
                if let size = attributes[.size] as? NSNumber, size.int64Value > 64 * 1024 * 1024 {
                    throw Failure("it has more than 64 MiB")
                }
                return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            } catch let failure as Failure {
                throw failure
            } catch let error as CocoaError {
                switch error.code {
                case .fileNoSuchFile, .fileReadNoSuchFile: throw Failure("there is no such file")
                case .fileReadNoPermission: throw Failure("this user may not read it")
                default: throw Failure("the system gives no reason (code \(error.errorCode))")
                }
            } catch {
                throw Failure("the system gives no reason")
            }
        },
        names: { folder in try? FileManager.default.contentsOfDirectory(atPath: folder) })

    /// The text of a file, without a byte order mark.
    func text(_ path: String) throws(Failure) -> String {
        var content = try bytes(path)
        if content.starts(with: [0xEF, 0xBB, 0xBF]) { content.removeFirst(3) }
        guard let text = String(validating: content, as: UTF8.self) else { throw Failure("it is not UTF-8 text") }
        return text
    }

    /// Whether a file can be read.
    func exists(_ path: String) -> Bool { (try? bytes(path)) != nil }

    /// The paths that a pattern with `*`, `?` in any part means, sorted. A pattern without these means itself.
    func paths(matching pattern: String) -> [String] {
        guard Self.isPattern(pattern) else { return [pattern] }
        var found = [pattern.hasPrefix("/") ? "/" : ""]
        for part in pattern.split(separator: "/").map(String.init) {
            found = found.flatMap { folder -> [String] in
                guard Self.isPattern(part) else {
                    return [folder + (folder.isEmpty || folder == "/" ? "" : "/") + part]
                }
                let names = names(folder.isEmpty ? "." : folder) ?? []
                return names.filter { Self.matches(Array($0), Array(part)) }.sorted().map { name in
                    folder + (folder.isEmpty || folder == "/" ? "" : "/") + name
                }
            }
        }
        return found
    }

    /// Whether a path holds `*` or `?`.
    static func isPattern(_ path: String) -> Bool { path.contains { $0 == "*" || $0 == "?" } }

    /// Whether a name satisfies a pattern of one part. Names that begin with a dot need a dot in the pattern.
    static func matches(_ name: [Character], _ pattern: [Character]) -> Bool {
        if name.first == ".", pattern.first != "." { return false }
        var (place, next) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while place < name.count {
            if next < pattern.count, pattern[next] == "*" {
                star = (next, place)
                next += 1
            } else if next < pattern.count, pattern[next] == "?" || pattern[next] == name[place] {
                next += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                next = last.pattern + 1
                place = last.name + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == "*" }
    }
}

/// Paths as texts.
enum FilePath {
    /// The folder of a file; `.` where the path has none.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A path as seen from a folder.
    static func join(_ folder: String, _ path: String) -> String {
        if path.hasPrefix("/") || folder == "." || folder.isEmpty { return path }
        let short = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return folder.hasSuffix("/") ? folder + short : folder + "/" + short
    }
}
