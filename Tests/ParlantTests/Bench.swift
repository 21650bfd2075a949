import Foundation
import Support

/// One server for the suites of this target.
enum Bench {
    static let server = Result { try PostgresServer() }
    /// To be copied, and nothing else: who is connected to it is in the way of a copy.
    private static let original = Result { try ParlantDatabase(on: server.get(), name: "original", data: .small) }
    /// For tests that only read.
    static let healthy = Result { try copy() }
    /// For what is rolled back.
    static let scratch = Result { try copy() }

    /// A healthy small database of one's own.
    static func copy() throws -> ParlantDatabase { try original.get().copy(as: "copy-\(UUID().uuidString)") }
}
