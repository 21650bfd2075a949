import Drivers

/// Fetches one address for a probe, and names the cause when that fails.
struct HTTPSource: Sendable {
    private let owner: String
    private let request: HTTPRequest
    private let transport: CurlTransport

    init(
        owner: String, request: HTTPRequest, accept: String, bodyLimit: Int, deadline: Duration,
        transport: CurlTransport
    ) {
        var request = request
        request.method = "GET"
        request.body = nil
        if !request.headers.contains(where: { $0.0.lowercased() == "accept" }) {
            request.headers.append(("Accept", accept))
        }
        request.bodyLimit = bodyLimit
        request.totalTimeout = deadline
        self.owner = owner
        self.request = request
        self.transport = transport
    }

    /// Where it asks, for messages: without path and query, which may hold a secret.
    var place: String { request.description }

    /// The answer, if it has status 200 and fits.
    func fetch() async throws(ProbeFailure) -> HTTPResponse {
        let response: HTTPResponse
        do throws(TransportError) {
            response = try await transport.send(request)
        } catch {
            throw ProbeFailure(error, probe: owner)
        }
        guard response.status == 200 else {
            throw ProbeFailure(
                .httpStatus, "\(owner): \(place) answered \(response.status)\(Self.hint(response.status))")
        }
        guard !response.bodyTruncated else {
            let message = "\(owner): the answer of \(place) is larger than \(request.bodyLimit >> 10) KiB"
            throw ProbeFailure(.tooLarge, message)
        }
        return response
    }

    private static func hint(_ status: Int) -> String {
        switch status {
        case 300..<400: "; redirects are not followed: set `url` to where it leads"
        case 401, 403: "; set the login in `headers` or `http_config`"
        case 404: "; look at the path of `url`"
        case 500...: "; look at the log of the application"
        case _: ""
        }
    }
}
