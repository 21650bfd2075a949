import Alerting
import Foundation

/// What the agent would have written: the records of each step applied in order, as the history does it.
struct TestStore {
    private var state = StoredState()
    /// The highest number that a message ever had.
    private(set) var lastRow: Int64 = 0

    mutating func apply(_ records: [StoreRecord]) {
        for case .outbox(let row) in records { lastRow = max(lastRow, row.id) }
        state.apply(records)
    }

    /// What a new process finds: the state as text and read again, so that nothing survives but what is written.
    ///
    /// - Throws: what the coding says; that is a fault of the program, not of the test.
    func readAgain() throws -> StoredState {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        func again<Value: Codable>(_ values: [Value]) throws -> [Value] {
            try decoder.decode([Value].self, from: try encoder.encode(values))
        }
        return StoredState(
            alerts: try again(state.alerts), groups: try again(state.groups), outbox: try again(state.outbox),
            silences: try again(state.silences), heartbeats: try again(state.heartbeats),
            acknowledgements: try again(state.acknowledgements))
    }
}
