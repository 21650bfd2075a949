import ArgumentParser
import Foundation
import Hummingbird
import Logging
import NIOCore

/// A small receiver that prints what arrives.
struct Receive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A small receiver for trying things out: prints Slack and webhook messages readably.",
        discussion: """
            Point a receiver's `api_url` or `url` here. It answers 200 «ok» to every POST.

            EXAMPLE
              tocsin receive --listen 127.0.0.1:9912 --record messages.jsonl
            """)

    @Option(help: "Where to listen.")
    var listen = "127.0.0.1:9912"

    @Option(help: "A file to which each message is added as a line of JSON.", completion: .file())
    var record: String?

    @Option(help: "Answer every message with this status instead of 200.")
    var status = 200

    func validate() throws {
        let port = listen.split(separator: ":").last.flatMap { Int($0) }
        guard listen.contains(":"), let port, (1...65_535).contains(port) else {
            throw ValidationError("--listen takes a host and a port such as 127.0.0.1:9912")
        }
        guard (200...599).contains(status) else { throw ValidationError("--status takes a number from 200 to 599") }
    }

    func run() async throws {
        let router = Router()
        let recorder = try record.map(Recorder.init)
        let answer = status
        router.post("**") { request, _ in
            let body = try await request.body.collect(upTo: 4 << 20)
            let bytes = Data(body.readableBytesView)
            let path = request.uri.path
            await recorder?.add(path: path, body: bytes)
            Terminal.out(ReceivedMessage(path: path, body: bytes).text)
            return Response(
                status: .init(code: answer), headers: [.contentType: "text/plain"],
                body: .init(byteBuffer: ByteBuffer(string: "ok")))
        }
        let parts = listen.split(separator: ":")
        let host = parts.dropLast().joined(separator: ":")
        let server = Application(
            router: router,
            configuration: .init(
                address: .hostname(host, port: Int(parts.last ?? "") ?? 9912), serverName: "tocsin-receive"),
            logger: Logger(label: "receive", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await server.runService()
    }
}

/// Adds messages to a file, one line each.
actor Recorder {
    private let handle: FileHandle

    init(_ path: String) throws {
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
    }

    func add(path: String, body: Data) {
        let content = (try? JSONSerialization.jsonObject(with: body)) ?? String(decoding: body, as: UTF8.self)
        let line: [String: Any] = ["time": Date().timeIntervalSince1970, "path": path, "body": content]
        guard let data = try? JSONSerialization.data(withJSONObject: line, options: [.sortedKeys]) else { return }
        handle.write(data + Data("\n".utf8))
    }
}
