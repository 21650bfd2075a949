package import Alerting
import Logging
import PromQL

/// Why alerts that were sent are not safe with the agent; to be sent again.
package enum ReceptionProblem: Error, CustomStringConvertible {
    case tooMany(Int)
    case notStored(String)

    package var description: String {
        switch self {
        case .tooMany(let most):
            "the agent holds \(most) alerts of others already, and takes no more until some of them are over"
        case .notStored(let why):
            "the alerts were taken and will be told, but are not on disk, since the history can't be written (\(why))"
        }
    }
}

extension EngineService {
    /// More alerts of others than this don't fire at once.
    package static let mostReceived = 100_000

    /// So many are taken in between two steps.
    private static let receivedAtOnce = 100

    /// When an alert that is sent without an end is over.
    package var resolveTimeout: Duration { engine.resolveTimeout }

    /// Takes over alerts that others sent, and waits until they are stored.
    ///
    /// - Parameter invalid: how many more came that could not be taken.
    package func receive(_ alerts: [ReceivedAlert], invalid: Int = 0) async throws(ReceptionProblem) {
        counters.receivedInvalid += invalid
        guard !alerts.isEmpty else { return }
        let count = engine.rules.receivedCount + receiving
        guard count + alerts.count <= Self.mostReceived else { throw .tooMany(count) }
        tick()
        counters.received += alerts.count
        receiving += alerts.count
        var ofRules = 0
        // Part by part where that tells nobody anything else, so that the first are stored and told while the next are
        // still being taken in.
        let most = engine.mayReceiveInParts ? Self.receivedAtOnce : alerts.count
        for start in stride(from: 0, to: alerts.count, by: most) {
            let part = alerts[start..<min(start + most, alerts.count)]
            ofRules += engine.receive(Array(part), at: now)
            wake.call()
            if part.endIndex < alerts.count { await Task.yield() }
            receiving -= part.count
        }
        if ofRules > 0 {
            logger.notice("\(ofRules) alerts that were sent have the labels of the agent's own; they stay the rules'")
        }
        await stored()
        if let historyFault { throw .notStored(historyFault) }
    }
}
