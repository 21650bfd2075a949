import CCurl

/// The multi handle and its running transfers; lives on the loop's thread alone.
final class CurlSession {
    private struct Transfer {
        let easy: CurlEasy
        let job: CurlJob<HTTPRequest>
        let deadline: ContinuousClock.Instant
    }

    /// A transfer that waits for a place.
    private struct Waiting {
        let job: CurlJob<HTTPRequest>
        let deadline: ContinuousClock.Instant
    }

    /// How long after its total timeout a transfer is left to libcurl, whose words on it are better.
    private static let grace = Duration.milliseconds(100)

    /// The multi handle.
    let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var queue: CurlQueue<Waiting>
    /// Not later than the first deadline of all transfers, the waiting ones included.
    private var nextDeadline = ContinuousClock.now

    /// Nil when there is no memory for a handle.
    init?(limits: CurlTransport.Limits) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        queue = CurlQueue(mostPerOrigin: limits.connectionsPerHost, most: limits.connections)
        // How many may stay open while nothing uses them.
        guard ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, max(1, limits.connections)) == CURLM_OK else {
            curl_multi_cleanup(multi)
            return nil
        }
    }

    deinit {
        for transfer in transfers.values { curl_multi_remove_handle(multi, transfer.easy.handle) }
        curl_multi_cleanup(multi)
    }

    /// Begins a transfer, or has it wait for a place; answers at once when it can't begin or was given up meanwhile.
    func begin(_ job: CurlJob<HTTPRequest>) {
        let waiting = Waiting(job: job, deadline: job.given + job.request.totalTimeout + Self.grace)
        nextDeadline = isIdle ? waiting.deadline : min(nextDeadline, waiting.deadline)
        guard queue.begins(waiting, at: job.url.origin) else { return }
        if let end = start(waiting) { answer(job, end) }
    }

    private var isIdle: Bool { transfers.isEmpty && queue.isEmpty }

    /// Hands a transfer that has a place to libcurl.
    ///
    /// - Returns: why it can't begin; nil where it has begun.
    private func start(_ waiting: Waiting) -> TransferReport.End? {
        let job = waiting.job
        if let end = job.ticket.end { return end }
        let incoming = CurlIncoming(form: .http, bodyLimit: job.request.bodyLimit)
        // Its time begins anew: one that had waited for nearly all of it would be sent and then given up, and nobody would
        // know whether it arrived.
        let deadline = ContinuousClock.now + job.request.totalTimeout + Self.grace
        guard let easy = CurlEasy(incoming: incoming, upload: [], ticket: job.ticket, deadline: deadline) else {
            return .notStarted("no memory for a transfer")
        }
        easy.prepare(job.request, url: job.url)
        if let lack = easy.failedSetting { return .notStarted(lack) }
        let result = curl_multi_add_handle(multi, easy.handle)
        guard result == CURLM_OK else { return .notStarted(String(cString: curl_multi_strerror(result))) }
        transfers[easy.handle] = Transfer(easy: easy, job: job, deadline: deadline)
        nextDeadline = min(nextDeadline, deadline)
        return nil
    }

    /// Answers a transfer that had a place and did not begin, and gives the place to the next.
    private func answer(_ job: CurlJob<HTTPRequest>, _ end: TransferReport.End) {
        job.answer.resume(returning: TransferReport(end: end))
        free(job.url.origin)
    }

    /// Gives a free place to those that wait.
    private func free(_ origin: String) {
        queue.ended(at: origin)
        while let next = queue.next(preferring: origin) {
            guard let end = start(next) else { continue }
            next.job.answer.resume(returning: TransferReport(end: end))
            queue.ended(at: next.job.url.origin)
        }
    }

    /// Ends the transfers whose total timeout is over: those that wait, and those that libcurl has not ended.
    func endOverdue(_ now: ContinuousClock.Instant) {
        guard !isIdle, now >= nextDeadline else { return }
        let timeout = TransferReport.End.finished(CURLE_OPERATION_TIMEDOUT.rawValue)
        for one in queue.removeAll(where: { $0.deadline <= now }) {
            var report = TransferReport(end: timeout)
            report.words = "all the time went by in waiting for a free connection"
            one.job.answer.resume(returning: report)
        }
        let overdue = transfers.filter { $0.value.deadline <= now }
        for handle in overdue.keys { end(handle, as: timeout) }
        nextDeadline = (transfers.values.map(\.deadline) + queue.all.map(\.deadline)).min() ?? now
    }

    /// Ends the transfers that their callers have given up.
    func endGivenUp() {
        for one in queue.removeAll(where: { $0.job.ticket.end != nil }) {
            if let end = one.job.ticket.end { one.job.answer.resume(returning: TransferReport(end: end)) }
        }
        let givenUp = transfers.compactMap { handle, transfer in transfer.job.ticket.end.map { (handle, $0) } }
        for (handle, wished) in givenUp { end(handle, as: wished) }
    }

    /// Ends all transfers because the transport shuts down.
    func giveUpAll() {
        for one in queue.removeAll(where: { _ in true }) {
            one.job.answer.resume(returning: TransferReport(end: .shutdown))
        }
        for handle in Array(transfers.keys) { end(handle, as: .shutdown) }
    }

    /// Moves all transfers on as far as they go without waiting, and answers those that ended.
    func advance() {
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
            let result = ccurl_message_result(message)
            if let easy = transfers[handle]?.easy { end(handle, as: easy.end(for: result)) }
        }
    }

    /// Waits until a socket is ready, a timer is due, or someone calls `curl_multi_wakeup`; false on failure.
    func wait(_ now: ContinuousClock.Instant) -> Bool {
        let longest = 60_000
        let rest = isIdle ? longest : CurlEasy.milliseconds(nextDeadline - now)
        return curl_multi_poll(multi, nil, 0, Int32(min(rest, longest)), nil) == CURLM_OK
    }

    private func end(_ handle: UnsafeMutableRawPointer, as end: TransferReport.End) {
        guard let transfer = transfers.removeValue(forKey: handle) else { return }
        let report = transfer.easy.report(end: end)
        curl_multi_remove_handle(multi, handle)
        transfer.job.answer.resume(returning: report)
        free(transfer.job.url.origin)
    }
}
