import Alerting
import History
import PromQL
import Testing

/// What every implementation of `HistoryStore` must do.
@Suite struct HistoryContractTests {
    @Test("A new history is empty", arguments: StoreKind.allCases)
    func newIsEmpty(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let state = try await store.load()
            #expect(state == StoredState())
            #expect(try await store.events(EventQuery()) == EventPage())
            #expect(try await store.ledger(LedgerQuery()) == LedgerPage())
            #expect(try await store.prune(before: Make.time(1_000)) == 0)
        }
    }

    @Test("The last entry is the one written last, not the one with the latest time", arguments: StoreKind.allCases)
    func lastEntry(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.commit([.ledger(Make.entry(at: 3_600)), .event(Make.event(at: 3_500))])
            #expect(try await store.lastMarks().lastEntry == Make.time(3_600))
            try await store.commit([.ledger(Make.entry(at: 7)), .event(Make.event(at: 5))])
            #expect(try await store.lastMarks().lastEntry == Make.time(7))
        }
    }

    @Test("States come back as they were written, the last word counts", arguments: StoreKind.allCases)
    func statesComeBack(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var changed = Make.alert("PoolFull")
            changed.phase = .resolved
            changed.level = nil
            let infinite = Make.alert("Ratio", value: -.infinity)
            var frozen = Make.message(8)
            frozen.state = .frozen
            frozen.lastError = "timeout"
            try await store.commit([
                .alert(Make.alert("PoolFull")), .alert(Make.alert("Gone")), .alert(infinite),
                .group(Make.group()), .group(Make.group("other")), .outbox(Make.message(7)), .outbox(Make.message(8)),
            ])
            try await store.commit([
                .alert(changed), .removeAlert(Make.alert("Gone").id), .removeGroup(Make.group("other").id),
                .outbox(frozen), .removeOutbox(7),
            ])
            let state = try await store.load()
            #expect(state.alerts == [changed, infinite].sorted { $0.id < $1.id })
            #expect(state.groups == [Make.group()])
            #expect(state.outbox == [frozen])
        }
    }

    @Test("An event comes back with its evidence, and without where it has none", arguments: StoreKind.allCases)
    func evidence(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var diagnosed = Make.event(at: 2, kind: .diagnosed)
            diagnosed.evidence = Evidence(
                title: "blocking/tree on main", columns: ["pid", "\"q\""], rows: [["1", "a\\b"], ["2", ""]],
                omittedRows: 7, takenAt: Make.time(1))
            var failed = Make.event(at: 3, kind: .diagnosed, reason: "permission denied")
            failed.evidence = Evidence(title: "x", columns: [], rows: [], failure: "permission denied")
            try await store.commit([.event(Make.event(at: 1)), .event(diagnosed), .event(failed)])
            let page = try await store.events(EventQuery())
            #expect(page.events == [failed, diagnosed, Make.event(at: 1)])
            #expect(try await store.events(EventQuery(kinds: [.diagnosed])).events == [failed, diagnosed])
        }
    }

    @Test("Silences come back, changed and removed", arguments: StoreKind.allCases)
    func silences(kind: StoreKind) async throws {
        try await kind.withStore { store in
            var changed = try Make.silence("a")
            let other = try Make.silence("b", comment: "it's \"odd\"\n–")
            try await store.commit([.silence(changed), .silence(other), .silence(try Make.silence("c"))])
            changed.endsAt = Make.time(99)
            changed.noted = .active
            try await store.commit([.removeSilence("c"), .silence(changed)])
            try await store.commit([.silence(changed)])
            #expect(try await store.load().silences == [changed, other])
            _ = try await store.prune(before: Make.time(1_000))
            #expect(try await store.load().silences.count == 2)
        }
    }

    @Test("Records of one commit take effect in their order", arguments: StoreKind.allCases)
    func orderWithinCommit(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let alert = Make.alert("PoolFull")
            try await store.commit([.alert(alert), .removeAlert(alert.id)])
            #expect(try await store.load().alerts.isEmpty)
            try await store.commit([.removeAlert(alert.id), .alert(alert)])
            #expect(try await store.load().alerts == [alert])
            var leased = Make.message(7)
            leased.state = .leased
            let (first, last) = (Make.group(outstanding: 7), Make.group())
            try await store.commit([.group(first), .outbox(Make.message(7)), .outbox(leased), .outbox(Make.message(8))])
            #expect(try await store.load().outbox == [leased, Make.message(8)])
            try await store.commit([.outbox(leased), .removeOutbox(7), .group(first), .group(last)])
            let state = try await store.load()
            #expect(state.outbox == [Make.message(8)] && state.groups == [last])
        }
    }

    @Test("Writing the same again changes nothing", arguments: StoreKind.allCases)
    func idempotent(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let records: [StoreRecord] = [
                .alert(Make.alert("PoolFull")), .event(Make.event(at: 1)), .event(Make.event(at: 1, kind: .raised)),
                .group(Make.group()), .outbox(Make.message(7)), .ledger(Make.entry(at: 1)),
                .ledger(Make.entry(at: 1, kind: .attempt)),
            ]
            try await store.commit(records)
            try await store.commit(records)
            #expect(try await store.load().alerts.count == 1)
            #expect(try await store.events(EventQuery()).events.count == 2)
            #expect(try await store.ledger(LedgerQuery()).entries.count == 2)
        }
    }

    @Test("An event comes back whole, numbers that are not finite too", arguments: StoreKind.allCases)
    func eventsComeBack(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let plain = Make.event(at: 1, reason: "because")
            let bare = Make.event("Bare", [:], at: 2, kind: .resolved, level: nil, value: nil)
            let odd = ["quote\"": "back\\slash\n\u{1}", "é": "\u{7F}–🐘/\t\r"]
            let infinite = Make.event("Odd", odd, at: 3, value: .infinity)
            try await store.commit([.event(plain), .event(bare), .event(infinite)])
            let page = try await store.events(EventQuery(order: .oldestFirst))
            #expect(page == EventPage(events: [plain, bare, infinite]))
            try await store.commit([.event(Make.event(at: 4, value: .nan))])
            #expect(try await store.events(EventQuery()).events.first?.value?.isNaN == true)
        }
    }

    static let events: [AlertEvent] = [
        Make.event("PoolFull", ["pool": "a", "team": "db"], at: 0, kind: .pending, level: nil),
        Make.event("PoolFull", ["pool": "a", "team": "db"], at: 10, level: .warning),
        Make.event("PoolFull", ["pool": "b"], at: 20, level: .critical),
        Make.event("PoolFull", ["pool": "a", "team": "db"], at: 30, kind: .resolved, level: nil),
        Make.event("Down", ["database": "main", "severity": "page"], at: 40, level: nil),
        Make.event("Down", ["database": "it's \"odd\""], at: 50, kind: .raised, level: .critical),
    ]

    /// A query, and which of `events` it must give, oldest first.
    static let queries: [(name: String, query: EventQuery, wanted: [Int])] = [
        ("all", EventQuery(), [0, 1, 2, 3, 4, 5]),
        ("from is included", EventQuery(from: Make.time(30)), [3, 4, 5]),
        ("to is excluded", EventQuery(to: Make.time(30)), [0, 1, 2]),
        ("between", EventQuery(from: Make.time(10), to: Make.time(40)), [1, 2, 3]),
        ("alert", EventQuery(alert: events[0].alert), [0, 1, 3]),
        ("rule", EventQuery(rule: "Down"), [4, 5]),
        ("unknown rule", EventQuery(rule: "down"), []),
        ("level", EventQuery(levels: [.critical]), [2, 5]),
        ("levels", EventQuery(levels: [.critical, .warning]), [1, 2, 5]),
        ("kind", EventQuery(kinds: [.fired]), [1, 2, 4]),
        ("kinds", EventQuery(kinds: [.pending, .resolved, .raised]), [0, 3, 5]),
        ("label", EventQuery(labels: ["pool": "a"]), [0, 1, 3]),
        ("labels", EventQuery(labels: ["pool": "a", "team": "web"]), []),
        ("label with quotes", EventQuery(labels: ["database": "it's \"odd\""]), [5]),
        ("level as label", EventQuery(labels: ["severity": "critical"]), [2, 5]),
        ("severity of its own", EventQuery(labels: ["severity": "page"]), [4]),
        ("level and label", EventQuery(labels: ["severity": "critical", "pool": "b"]), [2]),
        ("equal", EventQuery(matchers: matchers(("pool", .equal, "b"))), [2]),
        ("absent", EventQuery(matchers: matchers(("pool", .equal, ""))), [4, 5]),
        ("not equal", EventQuery(matchers: matchers(("pool", .notEqual, "a"))), [2, 4, 5]),
        ("matches", EventQuery(matchers: matchers(("pool", .matches, "a|b"), ("team", .matches, "d.*"))), [0, 1, 3]),
        ("not matches", EventQuery(matchers: matchers(("database", .notMatches, ".+"))), [0, 1, 2, 3]),
        ("severity matches", EventQuery(matchers: matchers(("severity", .matches, "crit.*|page"))), [2, 4, 5]),
        ("no severity", EventQuery(matchers: matchers(("severity", .equal, ""))), [0, 3]),
        ("alert and label", EventQuery(alert: events[0].alert, labels: ["pool": "b"]), []),
        ("alert and kind", EventQuery(alert: events[0].alert, kinds: [.fired]), [1]),
    ]

    static func matchers(_ parts: (String, Matcher.Operation, String)...) -> [Matcher] {
        parts.compactMap { try? Matcher($0.0, $0.1, $0.2) }
    }

    @Test("Every filter of events gives what it says, in both orders", arguments: StoreKind.allCases)
    func eventFilters(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.commit(Self.events.map(StoreRecord.event))
            for (name, query, wanted) in Self.queries {
                let expected = wanted.map { Self.events[$0] }
                var query = query
                query.order = .oldestFirst
                #expect(try await store.events(query).events == expected, "\(name), oldest first")
                query.order = .newestFirst
                #expect(try await store.events(query).events == expected.reversed(), "\(name), newest first")
                query.limit = 1
                #expect(try await store.allEvents(query) == expected.reversed(), "\(name), page by page")
                query.order = .oldestFirst
                #expect(try await store.allEvents(query) == expected, "\(name), page by page, oldest first")
            }
        }
    }

    @Test("Every filter of the ledger gives what it says", arguments: StoreKind.allCases)
    func ledgerFilters(kind: StoreKind) async throws {
        let entries: [LedgerEntry] = [
            Make.entry(at: 0, kind: .queued),
            Make.entry(at: 1, kind: .withheld, receiver: "web", alerts: [Make.alert("Down")], message: nil),
            Make.entry(at: 2, kind: .delivered, alerts: [Make.alert("Down"), Make.alert("PoolFull")], message: 8),
            Make.entry(at: 3, kind: .rejected, index: 1, alerts: [], message: 9),
        ]
        let queries: [(String, LedgerQuery, [Int])] = [
            ("all", LedgerQuery(), [0, 1, 2, 3]),
            ("time", LedgerQuery(from: Make.time(1), to: Make.time(3)), [1, 2]),
            ("alert", LedgerQuery(alert: Make.alert("Down").id), [1, 2]),
            ("receiver", LedgerQuery(receiver: "ops"), [0, 2, 3]),
            ("destination", LedgerQuery(destination: Make.destination("ops", index: 1)), [3]),
            ("message", LedgerQuery(message: 8), [2]),
            ("kind", LedgerQuery(kinds: [.withheld]), [1]),
            ("kinds", LedgerQuery(kinds: [.queued, .rejected]), [0, 3]),
            ("receiver and alert", LedgerQuery(alert: Make.alert("Down").id, receiver: "web"), [1]),
        ]
        try await kind.withStore { store in
            try await store.commit(entries.map(StoreRecord.ledger))
            for (name, query, wanted) in queries {
                var query = query
                query.order = .oldestFirst
                #expect(try await store.ledger(query).entries == wanted.map { entries[$0] }, "\(name)")
                query.order = .newestFirst
                #expect(try await store.ledger(query).entries == wanted.reversed().map { entries[$0] }, "\(name)")
                query.limit = 1
                let first = try await store.ledger(query)
                #expect((first.next != nil) == (wanted.count > 1), "\(name)")
            }
        }
    }

    @Test("Newest first, pages stay as they were while rows are added", arguments: StoreKind.allCases)
    func stablePages(kind: StoreKind) async throws {
        try await kind.withStore { store in
            // Several at the same time: the number decides.
            let first = (0..<20).map { Make.event(at: Double($0 / 4), value: Double($0)) }
            try await store.commit(first.map(StoreRecord.event))
            var query = EventQuery(limit: 6)
            var seen: [AlertEvent] = []
            repeat {
                let page = try await store.events(query)
                seen += page.events
                query.cursor = page.next
                // Both later and, as after a clock that was set back, earlier than what was shown.
                try await store.commit([
                    .event(Make.event(at: 100 + Double(seen.count))),
                    .event(Make.event(at: 0.001 * Double(seen.count), value: 99)),
                ])
            } while query.cursor != nil
            #expect(seen == first.reversed())
        }
    }

    @Test("Oldest first, a reader who goes on meets what was added", arguments: StoreKind.allCases)
    func followingPages(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.commit((0..<3).map { .event(Make.event(at: Double($0))) })
            let page = try await store.events(EventQuery(order: .oldestFirst, limit: 2))
            try await store.commit([.event(Make.event(at: 3))])
            let rest = try await store.events(EventQuery(order: .oldestFirst, limit: 2, cursor: page.next))
            #expect(rest.events == [Make.event(at: 2), Make.event(at: 3)])
            #expect(rest.next == nil)
        }
    }

    @Test("A cursor that is not one is refused", arguments: StoreKind.allCases)
    func badCursors(kind: StoreKind) async throws {
        try await kind.withStore { store in
            for text in ["", "1", "n.1.2", "n.a.2.3", "x.1.2.3", "o.1.2.3", "n.1.2.3.4", "n.1.2.9999999999999999999"] {
                await #expect(throws: HistoryError.badCursor(text)) {
                    try await store.events(EventQuery(cursor: text))
                }
                await #expect(throws: HistoryError.badCursor(text)) {
                    try await store.ledger(LedgerQuery(cursor: text))
                }
            }
        }
    }

    @Test("A page holds at most a thousand rows and at least one", arguments: StoreKind.allCases)
    func pageLimits(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.commit((0..<1_200).map { .event(Make.event(at: Double($0))) })
            #expect(try await store.events(EventQuery(limit: 5_000)).events.count == 1_000)
            #expect(try await store.events(EventQuery(limit: 0)).events.count == 1)
            #expect(try await store.allEvents(EventQuery(limit: 5_000)).count == 1_200)
        }
    }

    @Test("Pruning forgets old events and entries, and nothing else", arguments: StoreKind.allCases)
    func pruning(kind: StoreKind) async throws {
        try await kind.withStore { store in
            let old = (0..<2_500).map { StoreRecord.event(Make.event("Old", at: Double($0) / 1_000)) }
            try await store.commit(old)
            try await store.commit([
                .alert(Make.alert("PoolFull")), .group(Make.group()), .outbox(Make.message(7)),
                .event(Make.event(at: 10)), .ledger(Make.entry(at: 1)), .ledger(Make.entry(at: 10)),
            ])
            #expect(try await store.prune(before: Make.time(10)) == 2_501)
            #expect(try await store.events(EventQuery()).events == [Make.event(at: 10)])
            #expect(try await store.ledger(LedgerQuery()).entries == [Make.entry(at: 10)])
            #expect(try await store.events(EventQuery(labels: ["alertname": "Old"])).events.isEmpty)
            #expect(try await store.load().outbox == [Make.message(7)])
            #expect(try await store.load().alerts.count == 1)
            #expect(try await store.load().groups.count == 1)
            // What was pruned is no longer known, so it may come again.
            try await store.commit([old[0]])
            #expect(try await store.events(EventQuery()).events.count == 2)
        }
    }

    @Test("The statistics count what is there", arguments: StoreKind.allCases)
    func statistics(kind: StoreKind) async throws {
        try await kind.withStore { store in
            try await store.commit([
                .alert(Make.alert("PoolFull")), .group(Make.group()), .outbox(Make.message(7)),
                .event(Make.event(at: 5)), .event(Make.event(at: 6)), .ledger(Make.entry()),
            ])
            let statistics = try await store.statistics()
            #expect(statistics.alerts == 1)
            #expect(statistics.groups == 1)
            #expect(statistics.outbox == 1)
            #expect(statistics.events == 2)
            #expect(statistics.ledgerEntries == 1)
            #expect(statistics.damagedRows == 0)
            #expect(statistics.oldestEvent == Make.time(5))
            #expect(statistics.commits == 1)
            #expect(statistics.transactions == 1)
        }
    }

    @Test("A closed history says so, and can be closed again", arguments: StoreKind.allCases)
    func closed(kind: StoreKind) async throws {
        try await kind.withStore { store in
            await store.close()
            await store.close()
            await #expect(throws: HistoryError.self) { try await store.commit([.event(Make.event())]) }
            await #expect(throws: HistoryError.self) { try await store.load() }
            await #expect(throws: HistoryError.self) { try await store.events(EventQuery()) }
            await #expect(throws: HistoryError.self) { try await store.prune(before: Make.start) }
        }
    }

    @Test("A commit is made whole although its caller was cancelled", arguments: StoreKind.allCases)
    func cancelledCaller(kind: StoreKind) async throws {
        try await kind.withStore { store in
            await withTaskGroup { group in
                group.addTask {
                    withUnsafeCurrentTask { $0?.cancel() }
                    try? await store.commit([.outbox(Make.message(7))])
                }
            }
            let state = try await store.load()
            #expect(state.outbox == [Make.message(7)])
        }
    }
}
