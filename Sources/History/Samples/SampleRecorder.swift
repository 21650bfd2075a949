package import Alerting
import Dispatch
package import PromQL
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Keeps the samples that rules read the past of, in files beside the history, so that ranges are full again after a
/// restart.
///
/// Nothing waits for it and nothing is synced: what a killed process had not handed to the system yet, a few seconds, is
/// missing after the restart, and so is more where the machine lost power. What can't be written is given up.
package final class SampleRecorder: Sendable {
    private let pending = Mutex<[RecordedRound]>([])
    /// Owned by `queue`.
    private let file: Mutex<OpenFile?> = Mutex(nil)
    /// A stalled disk holds up this queue's thread and no other.
    private let queue = DispatchQueue(label: "tocsin.samples")
    private let folder: SampleFolder
    private let reach: Mutex<Duration>

    private struct OpenFile {
        let descriptor: Int32
        let began: Timestamp
        var names = SampleCoding.Names()
        var size = 0
    }

    /// Rounds that wait to be written; past it the oldest are given up.
    private static let mostPending = 20_000
    /// A file of this size is followed by another.
    private static let largestFile = 8 << 20
    /// What all files may take, in bytes.
    private static let mostBytes: Int64 = 256 << 20
    /// How often `flush` is to be called.
    package static let interval = Duration.seconds(5)

    /// - Parameters:
    ///   - history: the history's path; the files lie in `<history>.samples/`.
    ///   - reach: how far back samples are wanted.
    package init(beside history: String, reach: Duration) {
        folder = SampleFolder(beside: history)
        self.reach = Mutex(reach)
    }

    /// Reads what earlier runs of the agent kept.
    package func recorded(at now: Timestamp) -> [RecordedRound] {
        folder.read(since: now - reach.withLock { $0 })
    }

    /// From now on keeps samples for so long.
    package func keep(_ reach: Duration) { self.reach.withLock { $0 = reach } }

    /// Takes samples over; `flush` writes them.
    package func add(_ rounds: [RecordedRound]) {
        guard !rounds.isEmpty else { return }
        pending.withLock { pending in
            pending += rounds
            if pending.count > Self.mostPending { pending.removeFirst(pending.count - Self.mostPending) }
        }
    }

    /// Writes what was taken over.
    ///
    /// - Throws: why it can't be written. It is tried again with the next call, which begins a new file.
    package func flush(at now: Timestamp) async throws(HistoryError) {
        let failure = await withCheckedContinuation { (done: CheckedContinuation<HistoryError?, Never>) in
            queue.async {
                do throws(HistoryError) {
                    try self.write(at: now)
                    done.resume(returning: nil)
                } catch {
                    done.resume(returning: error)
                }
            }
        }
        if let failure { throw failure }
    }

    private func write(at now: Timestamp) throws(HistoryError) {
        let wanted = reach.withLock { $0 }
        try file.withLock { (file: inout OpenFile?) throws(HistoryError) in
            if let open = file, open.size > Self.largestFile || now - open.began > max(.seconds(60), wanted / 8) {
                close(open.descriptor)
                file = nil
            }
            if pending.withLock({ $0.isEmpty }) { return }
            if file == nil {
                // Files of earlier runs hold up the disk as well.
                folder.prune(before: now - wanted, most: Self.mostBytes)
                file = OpenFile(descriptor: try folder.create(at: now), began: now)
            }
            guard var open = file else { return }
            let rounds = pending.withLock { pending in
                defer { pending = [] }
                return pending
            }
            let frame = SampleCoding.frame(rounds, at: now, names: &open.names)
            let written = frame.withUnsafeBytes { systemWrite(open.descriptor, $0) }
            guard written == frame.count else {
                let code = errno
                // Half a frame ends the file for every reader, so what follows goes into another.
                close(open.descriptor)
                file = nil
                throw HistoryError(errno: written < 0 ? code : ENOSPC, path: folder.path, doing: "write it")
            }
            open.size += frame.count
            file = open
        }
    }

    deinit {
        file.withLock { file in
            if let file { close(file.descriptor) }
        }
    }
}

/// `write(2)`, which a method of this name would hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
