import Alerting
import PromQL
import Support
import Testing

/// The state machine with levels: values over time in, transitions out.
@Suite("Levels")
struct LevelMachineTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let what: String
        let readings: String
        let events: String
        let phase: Alert.Phase

        var testDescription: String { what }
    }

    static let rows: [Row] = [
        Row(what: "well stays well", readings: "0.1 0.5 0.79", events: ". . .", phase: .inactive),
        Row(
            what: "ok to pending, and firing once raise has held for its time", readings: "0.85 0.85 0.85",
            events: "pending . fired(warning)", phase: .firing),
        Row(
            what: "pending ends where raise no longer holds, also in the dead band", readings: "0.85 0.75 0.85 0.85",
            events: "pending pending_ended pending .", phase: .pending),
        Row(
            what: "pending ends where the series is gone", readings: "0.85 -", events: "pending pending_ended",
            phase: .inactive),
        Row(
            what: "a higher level fires first where its time is shorter, and latches those below",
            readings: "0.99 0.99", events: "pending fired(critical)", phase: .firing),
        Row(
            what: "escalates from warning", readings: "0.85 0.85 0.85 0.97 0.97",
            events: "pending . fired(warning) . raised(critical)", phase: .firing),
        Row(
            what: "falls to warning while warning's clear does not hold", readings: "0.99 0.99 0.85 0.85 0.85",
            events: "pending fired(critical) . lowered(warning) .", phase: .firing),
        Row(
            what: "while all clear nothing falls: it resolves after the longest clear_for",
            readings: "0.99 0.99 0.5 0.5 0.5",
            events: "pending fired(critical) recovering(critical) . resolved(critical)",
            phase: .resolved),
        Row(
            what: "recovering ends in the dead band, and its time begins anew",
            readings: "0.85 0.85 0.85 0.6 0.75 0.6 0.6 0.6",
            events:
                "pending . fired(warning) recovering(warning) recovering_ended(warning) recovering(warning) . resolved(warning)",
            phase: .resolved),
        Row(
            what: "recovering is broken by a raise", readings: "0.85 0.85 0.85 0.6 0.85",
            events: "pending . fired(warning) recovering(warning) recovering_ended(warning)", phase: .firing),
        Row(
            what: "recovering escalates", readings: "0.85 0.85 0.85 0.6 0.99 0.99",
            events: "pending . fired(warning) recovering(warning) recovering_ended(warning) raised(critical)",
            phase: .firing),
        Row(
            what: "the dead band changes nothing while firing", readings: "0.85 0.85 0.85 0.75 0.72 0.79 0.70",
            events: "pending . fired(warning) . . . .", phase: .firing),
        Row(
            what: "a thing that is gone resolves after clear_for", readings: "0.85 0.85 0.85 - - -",
            events: "pending . fired(warning) recovering(warning) . resolved(warning)", phase: .resolved),
        Row(
            what: "missing data is not recovery: the state is held and marked", readings: "0.85 0.85 0.85 ? ? ? 0.85",
            events: "pending . fired(warning) stale(warning) . . fresh(warning)", phase: .firing),
        Row(
            what: "time without data neither counts nor resets", readings: "0.85 0.85 ? ? 0.85 0.85",
            events: "pending . stale . fresh fired(warning)", phase: .firing),
        Row(
            what: "NaN is missing", readings: "0.85 0.85 0.85 nan 0.85",
            events: "pending . fired(warning) stale(warning) fresh(warning)", phase: .firing),
        Row(
            what: "an evaluation error holds the state and is shown once", readings: "0.85 0.85 0.85 ! ! 0.85",
            events: "pending . fired(warning) failed(warning) . evaluated(warning)", phase: .firing),
        Row(
            what: "fires again after it was resolved", readings: "0.99 0.99 0.5 0.5 0.5 0.99 0.99",
            events: "pending fired(critical) recovering(critical) . resolved(critical) pending fired(critical)",
            phase: .firing),
        Row(
            what: "a pending that ends after a resolve leaves it well", readings: "0.99 0.99 0.5 0.5 0.5 0.99 0.5",
            events: "pending fired(critical) recovering(critical) . resolved(critical) pending pending_ended",
            phase: .inactive),
    ]

    @Test("every exit of every state", arguments: rows)
    func table(row: Row) throws {
        var table = MachineTable(try MachineTable.pool())
        #expect(table.run(row.readings) == row.events)
        #expect(table.alert.phase == row.phase)
    }

    @Test("for: 0s fires at once, and clear_for: 0s resolves at once")
    func immediate() throws {
        var table = MachineTable(.levels([try MachineTable.level(.warning, "> 0", "<= 0")]))
        #expect(table.run("1 0 1") == "fired(warning) resolved(warning) fired(warning)")
    }

    @Test("a condition on small values works the same")
    func below() throws {
        var table = MachineTable(.levels([try MachineTable.level(.critical, "< 1", ">= 1", 10, 10)]))
        #expect(table.run("1 0 0 1 1") == ". pending fired(critical) recovering(critical) resolved(critical)")
    }

    @Test("no_data: alert fires a well alert at its lowest level after three intervals")
    func noDataAlert() throws {
        var table = MachineTable(try MachineTable.pool(), noData: .alert)
        #expect(table.run("0.1 ? ? ? ?") == ". . . . no_data+fired(warning)")
        #expect(table.alert.hasNoData)
        #expect(table.run("0.1 0.1 0.1") == "fresh(warning)+recovering(warning) . resolved(warning)")
    }

    @Test("no_data: alert says nothing where another alert explains it")
    func noDataExplained() throws {
        var table = MachineTable(try MachineTable.pool(), noData: .alert)
        _ = table.run("0.1")
        for step in 1...10 {
            let events = table.machine.observe(
                .unknown(reason: "down", isExplained: true), at: table.now + .seconds(10 * step), of: &table.copy)
            #expect(events.isEmpty)
        }
    }

    @Test("no_data: ok takes missing for well")
    func noDataOK() throws {
        var table = MachineTable(try MachineTable.pool(), noData: .ok)
        #expect(table.run("0.85 0.85 0.85 ? ? ?") == "pending . fired(warning) recovering(warning) . resolved(warning)")
    }

    @Test("a long gap between two readings counts as two intervals at most")
    func gap() throws {
        let condition = AlertRule.Condition.levels([try MachineTable.level(.warning, "> 0", "<= 0", 60, 60)])
        let machine = AlertMachine(condition: condition, interval: .seconds(10))
        let labels: Labels = ["alertname": "Test"]
        var now = Timestamp(milliseconds: 0)
        var alert = Alert(id: AlertID(labels: labels), rule: "Test", labels: labels, runbook: nil, at: now)
        _ = machine.observe(.value(1), at: now, of: &alert)
        now = now + .seconds(3600)
        #expect(machine.observe(.value(1), at: now, of: &alert).isEmpty)
        #expect(alert.phase == .pending)
    }

    @Test("the values at raise, at the peak and at clear are kept")
    func values() throws {
        var table = MachineTable(try MachineTable.pool())
        _ = table.run("0.85 0.86 0.87 0.93 0.88 0.6 0.5 0.4")
        #expect(table.alert.raisedValue == 0.87)
        #expect(table.alert.peak == 0.93)
        #expect(table.alert.clearedValue == 0.4)
        #expect(table.alert.threshold == "> 0.80")
    }

    @Test("changed thresholds keep what is latched")
    func reload() throws {
        var table = MachineTable(try MachineTable.pool())
        _ = table.run("0.99 0.99")
        let only = AlertMachine(
            condition: .levels([try MachineTable.level(.warning, "> 0.5", "< 0.4", 0, 0)]), interval: .seconds(10))
        let events = only.observe(.value(0.99), at: table.now, of: &table.copy)
        #expect(events.map(\.kind) == [.lowered])
        #expect(table.copy.phase == .firing)
    }

    @Test("invariants over random values", arguments: 0..<300)
    func invariants(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let clearFor = Duration.seconds(Int(random.next() % 5) * 10)
        let raiseFor = Duration.seconds(Int(random.next() % 4) * 10)
        let level = LevelRule(
            level: .warning, raise: try Threshold("> 80"), clear: try Threshold("< 70"), raiseFor: raiseFor,
            clearFor: clearFor)
        let machine = AlertMachine(condition: .levels([level]), interval: .seconds(10))
        let labels: Labels = ["alertname": "Test"]
        var now = Timestamp(milliseconds: 0)
        var alert = Alert(id: AlertID(labels: labels), rule: "Test", labels: labels, runbook: nil, at: now)
        var isFiring = false
        var clearSince: Timestamp?
        var raiseSince: Timestamp?
        for _ in 0..<200 {
            now = now + .seconds(10)
            let value = Double(random.next() % 100)
            let before = alert.phase
            let events = machine.observe(.value(value), at: now, of: &alert)
            clearSince = value < 70 ? clearSince ?? now : nil
            raiseSince = value > 80 ? raiseSince ?? now : nil
            for event in events {
                if event.kind == .fired {
                    #expect(!isFiring, "two raises without a resolve between")
                    #expect(raiseSince.map { now - $0 >= raiseFor } ?? false, "raised before `for`")
                    isFiring = true
                }
                if event.kind == .resolved {
                    #expect(isFiring, "a resolve without a raise")
                    #expect(clearSince.map { now - $0 >= clearFor } ?? false, "resolved before clear_for")
                    isFiring = false
                }
            }
            if (70...80).contains(value) {
                #expect(before.isFiring == alert.phase.isFiring, "the dead band changed ok or firing")
            }
        }
    }
}

extension MachineTable {
    var copy: Alert {
        get { alert }
        set { replace(newValue) }
    }
}
