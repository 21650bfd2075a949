package import Foundation

/// One applied remedy, as it is kept: who changed what, when, and what came of it.
package struct ActionRecord: Codable, Hashable, Sendable {
    package enum State: String, Codable, Hashable, Sendable {
        /// Its command runs, or ended without a word.
        case began
        /// The change was made and verified.
        case applied
        /// Nothing is left of it.
        case rolledBack = "rolled_back"
        /// It failed; the message says what is known of the database.
        case failed
    }

    /// Also the file's name without `.json`; sorts by time.
    package let id: String
    package var state: State
    package let who: String
    package let host: String
    /// The process of the command.
    package let pid: Int32
    package let began: Date
    /// Nil while it runs.
    package var ended: Date?
    package let database: String
    package let runbook: String
    package let remedy: String
    /// What was given with `--set`.
    package let values: [String: String]
    /// How many rows the plan named.
    package let planned: Int
    /// How many rows were changed; nil where that is not known.
    package var changed: Int?
    /// What else there is to say.
    package var message: String?
    /// Of the fix's statements as they were sent, in hexadecimal.
    package let sqlSHA256: String
    /// The fix's statements.
    package let sql: [String]
    /// The program's version.
    package let version: String

    /// The time and a few random digits: `20261123T190647Z-3fa9c1d2`.
    package static func id(at time: Date) -> String {
        let stamp = ISO8601DateFormatter().string(from: time).filter { $0 != "-" && $0 != ":" }
        return "\(stamp)-\(String(UInt32.random(in: 0...UInt32.max), radix: 16))"
    }

    package init(
        who: String, host: String, pid: Int32, began: Date, plan: RemedyPlan, values: [String: String],
        version: String
    ) {
        id = Self.id(at: began)
        state = .began
        self.who = who
        self.host = host
        self.pid = pid
        self.began = began
        database = plan.database
        runbook = plan.runbook
        remedy = plan.remedy
        self.values = values
        planned = plan.count
        sqlSHA256 = plan.sqlSHA256
        sql = plan.fix
        self.version = version
    }

    /// The same with what came of it.
    package func ended(at time: Date, _ result: Result<MendingResult, MendingFailure>) -> ActionRecord {
        var record = self
        record.ended = time
        switch result {
        case .success(let result):
            record.state = .applied
            record.changed = result.changed
            record.message = result.notes.isEmpty ? nil : result.notes.joined(separator: "; ")
        case .failure(let failure):
            switch failure.effect {
            case .none, .rolledBack:
                record.state = .rolledBack
                record.changed = 0
            case .unknown: record.state = .failed
            }
            record.message = failure.message
        }
        return record
    }
}
