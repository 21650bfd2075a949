import Alerting
import History
import Logging
import PromQL
import Testing

@testable import Agent

/// What a query over HTTP may cost, and what happens past it.
@Suite("Query runner", .timeLimit(.minutes(1)))
struct QueryRunnerTests {
    /// Goes on for hours.
    private static let endless = "count_over_time(vector(1)[100d:1ms])"
    private static let time = Timestamp(milliseconds: 1_700_000_000_000)

    private static func runner(mostSamples: Int = 50_000_000) -> QueryRunner {
        let clock = AgentClock()
        let configuration = Engine.Configuration(
            groups: [], route: Route(id: "{}", receiver: "none"), policies: [], probes: [])
        let engine = EngineService(
            engine: Engine(configuration, startedAt: clock.now), history: MemoryHistory(), clock: clock,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        return QueryRunner(engine: engine, mostSamples: mostSamples)
    }

    @Test("a query that reads too many samples is ended, and says the bound")
    func tooManySamples() async throws {
        let runner = Self.runner(mostSamples: 1_000)
        let failure = await #expect(throws: QueryRunner.Failure.self) {
            try await runner.instant(Self.endless, at: Self.time)
        }
        #expect(failure == .execution("the query reads more than 1000 samples; narrow its selectors or ranges"))
        let range = await #expect(throws: QueryRunner.Failure.self) {
            try await runner.range(
                Self.endless, from: Self.time, through: Self.time + .seconds(60), step: .seconds(15))
        }
        #expect(range?.message.contains("1000 samples") == true)
        let answer = try await runner.instant("count_over_time(vector(1)[900ms:1ms])", at: Self.time)
        guard case .vector(let elements) = answer.result else { return }
        #expect(elements.map(\.value) == [900])
    }

    @Test("a query that takes too long is ended, and the next one runs")
    func timeout() async throws {
        let runner = Self.runner()
        let began = ContinuousClock.now
        let failure = await #expect(throws: QueryRunner.Failure.self) {
            try await runner.instant(Self.endless, at: Self.time, timeout: .milliseconds(100))
        }
        #expect(failure == .timeout("query timed out in expression evaluation"))
        #expect(ContinuousClock.now - began < .seconds(20))
        _ = try await runner.instant("1", at: Self.time)
        #expect(runner.inside == 0)
    }

    @Test("a query whose client has gone is ended")
    func cancelled() async throws {
        let runner = Self.runner()
        let task = Task { try await runner.instant(Self.endless, at: Self.time) }
        while runner.inside == 0 { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        let failure = await #expect(throws: QueryRunner.Failure.self) { try await task.value }
        #expect(failure == .execution("the query was cancelled"))
        #expect(runner.inside == 0)
    }

    @Test("one runs, a hundred wait, and more are refused at once")
    func tooManyWaiting() async throws {
        let runner = Self.runner()
        let first = Task { try await runner.instant(Self.endless, at: Self.time) }
        while runner.inside == 0 { try await Task.sleep(for: .milliseconds(5)) }
        // Until it runs.
        try await Task.sleep(for: .milliseconds(200))
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<150 {
                group.addTask {
                    do {
                        _ = try await runner.instant("1", at: Self.time)
                        return true
                    } catch {
                        return (error as? QueryRunner.Failure) != .busy
                    }
                }
            }
            var outcomes: [Bool] = []
            for await outcome in group {
                outcomes.append(outcome)
                // Those that wait are served once the first is over.
                if outcomes.count == 50 { first.cancel() }
            }
            return outcomes
        }
        #expect(outcomes.prefix(50).allSatisfy { !$0 })
        #expect(outcomes.dropFirst(50).allSatisfy { $0 } && outcomes.count == 150)
        _ = await first.result
        #expect(runner.inside == 0)
    }
}
