/// One statement, with a name for messages.
package struct PostgresStatement: Sendable, Hashable {
    /// Stands in every error of the statement.
    package let name: String
    /// One SQL command; `$1` and so on stand for the parameters.
    package let sql: String
    package let parameters: [PostgresValue]

    package init(name: String, sql: String, parameters: [PostgresValue] = []) {
        self.name = name
        self.sql = sql
        self.parameters = parameters
    }
}
