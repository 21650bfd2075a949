package import PromQL

/// The recent past of one alert in slots of equal length: in which of them it changed between ok and firing.
///
/// The share is Icinga 2's (`lib/icinga/checkable-flapping.cpp`): each slot with a change counts, the newest with
/// 1.2 and the oldest with 0.8, over the number of slots.
package struct FlappingMemory: Hashable, Sendable, Codable {
    /// Whether the alert changed in each finished slot, oldest first; at most the policy's window.
    package private(set) var slots: [Bool]
    package private(set) var changedInThisSlot: Bool
    package private(set) var slotBegan: Timestamp

    package init(at now: Timestamp) {
        slots = []
        changedInThisSlot = false
        slotBegan = now
    }

    /// Moves its time back: the clock that it was written under was ahead.
    mutating func move(back step: Duration) {
        slotBegan = slotBegan - step
    }

    /// Closes the slots that have ended by now, and notes a change in the present one.
    package mutating func advance(to now: Timestamp, slot: Duration, window: Int, changed: Bool) {
        guard slot > .zero, window > 0 else { return }
        var closed = 0
        while now - slotBegan >= slot {
            slots.append(changedInThisSlot)
            changedInThisSlot = false
            slotBegan = slotBegan + slot
            closed += 1
            if closed > window {
                // Longer ago than anything that is remembered: steady all the while.
                slots = []
                slotBegan = now
                break
            }
        }
        if slots.count >= window { slots.removeFirst(slots.count - window + 1) }
        if changed { changedInThisSlot = true }
    }

    /// The weighted share of slots with a change, in per cent.
    package func share(window: Int) -> Double {
        guard window > 1 else { return changedInThisSlot ? 100 : 0 }
        let known = slots + [changedInThisSlot]
        let first = window - known.count
        var sum = 0.0
        for (index, changed) in known.enumerated() where changed {
            sum += 0.8 + 0.4 * Double(first + index) / Double(window - 1)
        }
        return 100 * sum / Double(window)
    }

    /// Nothing is left that could matter.
    package var isQuiet: Bool { !changedInThisSlot && !slots.contains(true) }
}

extension AlertMachine {
    /// Counts changes between ok and firing, and says when they are too many and when they have stopped.
    func watchFlapping(before: Alert, at now: Timestamp, of alert: inout Alert, log: inout EventLog) {
        guard let flapping else {
            alert.machine.flapping = nil
            if alert.isFlapping {
                alert.isFlapping = false
                log.add(.steady, alert, before: before, reason: "the rule no longer watches for flapping")
            }
            return
        }
        let changed = before.phase.isFiring != alert.phase.isFiring
        guard changed || alert.machine.flapping != nil else { return }
        var memory = alert.machine.flapping ?? FlappingMemory(at: now)
        memory.advance(to: now, slot: flappingSlot, window: flapping.window, changed: changed)
        let share = memory.share(window: flapping.window)
        alert.machine.flapping = memory.isQuiet && !alert.isFlapping ? nil : memory
        if !alert.isFlapping && share > flapping.high {
            alert.isFlapping = true
            log.add(.flapping, alert, before: before, reason: "changed in \(Int(share)) % of its recent past")
        } else if alert.isFlapping && share <= flapping.low {
            alert.isFlapping = false
            let state = alert.phase.isFiring ? "firing" : "well"
            log.add(.steady, alert, before: before, reason: "settled: \(state)")
        }
    }

    /// The length of a slot: no shorter than an evaluation, and such that the fastest cycle changes once in each.
    var flappingSlot: Duration {
        switch condition {
        case .levels(let levels):
            let cycle = levels.first.map { $0.raiseFor + $0.clearFor } ?? .zero
            return max(interval, cycle / 2)
        case .presence(let holdFor, let keepFiringFor):
            return max(interval, (holdFor + keepFiringFor) / 2)
        }
    }
}
