import Alerting
package import Drivers
package import Logging
import Runbooks
import ServiceLifecycle

/// Looks for the causes of alerts: runs the diagnosis that a rule names, over a connection of its own to each database
/// that is opened when it is needed and closed when it is not. It only reads, one query at a time per database.
package actor DiagnosisService: Service {
    /// What goes on for one database.
    private struct Lane {
        let target: DiagnosisTargets.Target
        var queue = DiagnosisQueue()
        /// Whether a task works through the queue, or waits a while for more.
        var isWorked = false
        let wake = Wake()
    }

    private let engine: EngineService
    private let clock: AgentClock
    private let poller: PostgresPoller
    private let runbooks: RunbookDirectory
    private let logger: Logger
    private var targets: DiagnosisTargets
    private var lanes: [DiagnosisTargets.Target: Lane] = [:]

    package init(
        engine: EngineService, clock: AgentClock, poller: PostgresPoller, runbooks: RunbookDirectory,
        targets: DiagnosisTargets, logger: Logger
    ) {
        self.engine = engine
        self.clock = clock
        self.poller = poller
        self.runbooks = runbooks
        self.targets = targets
        self.logger = logger
    }

    /// Takes over the databases of other settings. What waits is still asked of the old ones.
    package func replace(with targets: DiagnosisTargets) {
        self.targets = targets
    }

    /// Runs until told to stop. What has not been asked by then is asked after the next start.
    package func run() async throws {
        await withDiscardingTaskGroup { group in
            for await request in engine.diagnoses.cancelOnGracefulShutdown() {
                guard let target = await take(request) else { continue }
                group.addTask { await self.work(for: target) }
            }
            group.cancelAll()
        }
    }

    /// Puts a request where it belongs.
    ///
    /// - Returns: the database that nobody works for yet, where somebody must now.
    private func take(_ request: DiagnosisRequest) async -> DiagnosisTargets.Target? {
        guard let target = targets.target(for: request.labels) else {
            // It is about no database: nothing to ask, and nobody has missed anything.
            await engine.attach(nil, for: request)
            return nil
        }
        let title = Self.title(request.name, target)
        guard let block = EvidenceMaker.block(request.name, in: runbooks.shelf) else {
            await refuse(request, title, "there is no such `diagnose` block; `tocsin check` says which there are")
            return nil
        }
        guard let values = EvidenceMaker.values(of: block, from: request.labels) else {
            let names = block.parameters.filter { !$0.isOptional }.map { "`\($0.name)`" }
            await refuse(request, title, "it needs \(names.joined(separator: ", ")), which the alert's labels lack")
            return nil
        }
        var lane = lanes[target] ?? Lane(target: target)
        guard lane.queue.add(request, values: values) else {
            await refuse(request, title, "not looked into: \(DiagnosisLimits.waiting) others were waiting already")
            return nil
        }
        let isNew = !lane.isWorked
        lane.isWorked = true
        lanes[target] = lane
        lane.wake.call()
        return isNew ? target : nil
    }

    private func refuse(_ request: DiagnosisRequest, _ title: String, _ reason: String) async {
        logger.warning("no evidence: \(reason)", metadata: ["diagnosis": "\(title)", "alert": "\(request.labels)"])
        await engine.attach(EvidenceMaker.failed(title, reason, at: clock.now), for: request)
    }

    private static func title(_ name: String, _ target: DiagnosisTargets.Target) -> String {
        "\(name) on \(target.name)"
    }

    /// Works through what waits for one database, then waits a while for more, then closes the connection.
    private func work(for target: DiagnosisTargets.Target) async {
        let connection = PostgresConnection(target.connection, poller: poller)
        /// When the connection has been without work for long enough; nil while there is some.
        var idleUntil: ContinuousClock.Instant?
        while !Task.isCancelled {
            if let job = lanes[target]?.queue.next() {
                idleUntil = nil
                await run(job, target, over: connection)
                continue
            }
            let now = ContinuousClock.now
            let end = idleUntil ?? now + DiagnosisLimits.idle
            idleUntil = end
            guard now < end, let wake = lanes[target]?.wake else { break }
            await wake.wait(atMost: end - now)
        }
        // Nothing may come between this and the look at the queue above.
        lanes[target] = nil
        await connection.close()
    }

    private func run(
        _ job: DiagnosisQueue.Job, _ target: DiagnosisTargets.Target, over connection: PostgresConnection
    ) async {
        let title = Self.title(job.name, target)
        let evidence: Evidence
        if let block = EvidenceMaker.block(job.name, in: runbooks.shelf) {
            let maker = EvidenceMaker(block: block, title: title, schema: target.schema)
            evidence = await maker.evidence(values: job.values, over: connection, at: clock.now)
        } else {
            evidence = EvidenceMaker.failed(title, "the runbook is gone", at: clock.now)
        }
        // Ended on the way: it is asked again after the next start.
        guard !Task.isCancelled else { return }
        if let failure = evidence.failure {
            logger.warning("no evidence: \(failure)", metadata: ["diagnosis": "\(title)"])
        }
        for request in job.requests { await engine.attach(evidence, for: request) }
    }
}
