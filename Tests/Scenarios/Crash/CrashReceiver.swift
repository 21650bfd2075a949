import Foundation
import Support
import Synchronization

/// Takes webhook messages, now and then badly, and keeps what it answered well.
final class CrashReceiver: Sendable {
    private struct State {
        var random: SeededGenerator
        var tellings: [CrashModel.Telling] = []
        var isRefusing = false
        var onRequest: (@Sendable () -> Void)?
    }

    private let state: Mutex<State>
    private let server: Mutex<HTTPReceiver?> = Mutex(nil)
    let port: Int

    init(seed: UInt64) throws {
        let state = Mutex(State(random: SeededGenerator(seed: seed)))
        self.state = state
        port = try FreePort.find()
        let receiver = try HTTPReceiver(port: port) { [unowned self] in answer($0) }
        server.withLock { $0 = receiver }
    }

    func url(_ name: String) -> String { "http://127.0.0.1:\(port)/\(name)" }

    var tellings: [CrashModel.Telling] { state.withLock { $0.tellings } }

    /// While true everything is answered with 503.
    func refuse(_ isRefusing: Bool) { state.withLock { $0.isRefusing = isRefusing } }

    /// Calls once, as soon as a request is here and before it is answered.
    func onNextRequest(_ call: (@Sendable () -> Void)?) { state.withLock { $0.onRequest = call } }

    func stop() { server.withLock { $0?.stop() } }

    private func answer(_ request: HTTPReceiver.Request) -> HTTPReceiver.Answer {
        let (isBad, delay, call) = state.withLock { state in
            let luck = Int.random(in: 0..<100, using: &state.random)
            let pause = luck < 30 ? Int.random(in: 1...300, using: &state.random) : 0
            defer { state.onRequest = nil }
            return (state.isRefusing || luck >= 95, Duration.milliseconds(pause), state.onRequest)
        }
        call?()
        guard !isBad else { return .init(status: 503, body: "not now") }
        let seconds = Double(delay.components.attoseconds) * 1e-18
        let new = Self.tellings(in: request, answered: request.date.addingTimeInterval(seconds))
        state.withLock { $0.tellings += new }
        return .init(delay: delay)
    }

    private static func tellings(in request: HTTPReceiver.Request, answered: Date) -> [CrashModel.Telling] {
        guard let body = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any],
            let alerts = body["alerts"] as? [[String: Any]],
            let ours = (body["tocsin"] as? [String: Any])?["alerts"] as? [[String: Any]]
        else { return [] }
        return zip(alerts, ours).compactMap { alert, more in
            guard let change = more["change"] as? String, change != "unchanged",
                let began = (alert["startsAt"] as? String).flatMap(date)
            else { return nil }
            let meanwhile = (more["meanwhile"] as? [[String: Any]] ?? []).compactMap {
                ($0["startedAt"] as? String).flatMap(date)
            }
            return CrashModel.Telling(
                receiver: request.path, target: (alert["labels"] as? [String: String])?["target"] ?? "", change: change,
                startedAt: began, meanwhile: meanwhile, key: request.header("Idempotency-Key") ?? "",
                arrived: request.date,
                answered: answered)
        }
    }

    private static func date(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
