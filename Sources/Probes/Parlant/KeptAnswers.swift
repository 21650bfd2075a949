import Drivers
import PromQL

/// The last answers to questions that are asked anew only where their tables have changed.
///
/// Whether they have is told by the server's own counters of rows inserted, updated and deleted: the mark. A change is
/// counted a moment after it is committed, and the mark is read a moment after the statement's snapshot was taken. So a
/// mark vouches only for rows that were read after another round had seen it: after each change the tables are read twice.
struct KeptAnswers: Sendable {
    private struct Answer {
        var rows: PostgresRows
        var readAt: Timestamp
        /// The mark that was seen before the rows were read; nil for none.
        var vouchedBy: String?
        /// The mark that was seen last.
        var lastMark: String?
    }

    private var answers: [String: Answer] = [:]

    /// Counters get lost now and then: in a crash of the server, or on their way to its collector up to version 14.
    static let longest = Duration.seconds(3_600)

    /// The mark under which the last answer stands; nil where the question has to be asked anew.
    func mark(of question: String, at now: Timestamp) -> String? {
        guard let answer = answers[question], now >= answer.readAt, now - answer.readAt < Self.longest else {
            return nil
        }
        return answer.vouchedBy
    }

    /// Takes over what the server said, and gives the rows that hold now: these, or the last ones where it said that
    /// nothing has changed.
    mutating func take(
        _ rows: PostgresRows, of question: String, at now: Timestamp
    ) throws(PostgresError) -> PostgresRows {
        let mark = try rows.first?.text(Self.markColumn)
        if let known = answers[question], try rows.first?.bool(Self.askedColumn) == false {
            answers[question]?.lastMark = mark
            return known.rows
        }
        answers[question] = Answer(
            rows: rows, readAt: now, vouchedBy: answers[question]?.lastMark, lastMark: mark)
        return rows
    }

    // MARK: The statement

    static let markColumn = "mark"
    static let askedColumn = "is_asked"

    /// A statement that answers only where the tables' mark is not the one given, which is its last parameter.
    ///
    /// There is no mark where the counters say nothing: on a standby, which does not count what it replays; where counting
    /// is off; for views and partitioned tables. A restart, another server and a rewritten or emptied table make a new one.
    static func statement(_ sql: String, reading tables: some Sequence<String>, parameter: Int) -> String {
        let names = tables.sorted().map { "'\($0)'::regclass" }.joined(separator: ", ")
        return """
            WITH counted AS (
                SELECT CASE WHEN NOT pg_is_in_recovery() AND current_setting('track_counts')::bool
                                 AND bool_and(c.relkind = 'r')
                            THEN extract(epoch FROM pg_postmaster_start_time())
                                 || string_agg(concat_ws(':', '', c.oid, c.relfilenode, pg_stat_get_tuples_inserted(c.oid),
                                                         pg_stat_get_tuples_updated(c.oid),
                                                         pg_stat_get_tuples_deleted(c.oid)), '' ORDER BY c.oid) END AS mark
                  FROM pg_catalog.pg_class c WHERE c.oid IN (\(names))),
            due AS (SELECT mark, mark IS NULL OR mark IS DISTINCT FROM $\(parameter) AS is_asked FROM counted)
            SELECT due.mark, due.is_asked, answer.*
              FROM due LEFT JOIN (SELECT * FROM (\(sql)) asked WHERE (SELECT is_asked FROM due)) answer ON true
            """
    }
}
