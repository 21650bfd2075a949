import CCurl
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Serves all HTTP transfers with one multi handle on one thread.
///
/// Callers leave jobs and wishes in a mailbox and wake the thread. Phases: `running` until `stop`, then
/// `stopping` until the thread has ended all transfers, then `stopped` for good.
final class CurlLoop: Sendable {
    private enum Phase {
        case running
        case stopping
        case stopped(TransferReport.End)
    }

    /// `curl_multi_wakeup` is the one function of a multi handle that other threads may call.
    private struct Waker: @unchecked Sendable {
        let multi: UnsafeMutableRawPointer
    }

    private struct Mailbox {
        var phase = Phase.running
        var waker: Waker?
        var jobs: [CurlJob<HTTPRequest>] = []
        var someGivenUp = false
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let mailbox = Mutex(Mailbox())

    init(limits: CurlTransport.Limits) {
        if !CurlThread.start({ self.serve(limits) }) { close(.notStarted("the system has no thread left")) }
    }

    /// Runs the transfer and returns what is known at its end, soon after the task is cancelled at the latest.
    func run(_ request: HTTPRequest, url: CurlURL) async -> TransferReport {
        let ticket = CurlTicket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                give(CurlJob(request: request, url: url, ticket: ticket, given: .now, answer: answer))
            }
        } onCancel: {
            ticket.give(.cancel)
            mailbox.withLock { mailbox in
                mailbox.someGivenUp = true
                Self.wake(mailbox)
            }
        }
    }

    /// Asks the thread to end all transfers and itself; returns at once.
    func stop() {
        mailbox.withLock { mailbox in
            guard case .running = mailbox.phase else { return }
            mailbox.phase = .stopping
            Self.wake(mailbox)
        }
    }

    /// Returns when the thread has ended all transfers.
    func stopped() async {
        await withCheckedContinuation { continuation in
            let already = mailbox.withLock { mailbox in
                if case .stopped = mailbox.phase { return true }
                mailbox.stopWaiters.append(continuation)
                return false
            }
            if already { continuation.resume() }
        }
    }

    private func give(_ job: CurlJob<HTTPRequest>) {
        let refusal: TransferReport.End? = mailbox.withLock { mailbox in
            switch mailbox.phase {
            case .running:
                mailbox.jobs.append(job)
                Self.wake(mailbox)
                return nil
            case .stopping: return .shutdown
            case .stopped(let end): return end
            }
        }
        if let refusal { job.answer.resume(returning: TransferReport(end: refusal)) }
    }

    private static func wake(_ mailbox: Mailbox) {
        if let waker = mailbox.waker { curl_multi_wakeup(waker.multi) }
    }

    /// The thread's whole life.
    private func serve(_ limits: CurlTransport.Limits) {
        guard let session = CurlSession(limits: limits) else { return close(.notStarted("no memory for libcurl")) }
        let waker = Waker(multi: session.multi)
        mailbox.withLock { $0.waker = waker }
        while let (jobs, someGivenUp) = collect() {
            for job in jobs { session.begin(job) }
            if someGivenUp { session.endGivenUp() }
            session.advance()
            session.endOverdue(.now)
            // Without the pause a lasting failure would spin.
            if !session.wait(.now) { usleep(10_000) }
        }
        session.giveUpAll()
        close(.shutdown)
    }

    /// What is in the mailbox; nil when it is time to stop.
    private func collect() -> (jobs: [CurlJob<HTTPRequest>], someGivenUp: Bool)? {
        mailbox.withLock { mailbox in
            guard case .running = mailbox.phase else { return nil }
            defer {
                mailbox.jobs = []
                mailbox.someGivenUp = false
            }
            return (mailbox.jobs, mailbox.someGivenUp)
        }
    }

    /// The last act: answers what is left in the mailbox, after which nobody wakes the handle any more.
    private func close(_ end: TransferReport.End) {
        let (jobs, waiters) = mailbox.withLock { mailbox in
            mailbox.phase = .stopped(end)
            mailbox.waker = nil
            defer {
                mailbox.jobs = []
                mailbox.stopWaiters = []
            }
            return (mailbox.jobs, mailbox.stopWaiters)
        }
        for job in jobs { job.answer.resume(returning: TransferReport(end: end)) }
        for waiter in waiters { waiter.resume() }
    }
}
