import Dispatch
package import PromQL

/// Runs people's queries, one after the other and on a thread of their own: a heavy one must not hold up the engine.
package actor QueryRunner {
    private let engine: EngineService
    private nonisolated let executor = QueueExecutor(label: "tocsin.queries")
    private let waiting = WaitingCount()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Requests that may wait for the one that runs; more are refused at once.
    private static let mostWaiting = 100
    private let mostSamples: Int
    /// The longest that a query may run, as Prometheus's `query.timeout`.
    package static let longest = Duration.seconds(120)

    /// - Parameter mostSamples: the most samples that a query may read, as Prometheus's `query.max-samples`.
    package init(engine: EngineService, mostSamples: Int = 50_000_000) {
        self.engine = engine
        self.mostSamples = mostSamples
    }

    /// How many requests run or wait.
    nonisolated var inside: Int { waiting.current }

    /// Why a query has no result.
    package enum Failure: Error, Hashable {
        /// The text is no expression.
        case malformed(String)
        /// It could not be evaluated on the samples at hand.
        case execution(String)
        case timeout(String)
        /// Too many queries wait.
        case busy

        package var message: String {
            switch self {
            case .malformed(let text), .execution(let text), .timeout(let text): text
            case .busy: "too many queries are waiting; try again in a moment"
            }
        }
    }

    /// What a query gave, and what is to be known of it.
    package struct Answer<Result: Sendable>: Sendable {
        package let result: Result
        package let warnings: [String]
        package let infos: [String]
    }

    /// Evaluates at one time.
    package nonisolated func instant(
        _ text: String, at time: Timestamp, timeout: Duration = longest
    ) async throws(Failure) -> Answer<Value> {
        try await run(text, from: time, timeout: timeout) {
            expression, window, limits, statistics throws(EvaluationError) in
            try expression.evaluate(at: time, in: window, limits: limits, statistics: &statistics)
        }
    }

    /// Evaluates at each step.
    package nonisolated func range(
        _ text: String, from: Timestamp, through: Timestamp, step: Duration, timeout: Duration = longest
    ) async throws(Failure) -> Answer<[RangeSeries]> {
        try await run(text, from: from, timeout: timeout) {
            expression, window, limits, statistics throws(EvaluationError) in
            try expression.evaluateRange(
                from: from, through: through, step: step, in: window, limits: limits, statistics: &statistics)
        }
    }

    private typealias Evaluation<Result> =
        @Sendable (
            Expression, SampleWindow, EvaluationLimits, inout EvaluationStatistics
        ) throws(EvaluationError) -> Result

    private nonisolated func run<Result: Sendable>(
        _ text: String, from: Timestamp, timeout: Duration, _ body: @escaping Evaluation<Result>
    ) async throws(Failure) -> Answer<Result> {
        let expression: Expression
        do {
            expression = try Expression(text)
        } catch {
            throw .malformed("invalid parameter \"query\": \(error.line):\(error.column): \(error.message)")
        }
        guard waiting.enter(atMost: Self.mostWaiting + 1) else { throw .busy }
        defer { waiting.leave() }
        let deadline = ContinuousClock.now + min(timeout, Self.longest)
        let window = await engine.window
        return try await evaluate(expression, in: window, from: from, deadline: deadline, body)
    }

    private func evaluate<Result: Sendable>(
        _ expression: Expression, in window: SampleWindow, from: Timestamp, deadline: ContinuousClock.Instant,
        _ body: Evaluation<Result>
    ) async throws(Failure) -> Answer<Result> {
        let step = await engine.subqueryStep
        let limits = EvaluationLimits(maxSamples: mostSamples, subqueryStep: step) {
            Task.isCancelled || ContinuousClock.now > deadline
        }
        var statistics = EvaluationStatistics()
        do {
            let result = try body(expression, window, limits, &statistics)
            let short = await shortfalls(of: expression, from: from, in: window)
            return Answer(
                result: result, warnings: statistics.warnings.sorted() + short, infos: statistics.infos.sorted())
        } catch {
            if ContinuousClock.now > deadline { throw .timeout("query timed out in expression evaluation") }
            throw .execution(error.message)
        }
    }

    /// What of the past the query asks for that is not kept: it would look like nothing was there.
    private func shortfalls(of expression: Expression, from: Timestamp, in window: SampleWindow) async -> [String] {
        let now = await engine.now
        return Set(
            expression.reads.compactMap { read -> String? in
                let kept = window.retention(of: read.metric)
                let needed = now - from + read.lookback
                // A little late is no shortfall: the question took its time to come here.
                guard needed > kept + .seconds(60) else { return nil }
                return
                    "\(read.metric.map { "`\($0)` is" } ?? "some metrics are") kept for \(kept.promQL), and the query "
                    + "looks back \(needed.promQL): earlier samples are missing (see `server.query_window`)"
            }
        ).sorted()
    }
}

/// Runs an actor's work on a queue of its own, beside Swift's few shared threads.
private final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label, qos: .utility)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
