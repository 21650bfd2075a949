package import Alerting
import PromQL

/// Why a heartbeat was not taken.
package enum HeartbeatProblem: Error, CustomStringConvertible {
    case unknown(String)
    case notStored(String)

    package var description: String {
        switch self {
        case .unknown(let name): "no heartbeat `\(Evidence.cell(name))` is waited for; add it to `heartbeats`"
        case .notStored(let why):
            "the heartbeat was taken, but is not on disk, since the history can't be written (\(why))"
        }
    }
}

extension EngineService {
    /// Takes note that a heartbeat came, and waits until that is stored.
    package func beat(_ name: String) async throws(HeartbeatProblem) {
        tick()
        guard engine.beat(name, at: now) else { throw .unknown(name) }
        await stored()
        if let historyFault { throw .notStored(historyFault) }
    }

    /// Every heartbeat that is waited for, by name.
    package func heartbeats() -> [HeartbeatStanding] { engine.heartbeats.standings(at: now) }
}
