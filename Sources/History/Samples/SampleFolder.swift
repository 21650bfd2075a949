import Alerting
import PromQL

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder beside the history that holds kept samples: files named after the time of their first frame, each with
/// samples of a few minutes.
struct SampleFolder: Sendable {
    let path: String

    private static let ending = ".samples"

    /// - Parameter history: the history's path.
    init(beside history: String) {
        path = history + ".samples"
    }

    /// The files, oldest first, with the time of their first frame.
    var files: [(began: Timestamp, path: String)] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var found: [(began: Timestamp, path: String)] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasSuffix(Self.ending), let number = Int64(name.dropLast(Self.ending.count)) else { continue }
            found.append((Timestamp(milliseconds: number), "\(path)/\(name)"))
        }
        return found.sorted { $0.began < $1.began }
    }

    /// Opens a new file for writing, readable by its owner only.
    ///
    /// - Returns: its descriptor.
    /// - Throws: why that can't be done.
    func create(at now: Timestamp) throws(HistoryError) -> Int32 {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw HistoryError(errno: errno, path: path, doing: "make it") }
        let name = "\(path)/\(now.milliseconds)\(Self.ending)"
        // Never an older file of the same time, as after a clock was set back: its names have other numbers.
        let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HistoryError(errno: errno, path: name, doing: "open it") }
        return descriptor
    }

    /// Removes the files whose successor begins before a time: they hold nothing that is still wanted.
    ///
    /// - Parameter most: how many bytes may be kept; beyond that the oldest files go.
    func prune(before time: Timestamp, most: Int64) {
        let all = files
        var total = all.reduce(Int64(0)) { $0 + Self.size($1.path) }
        for (file, next) in zip(all, all.dropFirst()) where next.began < time || total > most {
            total -= Self.size(file.path)
            unlink(file.path)
        }
    }

    /// Reads what is kept of the time since `since`.
    ///
    /// A file's end that was not wholly written is left out without a word. Where more of a file can't be read, the rest
    /// of it is left out.
    func read(since: Timestamp) -> [RecordedRound] {
        var rounds: [RecordedRound] = []
        let all = files
        for (index, file) in all.enumerated() {
            if index + 1 < all.count, all[index + 1].began < since { continue }
            guard let bytes = Self.bytes(of: file.path) else { continue }
            var reader = SampleReader(bytes)
            while let frame = reader.next() { rounds += frame.filter { $0.at > since } }
        }
        return rounds
    }

    private static func bytes(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(Self.size(path))
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            while count < size {
                let got = systemRead(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
                guard got > 0 else { return }
                count += got
            }
        }
    }

    private static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }
}

/// `read(2)`, which a method of this name would hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
