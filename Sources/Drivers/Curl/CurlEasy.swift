import CCurl

/// One easy handle with all memory that libcurl borrows from it; lives on one thread.
final class CurlEasy {
    /// The easy handle.
    let handle: UnsafeMutableRawPointer
    /// What has arrived so far.
    var incoming: CurlIncoming

    private let ticket: CurlTicket
    private let deadline: ContinuousClock.Instant

    private let words: UnsafeMutablePointer<CChar>
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    private let upload: [UInt8]
    private var uploaded = 0
    private var settingFailure = CURLE_OK

    /// Nil when there is no memory for a handle.
    ///
    /// About once a second, also where libcurl blocks, the transfer ends if the ticket says so or the deadline
    /// is over. The deadline is a second net, for what libcurl's own timeouts leave out.
    init?(incoming: CurlIncoming, upload: [UInt8], ticket: CurlTicket, deadline: ContinuousClock.Instant) {
        // Safe to call from any thread and cheap after the first time.
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = curl_easy_init() else { return nil }
        self.handle = handle
        self.incoming = incoming
        self.upload = upload
        self.ticket = ticket
        self.deadline = deadline
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        set(CURLOPT_ERRORBUFFER, pointer: words)
        attachCallbacks()
    }

    deinit {
        curl_easy_cleanup(handle)
        for list in lists { curl_slist_free_all(list) }
        words.deallocate()
    }

    /// The first refusal of an option; no transfer may start after one, for the option may be about safety.
    var failedSetting: String? {
        guard settingFailure != CURLE_OK else { return nil }
        return "libcurl refused an option: \(String(cString: curl_easy_strerror(settingFailure)))"
    }

    /// Sets an option of a number or a truth value.
    func set(_ option: CURLoption, _ value: Int) {
        note(ccurl_set_long(handle, option, value))
    }

    /// Sets an option of a text, which libcurl copies.
    func set(_ option: CURLoption, _ value: String) {
        note(ccurl_set_string(handle, option, value))
    }

    /// Sets an option of a text to nothing.
    func clear(_ option: CURLoption) {
        note(ccurl_set_string(handle, option, nil))
    }

    /// Sets an option of a list; the list lives as long as the handle.
    func set(_ option: CURLoption, list texts: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts {
            guard let longer = curl_slist_append(list, text) else {
                curl_slist_free_all(list)
                return note(CURLE_OUT_OF_MEMORY)
            }
            list = longer
        }
        guard let list else { return }
        lists.append(list)
        note(ccurl_set_list(handle, option, list))
    }

    /// Sets the body of a post, which libcurl copies.
    func set(post body: [UInt8]) {
        note(ccurl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        body.withUnsafeBytes { bytes in
            // libcurl takes a null pointer as "read it from the callback".
            guard let start = bytes.baseAddress else { return set(CURLOPT_COPYPOSTFIELDS, "") }
            note(ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: start)))
        }
    }

    /// How a transfer ended that libcurl ended with this code.
    func end(for result: CURLcode) -> TransferReport.End {
        guard result == CURLE_ABORTED_BY_CALLBACK else { return .finished(result.rawValue) }
        return ticket.end ?? .finished(CURLE_OPERATION_TIMEDOUT.rawValue)
    }

    /// Everything known of the transfer as it ends.
    func report(end: TransferReport.End) -> TransferReport {
        var report = TransferReport(end: end)
        report.words = String(cString: words)
        switch incoming.form {
        case .http: report.code = long(CURLINFO_RESPONSE_CODE)
        case .smtp: report.code = incoming.replyCode
        }
        report.tunnelCode = long(CURLINFO_HTTP_CONNECTCODE)
        report.httpVersion = long(CURLINFO_HTTP_VERSION)
        report.headers = incoming.headers
        report.body = incoming.body
        report.bodyTruncated = incoming.bodyTruncated
        report.headersTooLarge = incoming.headersTooLarge
        report.reply = incoming.reply
        report.messageRead = !upload.isEmpty && uploaded == upload.count
        report.requestBytes = long(CURLINFO_REQUEST_SIZE)
        report.resolved = offset(CURLINFO_NAMELOOKUP_TIME_T)
        report.ready = offset(CURLINFO_PRETRANSFER_TIME_T)
        report.duration = .microseconds(offset(CURLINFO_TOTAL_TIME_T))
        return report
    }

    private func note(_ result: CURLcode) {
        if settingFailure == CURLE_OK { settingFailure = result }
    }

    private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) {
        note(ccurl_set_pointer(handle, option, pointer))
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_get_long(handle, info, &value) == CURLE_OK ? value : 0
    }

    private func offset(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return ccurl_get_offset(handle, info, &value) == CURLE_OK ? Int(value) : 0
    }

    private func attachCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_WRITEDATA, pointer: context)
        set(CURLOPT_HEADERDATA, pointer: context)
        set(CURLOPT_READDATA, pointer: context)
        set(CURLOPT_XFERINFODATA, pointer: context)
        note(
            ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
                guard let data, let easy = CurlEasy.from(context) else { return 0 }
                return easy.incoming.addBody(UnsafeRawBufferPointer(start: data, count: size * count))
            })
        note(
            ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
                guard let data, let easy = CurlEasy.from(context) else { return 0 }
                return easy.incoming.addLine(UnsafeRawBufferPointer(start: data, count: size * count))
            })
        note(
            ccurl_set_data_callback(handle, CURLOPT_READFUNCTION) { data, size, count, context in
                guard let data, let easy = CurlEasy.from(context) else { return Int(CURL_READFUNC_ABORT) }
                return easy.giveUpload(UnsafeMutableRawBufferPointer(start: data, count: size * count))
            })
        note(
            ccurl_set_progress_callback(handle, CURLOPT_XFERINFOFUNCTION) { context, _, _, _, _ in
                guard let easy = CurlEasy.from(context) else { return 1 }
                return easy.ticket.wish == .goOn && ContinuousClock.now < easy.deadline ? 0 : 1
            })
        set(CURLOPT_NOPROGRESS, 0)
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> CurlEasy? {
        context.map { Unmanaged<CurlEasy>.fromOpaque($0).takeUnretainedValue() }
    }

    private func giveUpload(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, upload.count - uploaded)
        room.copyBytes(from: upload[uploaded..<uploaded + count])
        uploaded += count
        return count
    }
}
