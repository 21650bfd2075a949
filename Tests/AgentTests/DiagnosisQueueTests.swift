import Agent
import Alerting
import PromQL
import Settings
import Testing

/// What waits to be asked of one database.
@Suite("Diagnosis queue")
struct DiagnosisQueueTests {
    private func request(
        _ number: UInt64, level: Severity = .warning, name: String = "blocking/tree"
    )
        -> DiagnosisRequest
    {
        DiagnosisRequest(
            alert: AlertID(fingerprint: number), episode: Timestamp(milliseconds: 1), level: level, name: name,
            labels: Labels())
    }

    /// Everything that waits, in its order.
    private func all(_ queue: DiagnosisQueue) -> [DiagnosisQueue.Job] {
        var queue = queue
        var jobs: [DiagnosisQueue.Job] = []
        while let job = queue.next() { jobs.append(job) }
        return jobs
    }

    @Test("alerts that want the same with the same values share one query; the oldest is asked first")
    func shared() {
        var queue = DiagnosisQueue()
        _ = queue.add(request(1), values: [:])
        _ = queue.add(request(2), values: ["tool": "a"])
        _ = queue.add(request(3), values: [:])
        let jobs = all(queue)
        #expect(jobs.map(\.values) == [[:], ["tool": "a"]])
        #expect(jobs.map { $0.requests.map(\.alert.fingerprint) } == [[1, 3], [2]])
    }

    @Test("a newer request of an alert takes the place of the one that waits")
    func newer() {
        var queue = DiagnosisQueue(limit: 1)
        _ = queue.add(request(1), values: [:])
        let isTaken = queue.add(request(1, level: .critical, name: "blocking/other"), values: [:])
        #expect(isTaken)
        #expect(all(queue).map(\.requests) == [[request(1, level: .critical, name: "blocking/other")]])
    }

    @Test("past the bound it takes no more, but for what shares a query")
    func bound() {
        var queue = DiagnosisQueue(limit: 2)
        let taken = (1...4).map { queue.add(request($0), values: ["n": "\($0)"]) }
        #expect(taken == [true, true, false, false])
        let isShared = queue.add(request(9), values: ["n": "1"])
        #expect(isShared && all(queue).map(\.requests.count) == [2, 1])
    }

    @Test("the database is the one that the alert names, that of its pool, or for a pool the only one")
    func targets() {
        func settings(_ names: [String]) -> AgentSettings {
            AgentSettings(
                history: .init(path: "unused"), databases: names.map { DatabaseSettings(name: $0, dsn: Secret("x")) },
                pools: [
                    PoolSettings(
                        name: "web", kind: .activity(database: names[0], applicationName: "web", max: nil))
                ], route: Route(id: "{}", receiver: "none"), receivers: [])
        }
        let two = DiagnosisTargets(settings(["one", "two"]))
        #expect(two.target(for: ["database": "two"])?.name == "two")
        #expect(two.target(for: ["database": "three"]) == nil)
        #expect(two.target(for: ["pool": "web"])?.name == "one")
        #expect(two.target(for: ["pool": "bouncer"]) == nil)
        let one = DiagnosisTargets(settings(["one"]))
        #expect(one.target(for: ["pool": "bouncer"])?.name == "one")
        #expect(one.target(for: ["process": "app"]) == nil)
    }
}
