extension ParlantTable {
    /// What some deployments have in every table besides.
    static let additionalColumns = [
        Column("legacy_id", "text"), Column("notes", "jsonb", default: "'{}'"),
    ]

    /// Tables that some deployments have besides.
    static let additions = [
        ParlantTable(
            "parlant_audit_log",
            columns: [
                .init("id", "bigint", isRequired: true), .init("actor", "text", isRequired: true),
                .init("created_at", "timestamp", isRequired: true, default: "now()"),
            ]),
        ParlantTable(
            "parlant_feedback",
            columns: [
                .init("id", "uuid", isRequired: true, default: "gen_random_uuid()"),
                .init("session_id", "uuid", isRequired: true), .init("stars", "integer"),
            ],
            references: [.init("session_id", to: "parlant_session", onDelete: .cascade)],
            indexes: [.init("parlant_feedback_session_id_idx", ["session_id"])]),
        ParlantTable(
            "parlant_setting",
            columns: [.init("id", "text", isRequired: true), .init("value", "jsonb", isRequired: true)]),
    ]
}
