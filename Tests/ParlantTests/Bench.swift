import Support

/// One server for the suites of this target, with a healthy small database to copy.
enum Bench {
    static let server = Result { try PostgresServer() }
    static let healthy = Result { try ParlantDatabase(on: server.get(), name: "healthy", data: .small) }
    /// A copy for what is rolled back.
    static let scratch = Result { try healthy.get().copy(as: "scratch") }
}
