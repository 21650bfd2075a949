/// What templates may ask of the outside, and what an expansion may cost.
package struct TemplateEnvironment: Sendable {
    package typealias QueryResult = [(labels: [String: String], value: Double)]

    /// Evaluates an expression, for `query`.
    package let query: @Sendable (String) throws -> QueryResult
    /// Whether a regular expression (the first) occurs in a text, for `match`.
    package let matches: @Sendable (String, String) throws -> Bool
    /// Replaces each match of a regular expression by a replacement in a text, for `reReplaceAll`.
    package let replaceAll: @Sendable (String, String, String) throws -> String
    /// A time zone by its name, such as `Europe/Paris`, for `tz`; nil where there is none.
    package let zone: @Sendable (String) -> TemplateZone?
    /// What `.Local` means, and the zone of `now` in notifications.
    package let localZone: TemplateZone
    /// Milliseconds since 1970, for `now` and `since`.
    package let now: Int64
    package let externalURL: String
    /// The most steps of one expansion: of nodes, of calls, and of each 64 bytes that a call looks at.
    package let maxSteps: Int
    /// The most bytes of text that one expansion may give.
    package let maxOutput: Int

    package init(
        query: @escaping @Sendable (String) throws -> QueryResult,
        matches: @escaping @Sendable (String, String) throws -> Bool,
        replaceAll: @escaping @Sendable (String, String, String) throws -> String,
        zone: @escaping @Sendable (String) -> TemplateZone? = { _ in nil }, localZone: TemplateZone = .utc, now: Int64,
        externalURL: String = "", maxSteps: Int = 100_000, maxOutput: Int = 65_536
    ) {
        self.query = query
        self.matches = matches
        self.replaceAll = replaceAll
        self.zone = zone
        self.localZone = localZone
        self.now = now
        self.externalURL = externalURL
        self.maxSteps = maxSteps
        self.maxOutput = maxOutput
    }
}
