/// What templates may ask of the outside, and what an expansion may cost.
package struct TemplateEnvironment: Sendable {
    package typealias QueryResult = [(labels: [String: String], value: Double)]

    /// Evaluates an expression, for `query`.
    package let query: @Sendable (String) throws -> QueryResult
    /// Whether a regular expression (the first) occurs in a text, for `match`.
    package let matches: @Sendable (String, String) throws -> Bool
    /// Replaces each match of a regular expression by a replacement in a text, for `reReplaceAll`.
    package let replaceAll: @Sendable (String, String, String) throws -> String
    /// Milliseconds since 1970, for `now`.
    package let now: Int64
    package let externalURL: String
    /// The most steps of one expansion.
    package let maxSteps: Int
    /// The most bytes of text that one expansion may give.
    package let maxOutput: Int

    package init(
        query: @escaping @Sendable (String) throws -> QueryResult,
        matches: @escaping @Sendable (String, String) throws -> Bool,
        replaceAll: @escaping @Sendable (String, String, String) throws -> String, now: Int64, externalURL: String = "",
        maxSteps: Int = 100_000, maxOutput: Int = 65_536
    ) {
        self.query = query
        self.matches = matches
        self.replaceAll = replaceAll
        self.now = now
        self.externalURL = externalURL
        self.maxSteps = maxSteps
        self.maxOutput = maxOutput
    }
}
