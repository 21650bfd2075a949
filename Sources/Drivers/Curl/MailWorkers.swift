import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Hands mails over on a few threads of their own.
///
/// libcurl blocks its thread while it waits for the reply to the end of a mail, even under a multi handle, so one
/// slow mail server would hold up every HTTP request. A thread is started when a mail comes and none is free,
/// and ends when no mail is left.
final class MailWorkers: Sendable {
    private struct State {
        var stopping = false
        var workers = 0
        var waiting: [CurlJob<MailRequest>] = []
        var running: [ObjectIdentifier: CurlTicket] = [:]
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let most: Int
    private let state = Mutex(State())

    /// At most `most` mails are under way at a time; others wait in order.
    init(most: Int) {
        self.most = max(1, most)
    }

    /// Hands the mail over and returns what is known at the end, within about a second of cancellation.
    func run(_ mail: MailRequest, url: CurlURL) async -> TransferReport {
        let ticket = CurlTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                give(CurlJob(request: mail, url: url, ticket: ticket, given: .now, answer: answer))
            }
        } onCancel: {
            ticket.give(.cancel)
            let waiting = state.withLock { state in
                let index = state.waiting.firstIndex { $0.ticket === ticket }
                return index.map { state.waiting.remove(at: $0) }
            }
            waiting?.answer.resume(returning: TransferReport(end: .cancelled))
        }
    }

    /// Asks all threads to end; returns at once.
    func stop() {
        let waiting = state.withLock { state in
            state.stopping = true
            for ticket in state.running.values { ticket.give(.shutdown) }
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in waiting { job.answer.resume(returning: TransferReport(end: .shutdown)) }
    }

    /// Returns when all threads have ended.
    func stopped() async {
        await withCheckedContinuation { continuation in
            let already = state.withLock { state in
                if state.workers == 0 { return true }
                state.stopWaiters.append(continuation)
                return false
            }
            if already { continuation.resume() }
        }
    }

    private enum Admission {
        case queued
        case needsWorker
        case refused
    }

    private func give(_ job: CurlJob<MailRequest>) {
        let admission: Admission = state.withLock { state in
            if state.stopping { return .refused }
            state.waiting.append(job)
            guard state.workers < most else { return .queued }
            state.workers += 1
            return .needsWorker
        }
        switch admission {
        case .queued: return
        case .refused: job.answer.resume(returning: TransferReport(end: .shutdown))
        case .needsWorker: if !CurlThread.start({ self.work() }) { failToStart() }
        }
    }

    /// With no thread to be had, waiting mails go to the threads there are; with none at all they fail.
    private func failToStart() {
        let (stranded, waiters) = state.withLock { state in
            state.workers -= 1
            guard state.workers == 0 else { return ([CurlJob<MailRequest>](), [CheckedContinuation<Void, Never>]()) }
            defer {
                state.waiting = []
                state.stopWaiters = []
            }
            return (state.waiting, state.stopWaiters)
        }
        for job in stranded {
            job.answer.resume(returning: TransferReport(end: .notStarted("the system has no thread left")))
        }
        for waiter in waiters { waiter.resume() }
    }

    /// A thread's whole life.
    private func work() {
        while let job = next() {
            deliver(job)
            state.withLock { $0.running[job.id] = nil }
        }
    }

    /// The next mail; nil, once, when this thread is to end.
    private func next() -> CurlJob<MailRequest>? {
        let (job, waiters): (CurlJob<MailRequest>?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            if !state.waiting.isEmpty {
                let job = state.waiting.removeFirst()
                state.running[job.id] = job.ticket
                return (job, [])
            }
            state.workers -= 1
            guard state.workers == 0 else { return (nil, []) }
            defer { state.stopWaiters = [] }
            return (nil, state.stopWaiters)
        }
        for waiter in waiters { waiter.resume() }
        return job
    }

    private func deliver(_ job: CurlJob<MailRequest>) {
        let answer = job.answer
        if let end = job.ticket.end { return answer.resume(returning: TransferReport(end: end)) }
        let waited = ContinuousClock.now - job.given
        guard waited < job.request.totalTimeout else {
            return answer.resume(returning: TransferReport(end: .finished(CURLE_OPERATION_TIMEDOUT.rawValue)))
        }
        let incoming = CurlIncoming(form: .smtp, bodyLimit: 0)
        let deadline = job.given + job.request.totalTimeout
        let message = job.request.message
        guard let easy = CurlEasy(incoming: incoming, upload: message, ticket: job.ticket, deadline: deadline) else {
            return answer.resume(returning: TransferReport(end: .notStarted("no memory for a transfer")))
        }
        easy.prepare(job.request, url: job.url, waited: waited)
        if let lack = easy.failedSetting { return answer.resume(returning: TransferReport(end: .notStarted(lack))) }
        let result = curl_easy_perform(easy.handle)
        answer.resume(returning: easy.report(end: easy.end(for: result)))
        sayGoodbyeOnly(easy)
    }

    /// Lets libcurl send QUIT as the handle goes, but not wait for its answer, which it would do for minutes.
    private func sayGoodbyeOnly(_ easy: CurlEasy) {
        var socket: curl_socket_t = -1
        guard ccurl_get_socket(easy.handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK, socket >= 0 else { return }
        shutdown(socket, Int32(SHUT_RD))
    }
}
