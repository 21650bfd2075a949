import Alerting
import ArgumentParser
import Drivers
import Foundation
import Settings

/// Asks a running agent over HTTP.
struct AgentClient: ParsableArguments {
    @Option(
        help: "The running agent's address; without it `server.listen` of the settings, else http://127.0.0.1:9911.")
    var url: String?

    @Option(
        help: "A file with a token of the agent's; without it TOCSIN_TOKEN, else `server.token` of the settings.",
        completion: .file())
    var tokenFile: String?

    @Option(help: "The authority that signed the agent's certificate, as a PEM file.", completion: .file())
    var caFile: String?

    @OptionGroup var configuration: ConfigurationOption

    /// Gives the body of an answer.
    ///
    /// - Throws: an exit code, once it has said on standard error what is wrong.
    func get(_ path: String, _ parameters: [(String, String)] = []) async throws -> Data {
        try await Self.get(
            path, parameters, from: url ?? Self.address(configuration.config), token: try token(), caFile: caFile)
    }

    /// Sends what changes something, with the token that the agent asks for, and gives the body of the answer.
    ///
    /// - Throws: an exit code, once it has said on standard error what is wrong.
    func send(
        _ method: String, _ path: String, _ body: Data? = nil, parameters: [(String, String)] = []
    ) async throws -> Data {
        var headers = [("Content-Type", "application/json")]
        if let token = try token() { headers.append(("Authorization", "Bearer \(token)")) }
        let base = url ?? Self.address(configuration.config)
        return try await Self.answer(
            to: HTTPRequest(
                method: method, url: try Self.address(base + path, parameters), headers: headers,
                body: body.map { Array($0) }, totalTimeout: .seconds(10), tls: TLSOptions(caFile: caFile)))
    }

    private func token() throws -> String? {
        guard let tokenFile else {
            if let token = ProcessInfo.processInfo.environment["TOCSIN_TOKEN"], !token.isEmpty { return token }
            return (try? ConfigurationOption.load(configuration.config))?.settings.server.token?.exposed
        }
        guard let text = try? String(contentsOfFile: tokenFile, encoding: .utf8) else {
            Terminal.error("error: can't read the token's file `\(tokenFile)`")
            throw ExitCode.failure
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Gives the body of an answer of the agent at an address.
    ///
    /// - Throws: an exit code, once it has said on standard error what is wrong.
    static func get(
        _ path: String, _ parameters: [(String, String)] = [], from base: String, token: String? = nil,
        caFile: String? = nil
    ) async throws -> Data {
        try await answer(
            to: HTTPRequest(
                url: address(base + path, parameters), headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [],
                totalTimeout: .seconds(10), bodyLimit: 64 << 20, tls: TLSOptions(caFile: caFile)))
    }

    /// An address with parameters behind it.
    private static func address(_ text: String, _ parameters: [(String, String)]) throws -> String {
        var components = URLComponents(string: text)
        if !parameters.isEmpty { components?.queryItems = parameters.map { URLQueryItem(name: $0.0, value: $0.1) } }
        // A plus sign in a query means a blank to servers.
        let query = components?.percentEncodedQuery?.replacingOccurrences(of: "+", with: "%2B")
        components?.percentEncodedQuery = query
        guard let address = components?.url?.absoluteString else {
            Terminal.error("error: `\(text)` is not an address; write it as http://127.0.0.1:9911")
            throw ExitCode.failure
        }
        return address
    }

    private static func answer(to request: HTTPRequest) async throws -> Data {
        let transport = CurlTransport()
        do {
            let response = try await transport.send(request)
            await transport.shutdown()
            let body = Data(response.body)
            guard response.status == 200 else {
                let message =
                    (try? JSONDecoder().decode(Refusal.self, from: body).error)
                    ?? (try? JSONDecoder().decode(String.self, from: body))
                Terminal.error("error: \(message ?? "the agent answered \(response.status)")")
                throw ExitCode.failure
            }
            return body
        } catch let problem as TransportError {
            Terminal.error("error: \(problem.message)\n  is the agent running? name its address with --url")
            throw ExitCode.failure
        }
    }

    private static func address(_ config: String?) -> String {
        guard let settings = try? ConfigurationOption.load(config).settings else { return "http://127.0.0.1:9911" }
        return "\(settings.server.tls == nil ? "http" : "https")://\(settings.server.host):\(settings.server.port)"
    }
}

/// An error of the agent's API.
private struct Refusal: Decodable {
    let error: String
}

/// A page of the agent's API.
struct Answer<Content: Decodable>: Decodable {
    let data: Content
}

struct Page<Row: Decodable>: Decodable {
    let rows: [Row]
    let next: String?
}

extension JSONDecoder {
    /// Reads what the agent's API writes, numbers that JSON has no form for among it.
    static var agent: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        return decoder
    }
}
