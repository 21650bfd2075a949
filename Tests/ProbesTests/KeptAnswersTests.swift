import Drivers
import Foundation
import PromQL
import Support
import Testing

@testable import Drivers
@testable import Probes

@Suite("Answers that hold until their tables change", .serialized)
struct KeptAnswersTests {
    private let start = Timestamp(milliseconds: 1_795_420_800_000)

    private func rows(_ mark: String?, asked: Bool = true, _ found: [String] = []) -> PostgresRows {
        let values = found.isEmpty ? [[mark, asked ? "t" : "f", nil]] : found.map { [mark, "t", $0] }
        return PostgresRows(columns: ["mark", "is_asked", "found"], values: values, statement: "")
    }

    private func found(_ rows: PostgresRows) throws -> [String?] { try rows.map { try $0.text("found") } }

    @Test("a mark vouches only for what was read after it had been seen, and for an hour")
    func marks() throws {
        var answers = KeptAnswers()
        #expect(answers.mark(of: "q", at: start) == nil)
        // The first answer may have been read just before a change that its mark counts already.
        var held = try answers.take(rows("1", ["a"]), of: "q", at: start)
        #expect(try found(held) == ["a"] && answers.mark(of: "q", at: start) == nil)
        let second = start + .seconds(60)
        held = try answers.take(rows("1", ["b"]), of: "q", at: second)
        #expect(try found(held) == ["b"] && answers.mark(of: "q", at: second) == "1")
        held = try answers.take(rows("1", asked: false), of: "q", at: second + .seconds(60))
        #expect(try found(held) == ["b"] && answers.mark(of: "q", at: second + .seconds(60)) == "1")
        // A change: read, and read once more.
        held = try answers.take(rows("2", ["c"]), of: "q", at: second + .seconds(120))
        #expect(try found(held) == ["c"] && answers.mark(of: "q", at: second + .seconds(120)) == "1")
        held = try answers.take(rows("2", ["d"]), of: "q", at: second + .seconds(180))
        #expect(try found(held) == ["d"] && answers.mark(of: "q", at: second + .seconds(180)) == "2")
        #expect(answers.mark(of: "other", at: second) == nil)
        #expect(answers.mark(of: "q", at: second + .seconds(180) + KeptAnswers.longest) == nil)
        #expect(answers.mark(of: "q", at: start) == nil, "a clock that was set back")
    }

    @Test("an answer without rows is one, and without a mark every round asks")
    func none() throws {
        var answers = KeptAnswers()
        for round in 0..<3 {
            let held = try answers.take(rows(nil), of: "q", at: start + .seconds(round))
            #expect(try found(held) == [nil] && answers.mark(of: "q", at: start + .seconds(round)) == nil)
        }
    }

    @Test("journeys are read again after each change, and not without one")
    func journeys() async throws {
        let server = try PostgresServer()
        defer { server.stop() }
        let database = try ParlantDatabase(on: server, data: .small)
        let poller = PostgresPoller()
        var now = start
        let settings = PostgresSettings(dsn: database.dsn(), name: "main", schema: "public")

        /// Of each round the strays, then how often the transitions were read whole meanwhile.
        func rounds(_ count: Int, changing change: [Int: String] = [:]) async throws -> (strays: [Double], scans: Int) {
            let scans = "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'parlant_journey_transition'"
            let before = try #require(Int(try database.sql(scans)))
            let connection = PostgresConnection(settings, poller: poller)
            let probe = ParlantProbe.objects(name: "main", source: ParlantSource(connection: connection))
            var strays: [Double] = []
            for round in 0..<count {
                if let sql = change[round] { try database.sql(sql) }
                let result = await probe.sample(at: now)
                #expect(result.failure == nil)
                strays += result.samples.filter { $0.labels["problem"] == "transition_to_other_journey" }.map(\.value)
                now = now + .seconds(60)
            }
            // What a session has counted is told at its end at the latest.
            await connection.close()
            var after = try #require(Int(try database.sql(scans)))
            for _ in 0..<50 where after == before {
                try await Task.sleep(for: .milliseconds(100))
                after = try #require(Int(try database.sql(scans)))
            }
            return (strays, after - before)
        }

        let twice = try await rounds(2)
        #expect(twice.strays == [0, 0] && twice.scans > 0 && twice.scans.isMultiple(of: 2))
        let often = try await rounds(8)
        #expect(often.strays == Array(repeating: 0, count: 8) && often.scans == twice.scans)
        let changed = try await rounds(
            12,
            changing: [
                4: """
                INSERT INTO parlant_journey_transition (journey_id, from_state_id, to_state_id, condition)
                    SELECT f.journey_id, f.id, t.id, 'lost' FROM parlant_journey_state f, parlant_journey_state t
                     WHERE f.journey_id <> t.journey_id AND f.is_initial AND t.is_final LIMIT 1
                """, 8: "DELETE FROM parlant_journey_transition WHERE condition = 'lost'",
            ])
        #expect(changed.strays == [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0])
        // Twice at first and after each change; and the DELETE itself reads them once.
        #expect(changed.scans == twice.scans * 3 + 1)
        let emptied = try await rounds(
            6, changing: [3: "TRUNCATE parlant_journey_transition, parlant_journey_state CASCADE"])
        #expect(emptied.scans > twice.scans && emptied.strays.count == 6)
        poller.shutdown()
    }
}
