import Support

extension LabTrouble {
    /// The schema and its indexes.
    static let schema: [LabTrouble] = [
        .trouble(
            .missingTable(), "ParlantTableMissing",
            mendedBy: [.advice("run the migration again", definition(of: "parlant_term"))]),
        .trouble(
            .missingForeignKey(), "ParlantForeignKeyMissing",
            mendedBy: [.runbook("foreign-keys", "missing"), .runbook("foreign-keys", "validate")]),
        .trouble(
            .unvalidatedForeignKey(), "ParlantConstraintNotValid", mendedBy: [.runbook("foreign-keys", "validate")]),
        .trouble(.disabledTriggers(), "ParlantTriggersDisabled", mendedBy: [.runbook("disabled-triggers")]),
        .trouble(
            .missingIndex("parlant_event_created_at_idx"), "ParlantIndexMissing",
            mendedBy: [.runbook("missing-indexes", "parlant_event_created_at_idx")]),
        LabTrouble(
            name: "index of the right name on other columns", alerts: ["ParlantIndexMissing"],
            inject: script(
                """
                DROP INDEX parlant_event_created_at_idx;
                CREATE INDEX parlant_event_created_at_idx ON parlant_event (event_type, created_at);
                """),
            remedies: [
                .advice("drop the other index", "DROP INDEX parlant_event_created_at_idx;"),
                .runbook("missing-indexes", "parlant_event_created_at_idx"),
            ]),
        .harmless(
            .otherIndex(), because: "a partial index serves the guide's query, which asks for active sessions alone"),
        .trouble(
            .invalidIndex(), "InvalidIndexes",
            mendedBy: [.advice("drop it", "DROP INDEX CONCURRENTLY parlant_session_user_once_idx;")]),
        .trouble(
            .invalidKnownIndex(in: ParlantSchema()), "InvalidIndexes",
            mendedBy: [
                .advice(
                    "drop it and build it as it was",
                    """
                    DROP INDEX CONCURRENTLY parlant_session_status_idx;
                    CREATE INDEX CONCURRENTLY parlant_session_status_idx ON parlant_session (status);
                    """)
            ]),
        LabTrouble(
            name: "interrupted build of an index", alerts: ["InvalidIndexes", "ParlantIndexMissing"],
            inject: { database in
                try await database.interruptIndexBuild("parlant_event_created_at_idx")
                return []
            }, remedies: [.runbook("missing-indexes", "parlant_event_created_at_idx")]),
        .trouble(
            .duplicateIndex(), "DuplicateIndexes", base: .larger,
            mendedBy: [.advice("drop one of them", "DROP INDEX CONCURRENTLY parlant_event_again_idx;")]),
        LabTrouble(
            name: "unused index (10m, not 24h)", alerts: ["UnusedIndexes"], base: .larger,
            inject: script(
                """
                CREATE INDEX parlant_event_nobody_idx ON parlant_event ((\(
                    (1...12).map { "md5(id::text || '\($0)')" }.joined(separator: " || "))));
                """),
            remedies: [.advice("drop it", "DROP INDEX CONCURRENTLY parlant_event_nobody_idx;")],
            overrides: "[{ alert: UnusedIndexes, levels: { info: { for: 10m } } }]"),
        LabTrouble(
            name: "missing index on a large table", alerts: ["ParlantIndexMissing", "ParlantCheckSkipped"],
            base: .larger, inject: script(large + "DROP INDEX parlant_event_created_at_idx;"),
            remedies: [.runbook("missing-indexes", "parlant_event_created_at_idx")]),
        LabTrouble(
            name: "event page without an index",
            alerts: ["ParlantIndexMissing", "ParlantCheckSkipped", "ParlantQueryWithoutIndex"], base: .larger,
            inject: script(
                large
                    + """
                    DROP INDEX parlant_event_session_id_idx, parlant_event_session_offset_idx,
                        parlant_event_session_type_idx, parlant_event_timeline_idx;
                    """), remedies: [.runbook("missing-indexes", "parlant_event_session_offset_idx")]),
    ]

    /// Makes the event table larger than what may be read whole.
    private static let large = """
        UPDATE parlant_event SET metadata = jsonb_build_object('pad', repeat('x', 400));
        SELECT pg_stat_force_next_flush();
        VACUUM ANALYZE parlant_event;

        """

    /// A table with its indexes and keys, as a migration makes it.
    private static func definition(of name: String) -> String {
        guard let table = ParlantSchema().table(name) else { return "" }
        return
            ([table.definition] + table.indexes.map(table.definition(of:)) + table.references.map(table.definition(of:)))
            .joined(separator: "\n")
    }
}
