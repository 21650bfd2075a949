package import Alerting

/// What waits to be asked of one database, the oldest first. Alerts that want the same with the same values share one
/// query.
package struct DiagnosisQueue: Sendable {
    /// One query, and the alerts that wait for what it finds.
    package struct Job: Sendable, Hashable {
        /// The runbook and its block, as `blocking/tree`.
        package let name: String
        package let values: [String: String]
        package fileprivate(set) var requests: [DiagnosisRequest]
    }

    private var jobs: [Job] = []
    private let limit: Int

    package init(limit: Int = DiagnosisLimits.waiting) {
        self.limit = limit
    }

    package var isEmpty: Bool { jobs.isEmpty }

    /// Puts a request behind those that wait. One of the same alert that still waits gives way to it.
    ///
    /// - Returns: false where too many wait already.
    package mutating func add(_ request: DiagnosisRequest, values: [String: String]) -> Bool {
        for index in jobs.indices { jobs[index].requests.removeAll { $0.alert == request.alert } }
        jobs.removeAll { $0.requests.isEmpty }
        if let place = jobs.firstIndex(where: { $0.name == request.name && $0.values == values }) {
            jobs[place].requests.append(request)
            return true
        }
        guard jobs.count < limit else { return false }
        jobs.append(Job(name: request.name, values: values, requests: [request]))
        return true
    }

    /// Takes out the one that has waited longest; nil where none waits.
    package mutating func next() -> Job? {
        jobs.isEmpty ? nil : jobs.removeFirst()
    }
}
