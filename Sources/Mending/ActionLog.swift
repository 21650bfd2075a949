import Foundation

/// The folder in which a command leaves what it did, one JSON file for each action: the history file itself belongs to
/// the agent that runs, which takes these files over from here.
package struct ActionLog: Sendable {
    /// `<history file>.actions`.
    package let folder: String

    /// Why a record could not be kept, and how to mend it.
    package struct Failure: Error, CustomStringConvertible {
        package let message: String
        package var description: String { message }
    }

    package init(historyPath: String) {
        folder = historyPath + ".actions"
    }

    /// Writes or replaces a record, so that after a crash there is the old file or the new one.
    ///
    /// As root the file is given to the owner of the folder that holds the history, so that the agent can read it.
    package func write(_ record: ActionRecord) throws(Failure) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        guard let data = try? encoder.encode(record) else { throw Failure(message: "the record can't be encoded") }
        let owner = try makeFolder()
        let temporary = "\(folder)/.\(record.id).\(getpid()).tmp"
        do throws(Failure) {
            try Self.writeSynced(data, to: temporary, owner: owner)
            guard rename(temporary, "\(folder)/\(record.id).json") == 0 else { throw Self.failure("rename", temporary) }
            try Self.sync(folder: folder)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// All records, the newest first, and the files that can't be read.
    package func records() throws(Failure) -> (records: [ActionRecord], unreadable: [String]) {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            return ([], [])
        } catch {
            throw Failure(message: "can't list `\(folder)`: run it as the user of the agent, or as root")
        }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        var records: [ActionRecord] = []
        var unreadable: [String] = []
        for name in names.sorted(by: >) where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = folder + "/" + name
            if let data = FileManager.default.contents(atPath: path),
                let record = try? decoder.decode(ActionRecord.self, from: data)
            {
                records.append(record)
            } else {
                unreadable.append(path)
            }
        }
        return (records, unreadable)
    }

    // MARK: Files

    private struct Owner {
        let user: uid_t
        let group: gid_t
    }

    /// Makes the folder where it is not there, and says to whom files in it should belong; nil for oneself.
    private func makeFolder() throws(Failure) -> Owner? {
        var owner: Owner?
        if geteuid() == 0 {
            let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
            var facts = stat()
            guard stat(parent, &facts) == 0 else { throw Self.failure("look at", parent) }
            owner = Owner(user: facts.st_uid, group: facts.st_gid)
        }
        if mkdir(folder, 0o700) == 0 {
            if let owner { _ = chown(folder, owner.user, owner.group) }
        } else if errno != EEXIST {
            throw Self.failure("make", folder)
        }
        return owner
    }

    private static func writeSynced(_ data: Data, to path: String, owner: Owner?) throws(Failure) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("write", path) }
        defer { close(file) }
        if let owner, fchown(file, owner.user, owner.group) != 0 { throw failure("give away", path) }
        var rest = data[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { systemWrite(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(written)
        }
        guard fsync(file) == 0 else { throw failure("sync", path) }
    }

    private static func sync(folder: String) throws(Failure) {
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure("open", folder) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure("sync", folder) }
    }

    private static func failure(_ what: String, _ path: String) -> Failure {
        Failure(
            message: "can't \(what) `\(path)`: \(String(cString: strerror(errno))); "
                + "run it as the user of the agent, or as root")
    }
}

/// `write`, whose name the type has taken.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
