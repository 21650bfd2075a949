import Alerting
import Foundation
import PromQL
import Support
import Testing

@testable import History

/// Samples kept for the next start.
@Suite("Samples kept on disk")
struct SampleRecorderTests {
    private static let start = Timestamp(milliseconds: 1_700_000_000_000)

    /// Rounds of two probes and of rules, with new series now and then, odd values and times of their own.
    private func rounds(_ count: Int, from start: Timestamp = Self.start) -> [RecordedRound] {
        var random = SeededGenerator(seed: 7)
        return (0..<count).map { index in
            let at = start + .seconds(index)
            let samples = (0...(index % 5)).map { number in
                let values = [0, 1, -1.5, .nan, .infinity, StaleMarker.value, Double(random.next() % 1_000)]
                return Sample(
                    labels: [Labels.metricName: "m\(number)", "pool": "größe \(index / 7 % 3)", "q": "a\"b\n"],
                    value: values[Int(random.next() % UInt64(values.count))],
                    at: at - .milliseconds(Int64(random.next() % 500)))
            }
            return RecordedRound(probe: [nil, "pool:web", "database:main"][index % 3], at: at, samples: samples)
        }
    }

    /// NaN is not itself: compared by bits.
    private func texts(_ rounds: [RecordedRound]) -> [String] {
        rounds.map { round in
            "\(round.probe ?? "-") \(round.at) "
                + round.samples.map { "\($0.labels) \($0.value.bitPattern) \($0.at)" }.joined(separator: ";")
        }
    }

    @Test("what was written over several files and runs is read as it was")
    func roundTrip() async throws {
        let folder = try Folder()
        let all = rounds(600)
        var recorder = SampleRecorder(beside: folder.history, reach: .seconds(3600))
        for (index, round) in all.enumerated() {
            recorder.add([round])
            if index % 5 == 4 { try await recorder.flush(at: round.at) }
            // Another process: it begins a file of its own.
            if index == 299 { recorder = SampleRecorder(beside: folder.history, reach: .seconds(3600)) }
        }
        let read = SampleRecorder(beside: folder.history, reach: .seconds(3600)).recorded(
            at: Self.start + .seconds(600))
        #expect(texts(read) == texts(all))
        let permissions = try FileManager.default.attributesOfItem(atPath: folder.history + ".samples")
        #expect(permissions[.posixPermissions] as? Int == 0o700)
    }

    @Test("files that hold nothing wanted any more are removed")
    func pruned() async throws {
        let folder = try Folder()
        let recorder = SampleRecorder(beside: folder.history, reach: .seconds(480))
        for second in stride(from: 0, to: 3600, by: 5) {
            recorder.add(rounds(1, from: Self.start + .seconds(second)))
            try await recorder.flush(at: Self.start + .seconds(second))
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.history + ".samples")
        // Files of a minute each.
        #expect((8...10).contains(files.count), "\(files.count)")
        let read = recorder.recorded(at: Self.start + .seconds(3600))
        #expect(read.count == 95)
    }

    @Test("a file cut at any byte gives all that was wholly written, and one with a changed byte what is before it")
    func damaged() async throws {
        let folder = try Folder()
        let recorder = SampleRecorder(beside: folder.history, reach: .seconds(3600))
        let all = rounds(40)
        for round in all {
            recorder.add([round])
            try await recorder.flush(at: round.at)
        }
        let name = try #require(SampleFolder(beside: folder.history).files.first?.path)
        let whole = try folder.bytes(name)
        let texts = texts(all)
        func read() -> [String] { self.texts(recorder.recorded(at: Self.start + .seconds(60))) }
        var longest = 0
        for length in stride(from: 0, through: whole.count, by: 3) {
            try folder.write(Array(whole[..<length]), to: name)
            let found = read()
            #expect(found.count >= longest && found == Array(texts.prefix(found.count)))
            longest = max(longest, found.count)
        }
        #expect(longest >= 39)
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var bytes = whole
            let place = Int(random.next() % UInt64(bytes.count))
            bytes[place] ^= UInt8(truncatingIfNeeded: random.next() | 1)
            try folder.write(bytes, to: name)
            let found = read()
            #expect(found.count < all.count && found == Array(texts.prefix(found.count)), "\(place)")
        }
    }

    @Test("a file of the same time, as after a clock was set back, is not written on")
    func sameTime() async throws {
        let folder = try Folder()
        let all = rounds(20)
        let first = SampleRecorder(beside: folder.history, reach: .seconds(3600))
        first.add(all)
        try await first.flush(at: Self.start)
        let second = SampleRecorder(beside: folder.history, reach: .seconds(3600))
        second.add(Array(all.suffix(3)))
        await #expect(throws: HistoryError.self) { try await second.flush(at: Self.start) }
        try await second.flush(at: Self.start + .seconds(5))
        let read = texts(second.recorded(at: Self.start + .seconds(60)))
        #expect(read == texts(all) + texts(Array(all.suffix(3))))
    }

    @Test("where nothing can be written it says so, and goes on once it can")
    func unwritable() async throws {
        let folder = try Folder()
        // A file where the folder should be: also root can't write there.
        try folder.write([1], to: folder.history + ".samples")
        let recorder = SampleRecorder(beside: folder.history, reach: .seconds(3600))
        recorder.add(rounds(3))
        await #expect(throws: HistoryError.self) { try await recorder.flush(at: Self.start) }
        try FileManager.default.removeItem(atPath: folder.history + ".samples")
        try await recorder.flush(at: Self.start + .seconds(5))
        #expect(texts(recorder.recorded(at: Self.start + .seconds(9))) == texts(rounds(3)))
    }
}
