import Alerting
import PromQL

extension HealthReport {
    /// The guide's performance diagnostic, from what the probes sample anyway: also where all is well.
    package struct Performance: Encodable, Sendable, Hashable {
        /// A statement, by what it did between the last two looks.
        package struct Statement: Encodable, Sendable, Hashable {
            package let database: String
            /// Without literals, shortened.
            package let query: String
            package let meanSeconds: Double
            package let calls: Int
        }

        /// A table, by the server's statistics.
        package struct Table: Encodable, Sendable, Hashable {
            package let database: String
            package let table: String
            package let bytes: Int
            package let rows: Int
            /// The share of dead rows, from 0 to 1.
            package let dead: Double
            /// The share of scans that went over an index, from 0 to 1; nil where it was never read.
            package let indexUse: Double?
        }

        /// The slowest by their mean, at most `most`.
        package let statements: [Statement]
        /// The largest that are sampled, at most `most`.
        package let tables: [Table]

        private static let most = 5

        init(_ samples: [Sample]) {
            var byMetric: [String: [Sample]] = [:]
            for sample in samples { byMetric[sample.labels.metric ?? "", default: []].append(sample) }
            /// The values of a metric by the labels that tell its series apart.
            func values(_ metric: String, by names: [String]) -> [[String]: Double] {
                let found = (byMetric[metric] ?? []).filter { !$0.value.isNaN }
                return Dictionary(
                    found.map { sample in (names.map { sample.labels[$0] ?? "" }, sample.value) },
                    uniquingKeysWith: { first, _ in first })
            }
            let statement = ["database", "user", "queryid", "query"]
            let calls = values("tocsin_statement_calls", by: statement)
            statements = values("tocsin_statement_mean_seconds", by: statement)
                .map { key, mean in
                    Statement(database: key[0], query: key[3], meanSeconds: mean, calls: Int(calls[key] ?? 0))
                }
                .sorted { ($0.meanSeconds, $1.query) > ($1.meanSeconds, $0.query) }.prefix(Self.most).map { $0 }

            let table = ["database", "schemaname", "relname"]
            let live = values("pg_stat_user_tables_n_live_tup", by: table)
            let dead = values("pg_stat_user_tables_n_dead_tup", by: table)
            let whole = values("pg_stat_user_tables_seq_scan", by: table)
            let index = values("pg_stat_user_tables_idx_scan", by: table)
            tables = values("tocsin_table_bytes", by: table)
                .map { key, bytes in
                    let (rows, gone) = (live[key] ?? 0, dead[key] ?? 0)
                    let scans = (whole[key] ?? 0) + (index[key] ?? 0)
                    return Table(
                        database: key[0], table: key[1] == "public" ? key[2] : "\(key[1]).\(key[2])",
                        bytes: Int(bytes), rows: Int(rows), dead: gone > 0 ? gone / (rows + gone) : 0,
                        indexUse: scans > 0 ? (index[key] ?? 0) / scans : nil)
                }
                .sorted { ($0.bytes, $1.table) > ($1.bytes, $0.table) }.prefix(Self.most).map { $0 }
        }
    }
}
