import Alerting
import Logging
import PromQL
import Synchronization

/// What the engine's shell writes into the log.
extension EngineService {
    /// Says once which rules have a selector that has never found a series: a mistyped name raises nothing, for ever.
    func reportSilentRules() {
        let silent = ruleGroups.flatMap { group, health in
            zip(group.rules, health).filter { !$1.unmatched.isEmpty && $1.last != nil }.map(\.0.name)
        }
        guard !silent.isEmpty else { return }
        logger.notice(
            """
            \(silent.count) rules have a selector that has never found a series since they were loaded; `tocsin check \
            --agent` names the selectors
            """, metadata: ["rules": "\(silent.sorted().joined(separator: ", "))"])
    }

    /// Writes down what happened, beside the steps.
    nonisolated func writeLog(_ all: AsyncStream<[StoreRecord]>) async {
        for await records in all {
            for record in records where !Task.isCancelled {
                switch record {
                case .event(let event): log(event)
                case .ledger(let entry): log(entry)
                case .alert, .removeAlert, .group, .removeGroup, .outbox, .removeOutbox, .silence, .removeSilence,
                    .heartbeat, .removeHeartbeat, .acknowledgement, .removeAcknowledgement:
                    break
                }
            }
            unlogged.subtract(records.count, ordering: .relaxed)
        }
    }

    /// Whether the log tells a record.
    nonisolated func isLogged(_ record: StoreRecord) -> Bool {
        switch record {
        case .event: logger.logLevel <= .info
        case .ledger(let entry): logger.logLevel <= Self.level(of: entry)
        case .alert, .removeAlert, .group, .removeGroup, .outbox, .removeOutbox, .silence, .removeSilence, .heartbeat,
            .removeHeartbeat, .acknowledgement, .removeAcknowledgement:
            false
        }
    }

    private static func level(of entry: LedgerEntry) -> Logger.Level {
        switch entry.kind {
        case .merged, .delivered, .withheld, .escalated: .info
        // What becomes of them is told.
        case .queued, .attempt: .debug
        case .retry: .warning
        case .rejected, .givenUp: .error
        }
    }

    private nonisolated func log(_ event: AlertEvent) {
        if event.kind == .silenceBegan || event.kind == .silenceEnded {
            logger.info(
                "\(event.kind == .silenceBegan ? "a silence began" : "a silence ended"): \(event.reason ?? "")",
                metadata: ["silence": "\(event.labels["silence"] ?? "")", "of": "\(event.summary ?? "")"])
            return
        }
        var metadata: Logger.Metadata = ["alert": "\(event.labels)", "id": "\(event.alert)"]
        if let level = event.level { metadata["level"] = "\(level)" }
        if let value = event.value { metadata["value"] = "\(value)" }
        if let reason = event.reason { metadata["reason"] = "\(reason)" }
        logger.info("alert \(event.kind.rawValue)", metadata: metadata)
    }

    /// Says once that a destination does not work, and once that it works again.
    func logCircuit(of destination: Destination, wasOpen: Bool, _ outcome: DeliveryOutcome) {
        let isOpen = engine.planner.isCircuitOpen(to: destination)
        guard isOpen != wasOpen else { return }
        if isOpen, case .retry(let reason, _, _) = outcome {
            logger.error(
                """
                \(destination) has not taken \(CircuitBreaker.opensAfter) messages in a row: single ones are tried until \
                it takes one, the others wait; last: \(reason)
                """)
        } else if !isOpen {
            logger.notice("\(destination) takes messages again")
        }
    }

    private nonisolated func log(_ entry: LedgerEntry) {
        logger.log(
            level: Self.level(of: entry), "notification \(entry.kind.rawValue): \(entry.reason)",
            metadata: ["to": "\(entry.destination)", "group": "\(entry.groupKey)"])
    }
}
