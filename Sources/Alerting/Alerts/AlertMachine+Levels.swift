import PromQL

extension AlertMachine {
    /// One reading of a rule with levels.
    ///
    /// - Parameter value: nil where the thing is gone: every clear condition is taken to hold.
    func observeLevels(
        _ levels: [LevelRule], value: Double?, reason: String?, at now: Timestamp, of alert: inout Alert,
        log: inout EventLog
    ) {
        let before = alert
        prepareLatches(levels, of: &alert)
        let elapsed = elapsedSinceReading(now, of: alert)
        alert.machine.lastReading = now

        advance(levels, value: value, by: elapsed, of: &alert)
        latchReached(levels, of: &alert)
        let isOver = dropCleared(levels, of: &alert)

        let latched = alert.machine.latches.lastIndex { $0.isLatched }
        guard let latched else {
            leaveFiring(isOver: isOver, value: value, reason: reason, at: now, of: &alert, before: before, log: &log)
            return
        }
        show(levels[latched], of: &alert)
        if !before.phase.isFiring {
            begin(at: now, value: value, of: &alert)
            log.add(.fired, alert, before: before)
        } else {
            if let value { alert.peak = levels[latched].furthest(of: alert.peak, and: value) }
            noteLevel(value: value, reason: reason, of: &alert, before: before, log: &log)
        }
        notePhase(reason: reason, of: &alert, before: before, log: &log)
    }

    /// Makes the memory's latches those of the rule, lowest first. A reload may have changed the levels: what is
    /// latched stays so under its name, and a latched level that is no more counts for the highest one left below it.
    func prepareLatches(_ levels: [LevelRule], of alert: inout Alert) {
        let old = alert.machine.latches
        guard old.map(\.level) != levels.map(\.level) else { return }
        let highest = old.last { $0.isLatched }?.level
        alert.machine.latches = levels.enumerated().map { index, rule in
            var latch = old.first { $0.level == rule.level } ?? Memory.Latch(level: rule.level)
            if let highest { latch.isLatched = rule.level <= highest || index == 0 }
            return latch
        }
    }

    /// How far the timers advance: the time since the last reading that told something, at most two intervals.
    private func elapsedSinceReading(_ now: Timestamp, of alert: Alert) -> Duration {
        guard let last = alert.machine.lastReading, now > last else { return .zero }
        return min(now - last, interval * 2)
    }

    private func advance(_ levels: [LevelRule], value: Double?, by elapsed: Duration, of alert: inout Alert) {
        for (index, rule) in levels.enumerated() {
            var latch = alert.machine.latches[index]
            let raises = value.map(rule.raise.holds) ?? false
            let clears = value.map(rule.clear.holds) ?? true
            if latch.isLatched {
                latch.raising = nil
                latch.clearing = clears ? (latch.clearing.map { $0 + elapsed } ?? .zero) : nil
            } else {
                latch.clearing = nil
                latch.raising = raises ? (latch.raising.map { $0 + elapsed } ?? .zero) : nil
            }
            alert.machine.latches[index] = latch
        }
    }

    private func latchReached(_ levels: [LevelRule], of alert: inout Alert) {
        let reached = levels.indices.last { index in
            let latch = alert.machine.latches[index]
            guard let raising = latch.raising else { return false }
            return !latch.isLatched && raising >= levels[index].raiseFor
        }
        guard let reached else { return }
        for index in 0...reached {
            alert.machine.latches[index].isLatched = true
            alert.machine.latches[index].raising = nil
            alert.machine.latches[index].clearing = nil
        }
    }

    /// Drops the levels whose clear condition has held for long enough.
    ///
    /// - Returns: true where that ended the alert.
    private func dropCleared(_ levels: [LevelRule], of alert: inout Alert) -> Bool {
        let latched = alert.machine.latches.indices.filter { alert.machine.latches[$0].isLatched }
        guard !latched.isEmpty else { return false }
        func isDone(_ index: Int) -> Bool {
            guard let clearing = alert.machine.latches[index].clearing else { return false }
            return clearing >= levels[index].clearFor
        }
        if latched.allSatisfy({ alert.machine.latches[$0].clearing != nil }) {
            guard latched.allSatisfy(isDone) else { return false }
            for index in latched {
                alert.machine.latches[index].isLatched = false
                alert.machine.latches[index].clearing = nil
            }
            return true
        }
        for index in latched.reversed() {
            guard isDone(index) else { break }
            alert.machine.latches[index].isLatched = false
            alert.machine.latches[index].clearing = nil
        }
        return false
    }

    private func leaveFiring(
        isOver: Bool, value: Double?, reason: String?, at now: Timestamp, of alert: inout Alert, before: Alert,
        log: inout EventLog
    ) {
        if isOver || before.phase.isFiring {
            end(at: now, value: value, reason: reason, of: &alert)
            log.add(.resolved, alert, before: before, reason: reason)
            // The level stays with the resolved alert, so that its resolve is routed and shown as what it was.
            return
        }
        let isPending = alert.machine.latches.contains { $0.raising != nil }
        if isPending && before.phase != .pending {
            alert.phase = .pending
            alert.level = nil
            alert.pendingSince = now
            log.add(.pending, alert, before: before)
        } else if !isPending && before.phase == .pending {
            alert.phase = .inactive
            alert.level = nil
            alert.pendingSince = nil
            alert.isStale = false
            log.add(.pendingEnded, alert, before: before, reason: reason)
        }
    }

    private func noteLevel(
        value: Double?, reason: String?, of alert: inout Alert, before: Alert, log: inout EventLog
    ) {
        guard let level = alert.level, let old = before.level, level != old else { return }
        if level > old {
            alert.raisedValue = value ?? alert.raisedValue
            log.add(.raised, alert, before: before)
        } else {
            log.add(.lowered, alert, before: before, reason: reason)
        }
    }

    private func notePhase(reason: String?, of alert: inout Alert, before: Alert, log: inout EventLog) {
        let recovers = alert.machine.latches.allSatisfy { !$0.isLatched || $0.clearing != nil }
        alert.phase = recovers ? .recovering : .firing
        if recovers && before.phase != .recovering {
            log.add(.recovering, alert, before: before, reason: reason)
        } else if !recovers && before.phase == .recovering {
            log.add(.recoveringEnded, alert, before: before)
        }
    }
}

extension LevelRule {
    /// The one of two values that lies further beyond the raise condition.
    func furthest(of known: Double?, and value: Double) -> Double {
        guard let known else { return value }
        switch raise.comparison {
        case .greater, .greaterOrEqual: return max(known, value)
        case .less, .lessOrEqual: return min(known, value)
        case .equal, .notEqual: return raise.holds(value) ? value : known
        }
    }
}
