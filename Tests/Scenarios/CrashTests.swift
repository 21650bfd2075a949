import Foundation
import Testing

/// Killed at any moment, the agent loses nothing, repeats only what was in flight, and keeps the order.
@Suite("Scenario: kill -9")
struct CrashTests {
    @Test("every notification due is delivered, once and in order, whenever the agent is killed")
    func kills() async throws {
        let environment = ProcessInfo.processInfo.environment
        let kills = environment["TOCSIN_KILLS"].flatMap(Int.init) ?? 25
        let seed = environment["TOCSIN_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...1_000_000)
        print("crash-test: \(kills) kills, seed \(seed)")
        var run = try await CrashRun(kills: kills, seed: seed)
        let (verdict, log) = try await run.run()
        print(verdict)
        #expect(verdict.isGood, "seed \(seed)\n\(verdict)\n\(log)")
    }
}

/// The model itself must be able to find fault.
@Suite("The crash harness's model")
struct CrashModelTests {
    private let start = Date(timeIntervalSince1970: 1_000_000)

    private func model(kills: [Double] = []) -> CrashModel {
        CrashModel(
            receivers: ["a"],
            episodes: [
                "t": [
                    .init(began: start, ended: start + 10), .init(began: start + 20, ended: start + 30),
                ]
            ], kills: kills.map { start + $0 })
    }

    private func telling(
        _ change: String, from: Double, at: Double, key: String = UUID().uuidString
    )
        -> CrashModel.Telling
    {
        .init(
            receiver: "a", target: "t", change: change, startedAt: start + from, meanwhile: [], key: key,
            arrived: start + at,
            answered: start + at)
    }

    @Test("all in order is good")
    func good() {
        let heard = [
            telling("fired", from: 1, at: 2), telling("resolved", from: 1, at: 12), telling("passed", from: 21, at: 40),
        ]
        let verdict = model().verdict(on: heard)
        #expect(verdict.isGood && verdict.due == 4 && verdict.delivered == 4, "\(verdict)")
    }

    @Test("what is lost, repeated, invented or out of order is found")
    func faults() {
        let whole = [
            telling("fired", from: 1, at: 2, key: "k"), telling("resolved", from: 1, at: 12),
            telling("fired", from: 21, at: 22), telling("resolved", from: 21, at: 40),
        ]
        #expect(model().verdict(on: Array(whole.dropLast())).missing.count == 1)
        #expect(model().verdict(on: whole + [telling("fired", from: 15, at: 16)]).wrong.count == 1)
        #expect(model().verdict(on: whole + [telling("fired", from: 1, at: 3)]).repeatedOtherwise.count == 1)
        let again = telling("fired", from: 1, at: 5, key: "k")
        #expect(model().verdict(on: whole + [again]).repeatedOtherwise.count == 1)
        let killed = model(kills: [2.1]).verdict(on: whole + [again])
        #expect(killed.isGood && killed.repeatedInFlight == 1, "\(killed)")
        let swapped = [
            telling("resolved", from: 1, at: 2), telling("fired", from: 1, at: 12),
            telling("fired", from: 21, at: 22), telling("resolved", from: 21, at: 40),
        ]
        #expect(model().verdict(on: swapped).outOfOrder.count == 1)
    }
}
