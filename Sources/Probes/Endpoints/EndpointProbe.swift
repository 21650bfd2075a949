package import Drivers
package import PromQL

/// Samples any address that exposes metrics as Prometheus text, and takes them over.
///
/// At most 16 MiB and 10,000 samples; more is a failure, because half of the metrics would look like the others gone.
package struct EndpointProbe: Probe {
    package let id: String
    package let kind = ProbeKind.endpoint
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration

    private let source: HTTPSource
    private let keep: RegularExpression?

    /// - Parameters:
    ///   - name: the endpoint's in the settings.
    ///   - request: what to ask; its body limit and total timeout are set by the probe.
    ///   - keep: the metrics' names that are taken, matched as a whole; nil takes all.
    package init(
        name: String, request: HTTPRequest, keep: RegularExpression? = nil, transport: CurlTransport,
        interval: Duration = .seconds(5), deadline: Duration = .seconds(5)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.interval = interval
        self.deadline = deadline
        self.keep = keep
        let accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
        source = HTTPSource(
            owner: id, request: request, accept: accept, bodyLimit: 16 << 20, deadline: deadline, transport: transport)
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(ProbeFailure) {
            let response = try await source.fetch()
            return ProbeResult(samples: try parse(response, at: at))
        } catch {
            return ProbeResult(failure: error)
        }
    }

    private func parse(_ response: HTTPResponse, at: Timestamp) throws(ProbeFailure) -> [Sample] {
        let format = TextFormat(dialect: TextFormat.Dialect(contentType: response.header("content-type")))
        do throws(TextFormatError) {
            return try format.parse(response.body, at: at) { name in keep?.matchesWhole(name) ?? true }
        } catch {
            let isHTML = response.body.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
            let hint = isHTML ? "; the answer is a web page, so look at the path of `url`" : ""
            throw ProbeFailure(.badFormat, "\(id): \(source.place) gave no Prometheus text: \(error)\(hint)")
        }
    }
}
