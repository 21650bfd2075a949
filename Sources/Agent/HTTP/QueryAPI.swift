import Alerting
import HTTPTypes
import Hummingbird
import PromQL

/// The part of Prometheus's HTTP API that Grafana's data source and `promtool query` use
/// (https://prometheus.io/docs/prometheus/latest/querying/api/).
struct QueryAPI: Sendable {
    let engine: EngineService
    let runner: QueryRunner
    let version: String

    /// Larger forms are refused.
    private static let largestForm = 1 << 20
    /// Prometheus's bound on the points of a series.
    private static let mostPoints: Int64 = 11_000

    func add(to router: Router<BasicRequestContext>) {
        func both(_ path: RouterPath, _ body: @escaping @Sendable (QueryParameters) async throws -> Response) {
            router.get(path) { request, _ in await self.answer(request, body) }
            router.post(path) { request, _ in await self.answer(request, body) }
        }
        both("/api/v1/query") { try await self.query($0) }
        both("/api/v1/query_range") { try await self.queryRange($0) }
        both("/api/v1/series") { try await self.series($0) }
        both("/api/v1/labels") { try await self.labels($0) }
        router.get("/api/v1/label/:name/values") { request, context in
            let name = context.parameters.get("name") ?? ""
            return await self.answer(request) { try await self.values(of: name, $0) }
        }
        router.get("/api/v1/rules") { request, _ in await self.answer(request) { try await self.rules($0) } }
        router.get("/api/v1/metadata") { request, _ in await self.answer(request) { try await self.metadata($0) } }
        router.get("/api/v1/status/buildinfo") { _, _ in self.buildInformation() }
    }

    /// Reads the parameters, and turns every mistake into Prometheus's error.
    private func answer(
        _ request: Request, _ body: @Sendable (QueryParameters) async throws -> Response
    ) async -> Response {
        do {
            var forms = [request.uri.query ?? ""]
            if request.method == .post {
                let bytes = try await request.body.collect(upTo: Self.largestForm)
                forms.append(String(buffer: bytes))
            }
            return try await body(QueryParameters(forms))
        } catch let problem as QueryParameters.Problem {
            return JSONAnswer.failure(problem.description)
        } catch let failure as QueryRunner.Failure {
            switch failure {
            case .malformed: return JSONAnswer.failure(failure.message)
            case .execution:
                return JSONAnswer.failure(failure.message, type: "execution", status: .unprocessableContent)
            case .timeout: return JSONAnswer.failure(failure.message, type: "timeout", status: .serviceUnavailable)
            case .busy: return JSONAnswer.failure(failure.message, type: "unavailable", status: .serviceUnavailable)
            }
        } catch {
            return JSONAnswer.failure("the request's body can't be read: it may hold up to \(Self.largestForm) bytes")
        }
    }

    // MARK: Expressions

    private func query(_ parameters: QueryParameters) async throws -> Response {
        let text = try parameters.required("query")
        let limit = try parameters.limit()
        let now = await engine.now
        let time = try parameters.time("time") ?? now
        let answer = try await runner.instant(
            text, at: time, timeout: try parameters.duration("timeout") ?? QueryRunner.longest)
        let (value, cut) = Self.cut(answer.result, to: limit)
        return JSONAnswer.make(
            NotedSuccess(data: QueryAnswer(value, at: time), warnings: answer.warnings + cut, infos: answer.infos))
    }

