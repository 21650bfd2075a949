extension ParlantTable {
    /// The host application's tables that Parlant's lean on.
    package static let hosts = [user, workspace, knowledgeBase]

    static let user = ParlantTable(
        "user",
        columns: [
            .init("id", "text", isRequired: true),
            .init("name", "text", isRequired: true),
            .init("email", "text", isRequired: true),
            .init("created_at", "timestamp", isRequired: true),
            .init("updated_at", "timestamp", isRequired: true),
        ]
    )

    static let workspace = ParlantTable(
        "workspace",
        columns: [
            .init("id", "text", isRequired: true),
            .init("name", "text", isRequired: true),
            .init("owner_id", "text", isRequired: true),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ]
    )

    static let knowledgeBase = ParlantTable(
        "knowledge_base",
        columns: [
            .init("id", "text", isRequired: true),
            .init("user_id", "text", isRequired: true),
            .init("workspace_id", "text"),
            .init("name", "text", isRequired: true),
            .init("deleted_at", "timestamp"),
            .init("created_at", "timestamp", isRequired: true, default: "now()"),
            .init("updated_at", "timestamp", isRequired: true, default: "now()"),
        ]
    )
}
