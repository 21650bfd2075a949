import Foundation
import Glibc

/// A real proxy that knows CONNECT only, in a few lines of Python.
struct CurlTunnel {
    let port: Int
    private let process: Process

    init() async throws {
        port = try CurlSockets.freePorts(1)[0]
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", Self.script, "\(port)"]
        try process.run()
        let deadline = ContinuousClock.now + .seconds(10)
        while !CurlSockets.answers(port), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func stop() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static let script = """
        import asyncio, sys

        async def pump(reader, writer):
            try:
                while piece := await reader.read(65536):
                    writer.write(piece)
                    await writer.drain()
            finally:
                writer.close()

        async def serve(reader, writer):
            head = await reader.readuntil(b"\\r\\n\\r\\n")
            host, port = head.split()[1].decode().rsplit(":", 1)
            there, back = await asyncio.open_connection("127.0.0.1", int(port))
            writer.write(b"HTTP/1.1 200 OK\\r\\n\\r\\n")
            await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

        async def main():
            server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
            await server.serve_forever()

        asyncio.run(main())
        """
}
