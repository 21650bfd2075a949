import Alerting
import Foundation
import History
import Support
import Testing

/// The notification pipeline against a simple model of what it means.
@Suite("Model of the pipeline")
struct ModelTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// The first seed; `TOCSIN_SEED` names another.
    static let seed = environment["TOCSIN_SEED"].flatMap { UInt64($0) } ?? 2026
    /// All steps together; `TOCSIN_MODEL_STEPS` names another number.
    static let steps = environment["TOCSIN_MODEL_STEPS"].flatMap { Int($0) } ?? 100_000
    /// Of one life, without what brings it to its end.
    static let length = 150

    @Test("random lives: all that must be told is told, in order, and nothing else")
    func lives() async throws {
        let began = ContinuousClock.now
        var done = 0
        var seed = Self.seed
        while done < Self.steps {
            var generator = ModelGenerator(seed: seed)
            let steps = generator.life(of: Self.length)
            try await Self.check(steps, seed: seed)
            done += steps.reduce(0) { $0 + $1.parts.count }
            seed += 1
        }
        print("model: \(done) steps from seed \(Self.seed) in \(ContinuousClock.now - began)")
    }

    @Test("whatever an agent could do wrong is found, and cut down to a few steps", arguments: ModelLie.allCases)
    func lies(lie: ModelLie) async throws {
        let run = ModelRun(lie: lie)
        var found: ModelRun.Failure?
        for seed in 0..<200 where found == nil {
            var generator = ModelGenerator(seed: UInt64(seed))
            // In short lives there is something left to miss at the end.
            found = try await run.failure(of: generator.life(of: seed.isMultiple(of: 2) ? Self.length : 12))
            if found?.says(lie.complaint) == false { found = nil }
        }
        let cut = try await run.cut(try #require(found, "never found"), complaint: lie.complaint)
        #expect(cut.steps.count <= 10, "\(cut)")
        #expect(try await ModelRun().failure(of: cut.steps) == nil, "the agent itself does it:\n\(cut)")
        let copy = try cut.steps.map { try #require(ModelStep($0.description)) }
        #expect(copy == cut.steps, "the list can't be read back")
    }

    static func check(_ steps: [ModelStep], seed: UInt64, run: ModelRun = ModelRun()) async throws {
        guard let failure = try await run.failure(of: steps) else { return }
        let cut = try await run.cut(failure)
        Issue.record("TOCSIN_SEED=\(seed)\n\(cut)")
    }

    @Test(
        "a list of steps from the file that `TOCSIN_MODEL_FILE` names",
        .enabled(if: environment["TOCSIN_MODEL_FILE"] != nil))
    func replay() async throws {
        let path = try #require(Self.environment["TOCSIN_MODEL_FILE"])
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let steps = try lines.map { line in
            try #require(ModelStep(line.trimmingCharacters(in: .whitespaces)), "not a step: \(line)")
        }
        let failure = try await ModelRun().failure(of: steps)
        #expect(failure == nil, "\(failure.map(String.init(describing:)) ?? "")")
    }
}
