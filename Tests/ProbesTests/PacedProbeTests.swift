import PromQL
import Testing

@testable import Probes

/// A probe that is asked now and then, and answers in between.
@Suite("Paced probe")
struct PacedProbeTests {
    /// Counts how often it is asked; its answer is that number.
    private actor Counting: Probe {
        nonisolated let id = "schema:main"
        nonisolated let kind = ProbeKind.schema
        nonisolated let targetLabels: Labels = ["database": "main"]
        nonisolated let interval: Duration
        nonisolated let deadline = Duration.seconds(10)
        private var asked = 0
        private let fails: Set<Int>

        init(every interval: Duration, failing: Set<Int> = []) {
            self.interval = interval
            fails = failing
        }

        func sample(at: Timestamp) async -> ProbeResult {
            asked += 1
            var list = SampleList(at: at)
            list.add("asked", Double(asked))
            return ProbeResult(
                samples: list.samples, failure: fails.contains(asked) ? ProbeFailure(.sqlError, "no") : nil)
        }
    }

    private let start = Timestamp(milliseconds: 1_795_420_800_000)

    private func answers(_ probe: PacedProbe, at seconds: [Int]) async -> [Double?] {
        var answers: [Double?] = []
        for second in seconds {
            let at = start + .seconds(second)
            let sample = await probe.sample(at: at).samples.first
            #expect(sample?.at == at)
            answers.append(sample?.value)
        }
        return answers
    }

    @Test("the target is asked every five minutes, and answers each minute with the round's own time")
    func pace() async {
        let probe = PacedProbe(Counting(every: .seconds(300)))
        #expect(probe.interval == .seconds(60) && probe.id == "schema:main" && probe.deadline == .seconds(10))
        // A round that comes up to half a minute early counts as the fifth.
        let found = await answers(probe, at: [0, 60, 120, 180, 240, 275, 335, 580])
        #expect(found == [1, 1, 1, 1, 1, 2, 2, 3])
    }

    @Test("a failure is tried again with the next round")
    func failure() async {
        let probe = PacedProbe(Counting(every: .seconds(300), failing: [1, 3]))
        let found = await answers(probe, at: [0, 60, 120, 360, 420, 480])
        #expect(found == [1, 2, 2, 3, 4, 4])
    }

    @Test("one that is asked more often than each minute keeps its interval")
    func short() async {
        let probe = PacedProbe(Counting(every: .seconds(15)))
        #expect(probe.interval == .seconds(15))
        #expect(await answers(probe, at: [0, 15, 30]) == [1, 2, 3])
    }
}
