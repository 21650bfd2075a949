import PromQL

extension AlertMachine {
    /// One reading of a rule in Prometheus's form, as Prometheus's `AlertingRule.Eval` has it: an element means
    /// active; `for` counts from the first evaluation that gave it; `keep_firing_for` from the first that did not.
    ///
    /// - Parameter value: nil where the element is absent.
    func observePresence(
        holdFor: Duration, keepFiringFor: Duration, value: Double?, reason: String?, at now: Timestamp,
        of alert: inout Alert, log: inout EventLog
    ) {
        let before = alert
        alert.machine.lastReading = now
        guard let value else {
            observeAbsence(keepFiringFor: keepFiringFor, reason: reason, at: now, of: &alert, log: &log)
            return
        }
        alert.machine.keepFiringSince = nil
        let since = alert.machine.activeSince ?? now
        alert.machine.activeSince = since
        switch before.phase {
        case .firing:
            alert.peak = alert.peak ?? value
        case .recovering:
            alert.phase = .firing
            log.add(.recoveringEnded, alert, before: before)
        case .inactive, .pending, .resolved:
            if now - since >= holdFor {
                begin(at: now, value: value, of: &alert)
                log.add(.fired, alert, before: before)
            } else if before.phase != .pending {
                alert.phase = .pending
                alert.pendingSince = now
                log.add(.pending, alert, before: before)
            }
        }
    }

    private func observeAbsence(
        keepFiringFor: Duration, reason: String?, at now: Timestamp, of alert: inout Alert, log: inout EventLog
    ) {
        let before = alert
        switch before.phase {
        case .inactive, .resolved:
            return
        case .pending:
            alert.phase = .inactive
            alert.pendingSince = nil
            alert.isStale = false
            alert.machine.activeSince = nil
            log.add(.pendingEnded, alert, before: before, reason: reason)
        case .firing, .recovering:
            let since = alert.machine.keepFiringSince ?? now
            if now - since < keepFiringFor {
                alert.machine.keepFiringSince = since
                alert.phase = .recovering
                if before.phase == .firing { log.add(.recovering, alert, before: before, reason: reason) }
                return
            }
            alert.machine.keepFiringSince = nil
            alert.machine.activeSince = nil
            end(at: now, value: nil, reason: reason, of: &alert)
            log.add(.resolved, alert, before: before, reason: reason)
        }
    }
}
