package import Drivers
package import PromQL

/// Samples an application's own connection pool, which it shows as JSON over HTTP.
///
/// Active is total less idle. The limit is `maximum`, else the field `max`; where neither is known it is the
/// connections that there are, which is how the guide computes utilization, and is pessimistic for a pool that still
/// has room to grow. How long a client has waited is not in such JSON, so there is no `pool_oldest_wait_seconds`
/// unless the field `oldestWait` names one.
package struct HTTPPoolProbe: Probe {
    /// Where the numbers stand in the JSON: dotted paths. The defaults are node-postgres's names.
    package struct Fields: Hashable, Sendable {
        /// Connections that there are.
        package var total: String
        /// Of these, those that no one uses.
        package var idle: String
        /// Clients in the queue for one.
        package var waiting: String
        /// The most connections that the pool opens. It may be absent from the JSON; nil means not to look.
        package var max: String?
        /// The seconds that the first in the queue has waited; nil by default.
        package var oldestWait: String?

        package init(
            total: String = "totalCount", idle: String = "idleCount", waiting: String = "waitingCount",
            max: String? = "max", oldestWait: String? = nil
        ) {
            self.total = total
            self.idle = idle
            self.waiting = waiting
            self.max = max
            self.oldestWait = oldestWait
        }
    }

    package let id: String
    package let kind = ProbeKind.pool
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration

    private let source: HTTPSource
    private let fields: Fields
    private let maximum: Double?

    /// - Parameters:
    ///   - name: the pool's in the settings.
    ///   - request: what to ask; its body limit and total timeout are set by the probe.
    ///   - maximum: the pool's limit where the JSON does not have it; it goes before the field.
    package init(
        name: String, request: HTTPRequest, fields: Fields = Fields(), maximum: Double? = nil,
        transport: CurlTransport, interval: Duration = .seconds(5), deadline: Duration = .seconds(5)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.interval = interval
        self.deadline = deadline
        self.fields = fields
        self.maximum = maximum
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
        let total = try json.number(at: fields.total, field: "total", place: place)
        let idle = try json.number(at: fields.idle, field: "idle", place: place)
        let waiting = try json.number(at: fields.waiting, field: "waiting", place: place)
        var limit = maximum
        if limit == nil, let path = fields.max {
            limit = try json.optionalNumber(at: path, field: "max", place: place)
        }
        var list = SampleList(at: at)
        // The two counts are not read in the same instant, so idle can be one too many.
        list.add("pool_connections_active", Swift.max(0, total - idle))
        list.add("pool_connections_idle", idle)
        list.add("pool_connections_max", limit ?? total)
        list.add("pool_clients_waiting", waiting)
        if let path = fields.oldestWait {
            list.add("pool_oldest_wait_seconds", try json.number(at: path, field: "oldest_wait", place: place))
        }
        return list.samples
    }
}