    private func queryRange(_ parameters: QueryParameters) async throws -> Response {
        let text = try parameters.required("query")
        guard let start = try parameters.time("start") else { throw parameters.invalid("start", "it is missing") }
        guard let end = try parameters.time("end") else { throw parameters.invalid("end", "it is missing") }
        guard let step = try parameters.duration("step") else { throw parameters.invalid("step", "it is missing") }
        let limit = try parameters.limit()
        guard start <= end else { throw parameters.invalid("end", "end timestamp must not be before start time") }
        guard step.milliseconds > 0 else {
            throw parameters.invalid(
                "step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
        }
        guard (end - start).milliseconds / step.milliseconds <= Self.mostPoints else {
            throw QueryParameters.Problem(
                description: "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query "
                    + "resolution (?step=XX)")
        }
        let answer = try await runner.range(
            text, from: start, through: end, step: step,
            timeout: try parameters.duration("timeout") ?? QueryRunner.longest)
        let (value, cut) = Self.cut(.matrix(answer.result), to: limit)
        return JSONAnswer.make(
            NotedSuccess(data: QueryAnswer(value, at: end), warnings: answer.warnings + cut, infos: answer.infos))
    }

    /// The first `limit` series, and a word where there are more.
    private static func cut(_ value: Value, to limit: Int?) -> (value: Value, warnings: [String]) {
        let word = ["results truncated due to limit"]
        switch value {
        case .vector(let elements):
            if let limit, elements.count > limit { return (.vector(Array(elements.prefix(limit))), word) }
        case .matrix(let series):
            if let limit, series.count > limit { return (.matrix(Array(series.prefix(limit))), word) }
        case .scalar, .string: break
        }
        return (value, [])
    }

    // MARK: Names

    /// The series that a request is about; those of all time where it names none.
    private func found(_ parameters: QueryParameters, _ selectors: [[Matcher]]) async throws -> [Labels] {
        let (start, end) = (try parameters.time("start"), try parameters.time("end"))
        if let start, let end, end < start {
            throw parameters.invalid("end", "end timestamp must not be before start time")
        }
        let farthest = Timestamp(milliseconds: 1 << 53)
        return await engine.window.series(
            matching: selectors, after: start.map { $0 - .milliseconds(1) } ?? Timestamp(milliseconds: -(1 << 53)),
            through: end ?? farthest)
    }

    private func series(_ parameters: QueryParameters) async throws -> Response {
        let selectors = try parameters.selectors()
        guard !selectors.isEmpty else {
            throw QueryParameters.Problem(description: "no match[] parameter provided")
        }
        return limited(try await found(parameters, selectors).map(\.dictionary), try parameters.limit())
    }

    private func labels(_ parameters: QueryParameters) async throws -> Response {
        let series = try await found(parameters, try parameters.selectors())
        return limited(Set(series.flatMap { $0.map(\.name) }).sorted(), try parameters.limit())
    }

    private func values(of name: String, _ parameters: QueryParameters) async throws -> Response {
        guard !name.isEmpty else { throw parameters.invalid("name", "it is missing") }
        let series = try await found(parameters, try parameters.selectors())
        return limited(Set(series.compactMap { $0[name] }).sorted(), try parameters.limit())
    }

    private func limited(_ rows: [some Encodable], _ limit: Int?) -> Response {
        guard let limit, rows.count > limit else { return JSONAnswer.make(NotedSuccess(data: rows)) }
        return JSONAnswer.make(
            NotedSuccess(data: Array(rows.prefix(limit)), warnings: ["results truncated due to limit"]))
    }

    private func metadata(_ parameters: QueryParameters) async throws -> Response {
        let limit = try parameters.limit()
        let wanted = parameters["metric"]
        let names = await engine.window.labelValues(of: Labels.metricName)
        var answer: [String: [MetricDescription]] = [:]
        for name in names where wanted == nil || wanted == name {
            if let limit, answer.count >= limit { break }
            answer[name] = [MetricCatalog.description(of: name)]
        }
        return JSONAnswer.make(NotedSuccess(data: answer))
    }

    // MARK: Rules and build

    private func rules(_ parameters: QueryParameters) async throws -> Response {
        let filter = try RuleFilter(parameters)
        let groups = await engine.ruleGroups
        let alerts = await engine.alerts
        let metrics = await engine.window.labelValues(of: Labels.metricName)
        return JSONAnswer.make(
            NotedSuccess(data: RulesView(groups, alerts: alerts, metrics: metrics, filter: filter)))
    }

    /// Clients look at the version to learn what the API can do: it is that of the Prometheus whose API this is.
    private func buildInformation() -> Response {
        JSONAnswer.make(
            NotedSuccess(
                data: [
                    "version": "3.0.0", "revision": "tocsin-\(version)", "branch": "", "buildUser": "",
                    "buildDate": "", "goVersion": "",
                ]))
    }
}
