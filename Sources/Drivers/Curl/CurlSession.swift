import CCurl

/// The multi handle and its running transfers; lives on the loop's thread alone.
final class CurlSession {
    private struct Transfer {
        let easy: CurlEasy
        let job: CurlJob<HTTPRequest>
        let deadline: ContinuousClock.Instant
    }

    /// How long after its total timeout a transfer is left to libcurl, whose words on it are better.
    private static let grace = Duration.milliseconds(100)

    /// The multi handle.
    let multi: UnsafeMutableRawPointer
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    /// Not later than the first deadline of all transfers.
    private var nextDeadline = ContinuousClock.now

    /// Nil when there is no memory for a handle.
    init?(limits: CurlTransport.Limits) {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        let options = [
            (CURLMOPT_MAX_HOST_CONNECTIONS, limits.connectionsPerHost),
            (CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.connections),
            (CURLMOPT_MAXCONNECTS, limits.connections),
        ]
        for (option, value) in options where ccurl_multi_set_long(multi, option, max(1, value)) != CURLM_OK {
            curl_multi_cleanup(multi)
            return nil
        }
    }

    deinit {
        for transfer in transfers.values { curl_multi_remove_handle(multi, transfer.easy.handle) }
        curl_multi_cleanup(multi)
    }

    /// Begins a transfer, or answers at once when it cannot begin or was given up meanwhile.
    func begin(_ job: CurlJob<HTTPRequest>) {
        if let end = job.ticket.end { return job.answer.resume(returning: TransferReport(end: end)) }
        let incoming = CurlIncoming(form: .http, bodyLimit: job.request.bodyLimit)
        let deadline = job.given + job.request.totalTimeout + Self.grace
        guard let easy = CurlEasy(incoming: incoming, upload: [], ticket: job.ticket, deadline: deadline) else {
            return job.answer.resume(returning: TransferReport(end: .notStarted("no memory for a transfer")))
        }
        easy.prepare(job.request, url: job.url)
        if let lack = easy.failedSetting {
            return job.answer.resume(returning: TransferReport(end: .notStarted(lack)))
        }
        let result = curl_multi_add_handle(multi, easy.handle)
        guard result == CURLM_OK else {
            let words = String(cString: curl_multi_strerror(result))
            return job.answer.resume(returning: TransferReport(end: .notStarted(words)))
        }
        transfers[easy.handle] = Transfer(easy: easy, job: job, deadline: deadline)
        nextDeadline = transfers.count == 1 ? deadline : min(nextDeadline, deadline)
    }

    /// Ends the transfers whose total timeout is long over.
    ///
    /// libcurl 7.88 keeps no time for a transfer that waits for a free connection.
    func endOverdue(_ now: ContinuousClock.Instant) {
        guard !transfers.isEmpty, now >= nextDeadline else { return }
        let overdue = transfers.filter { $0.value.deadline <= now }
        for handle in overdue.keys { end(handle, as: .finished(CURLE_OPERATION_TIMEDOUT.rawValue)) }
        nextDeadline = transfers.values.map(\.deadline).min() ?? now
    }

    /// Ends the transfers that their callers have given up.
    func endGivenUp() {
        let givenUp = transfers.compactMap { handle, transfer in transfer.job.ticket.end.map { (handle, $0) } }
        for (handle, wished) in givenUp { end(handle, as: wished) }
    }

    /// Ends all transfers because the transport shuts down.
    func giveUpAll() {
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
        let rest = transfers.isEmpty ? longest : CurlEasy.milliseconds(nextDeadline - now)
        return curl_multi_poll(multi, nil, 0, Int32(min(rest, longest)), nil) == CURLM_OK
    }

    private func end(_ handle: UnsafeMutableRawPointer, as end: TransferReport.End) {
        guard let transfer = transfers.removeValue(forKey: handle) else { return }
        let report = transfer.easy.report(end: end)
        curl_multi_remove_handle(multi, handle)
        transfer.job.answer.resume(returning: report)
    }
}
