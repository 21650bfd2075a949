import PromQL
import Testing

@testable import Probes

/// How the search for rows that refer to nothing goes through tables.
@Suite("Reference sweep")
struct ReferenceSweepTests {
    private let start = Timestamp(milliseconds: 1_000_000)

    /// Goes through to the end of the pass; each chunk takes so long.
    private func pass(
        _ sweep: inout ReferenceSweep, took: Duration = .milliseconds(10), at now: Timestamp,
        counts: (ReferenceSweep.Chunk) -> [Int] = { _ in [0] }
    ) -> [ReferenceSweep.Chunk] {
        var chunks: [ReferenceSweep.Chunk] = []
        while let chunk = sweep.next, chunks.count < 10_000 {
            chunks.append(chunk)
            sweep.found(counts(chunk), in: chunk, took: took, target: .milliseconds(10), at: now)
        }
        return chunks
    }

    @Test("every page of every table is looked at once, small tables first")
    func whole() {
        var sweep = ReferenceSweep()
        sweep.take(sizes: ["large": 300, "small": 3, "empty": 0])
        #expect(sweep.isDue(at: start, every: .seconds(300)))
        sweep.begin(at: start)
        #expect(sweep.progress < 0.01 && sweep.completedAt == nil)
        let chunks = pass(&sweep, at: start + .seconds(60))
        #expect(chunks.map(\.table) == ["empty", "small", "large", "large", "large", "large", "large"])
        let large = chunks.filter { $0.table == "large" }.map(\.pages)
        #expect(large.first?.lowerBound == 0 && large.last?.upperBound == 300)
        #expect(zip(large, large.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(sweep.progress == 1)
        #expect(sweep.completedAt == start + .seconds(60) && sweep.lastDuration == .seconds(60))
        #expect(!sweep.isDue(at: start + .seconds(299), every: .seconds(300)))
        #expect(sweep.isDue(at: start + .seconds(300), every: .seconds(300)))
    }

    @Test("a pass that is under way is not begun again, however long it takes")
    func underWay() {
        var sweep = ReferenceSweep()
        sweep.take(sizes: ["a": 10_000])
        sweep.begin(at: start)
        #expect(!sweep.isDue(at: start + .seconds(86_400), every: .seconds(300)))
    }

    @Test("chunks grow while the server is quick, shrink while it is slow, and after a time limit")
    func steps() throws {
        var sweep = ReferenceSweep()
        sweep.take(sizes: ["a": 1_000_000])
        sweep.begin(at: start)
        func take(_ took: Duration) throws -> Int {
            let chunk = try #require(sweep.next)
            sweep.found([0], in: chunk, took: took, target: .milliseconds(10), at: start)
            return try #require(sweep.next).pages.count
        }
        #expect(try take(.milliseconds(1)) == 256)
        #expect(try take(.milliseconds(5)) == 512)
        #expect(try take(.milliseconds(100)) == 128)
        for _ in 0..<5 { _ = try take(.microseconds(1)) }
        #expect(try #require(sweep.next).pages.count == 4_096)
        for _ in 0..<9 { sweep.failed(try #require(sweep.next)) }
        #expect(try #require(sweep.next).pages.count == 4)
    }

    @Test("what was found is counted, looked at again, and forgotten once it is mended")
    func suspects() throws {
        var sweep = ReferenceSweep()
        sweep.take(sizes: ["a": 200])
        sweep.begin(at: start)
        _ = pass(&sweep, at: start) { $0.pages.contains(70) ? [2, 1] : [0, 0] }
        #expect(sweep.counts(of: "a", references: 2) == [2, 1])
        #expect(sweep.counts(of: "b", references: 2) == [0, 0])
        let suspect = try #require(sweep.suspects(most: 4).first)
        #expect(suspect.pages.contains(70) && sweep.suspects(most: 4).count == 1)
        sweep.found([0, 0], in: suspect, took: .milliseconds(1), target: .milliseconds(10), at: start)
        #expect(sweep.counts(of: "a", references: 2) == [0, 0])
        #expect(sweep.suspects(most: 4) == [])
    }

    @Test(
        "the next pass settles what an earlier one found, also beyond a table's new end; a table that is gone is forgotten"
    )
    func again() {
        var sweep = ReferenceSweep()
        sweep.take(sizes: ["a": 200, "b": 1])
        sweep.begin(at: start)
        _ = pass(&sweep, at: start) { _ in [1] }
        let before = sweep.counts(of: "a", references: 1)[0]
        #expect(before > 1)
        sweep.take(sizes: ["a": 64])
        sweep.begin(at: start + .seconds(300))
        #expect(pass(&sweep, at: start + .seconds(300)).allSatisfy { $0.table == "a" })
        #expect(sweep.counts(of: "a", references: 1) == [0])
        #expect(sweep.counts(of: "b", references: 1) == [0])
    }
}
