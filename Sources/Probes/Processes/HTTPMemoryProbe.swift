package import Drivers
package import PromQL

/// Samples the memory of an application that shows `process.memoryUsage()` or the like as JSON over HTTP.
package struct HTTPMemoryProbe: Probe {
    /// Where the numbers stand in the JSON: dotted paths to bytes. A path that is nil is not read; one that is set must
    /// be there.
    package struct Fields: Hashable, Sendable {
        /// The resident set: `process_resident_memory_bytes`.
        package var rss: String?
        /// `nodejs_heap_size_total_bytes`.
        package var heapTotal: String?
        /// `nodejs_heap_size_used_bytes`.
        package var heapUsed: String?
        /// `nodejs_external_memory_bytes`.
        package var external: String?
        /// `nodejs_heap_size_limit_bytes`: `heap_size_limit` of `v8.getHeapStatistics()`.
        package var heapLimit: String?

        package init(
            rss: String? = nil, heapTotal: String? = nil, heapUsed: String? = nil, external: String? = nil,
            heapLimit: String? = nil
        ) {
            self.rss = rss
            self.heapTotal = heapTotal
            self.heapUsed = heapUsed
            self.external = external
            self.heapLimit = heapLimit
        }

        /// The names in the answer of Node's `process.memoryUsage()`.
        package static let node = Fields(
            rss: "rss", heapTotal: "heapTotal", heapUsed: "heapUsed", external: "external")
    }

    package let id: String
    package let kind = ProbeKind.process
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration

    private let source: HTTPSource
    private let fields: Fields

    /// - Parameters:
    ///   - name: the process's in the settings.
    ///   - request: what to ask; its body limit and total timeout are set by the probe.
    package init(
        name: String, request: HTTPRequest, fields: Fields = .node, transport: CurlTransport,
        interval: Duration = .seconds(5), deadline: Duration = .seconds(5)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.interval = interval
        self.deadline = deadline
        self.fields = fields
        source = HTTPSource(
            owner: id, request: request, accept: "application/json", bodyLimit: 1 << 20, deadline: deadline,
            transport: transport)
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(ProbeFailure) {
            return ProbeResult(samples: try read(try await source.fetch().body, at: at))
        } catch {
            return ProbeResult(failure: error)
        }
    }

    private func read(_ body: [UInt8], at: Timestamp) throws(ProbeFailure) -> [Sample] {
        let place = "\(id): \(source.place)"
        let json = try JSONFields(body, place: place)
        let wanted = [
            ("process_resident_memory_bytes", "rss", fields.rss),
            ("nodejs_heap_size_total_bytes", "heap_total", fields.heapTotal),
            ("nodejs_heap_size_used_bytes", "heap_used", fields.heapUsed),
            ("nodejs_external_memory_bytes", "external", fields.external),
            ("nodejs_heap_size_limit_bytes", "heap_limit", fields.heapLimit),
        ]
        var list = SampleList(at: at)
        for (metric, field, path) in wanted {
            guard let path else { continue }
            list.add(metric, try json.number(at: path, field: field, place: place))
        }
        return list.samples
    }
}
