import Foundation

/// Runs a command that judges what we made.
enum Tool {
    struct Failure: Error {
        let output: String
    }

    /// What it printed; throws where it did not end with 0.
    static func run(_ path: String, _ arguments: [String], input: [UInt8]) throws -> String {
        let name = "tocsin-delivery-\(UUID().uuidString)"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try Data(input).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
        return text
    }
}
