import CCurl

extension TransferReport {
    /// The outcome of an HTTP request to `origin`.
    func httpVerdict(origin: String) -> Result<HTTPResponse, TransportError> {
        // Stopping at the body's limit makes libcurl report a write error; the answer itself is good.
        let cutOff = end == .finished(CURLE_WRITE_ERROR.rawValue) && bodyTruncated
        guard end == .finished(CURLE_OK.rawValue) || cutOff, code > 0 else {
            return .failure(failure(origin: origin, kind: httpKind, mayHaveBeenSent: requestMayHaveLeft))
        }
        return .success(
            HTTPResponse(
                status: code, headers: headers, body: body, bodyTruncated: bodyTruncated,
                httpVersion: versionName, duration: duration))
    }

    /// The outcome of handing a mail to the server at `origin`.
    func mailVerdict(origin: String) -> Result<MailResponse, TransportError> {
        if end == .finished(CURLE_OK.rawValue), messageRead, (200..<300).contains(code) {
            return .success(MailResponse(code: code, text: reply, duration: duration))
        }
        // After a refusal the server does not hold the mail, even if it had read all of it.
        let refused = (400..<600).contains(code)
        return .failure(failure(origin: origin, kind: mailKind, mayHaveBeenSent: messageRead && !refused))
    }

    private var httpKind: TransportError.Kind {
        guard case .finished(let number) = end else { return unfinishedKind }
        if tunnelCode >= 300 { return .proxy }
        return kind(of: CURLcode(rawValue: number), requestBegun: requestMayHaveLeft)
    }

    private var mailKind: TransportError.Kind {
        guard case .finished(let number) = end else { return unfinishedKind }
        let code = CURLcode(rawValue: number)
        switch code {
        case CURLE_LOGIN_DENIED where !(400..<500).contains(self.code):
            return .authentication
        case CURLE_LOGIN_DENIED, CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED,
            CURLE_QUOTE_ERROR, CURLE_RECV_ERROR, CURLE_OK:
            if (400..<600).contains(self.code) { return .smtp(code: self.code, text: reply) }
            return kind(of: code, requestBegun: ready > 0)
        default:
            return kind(of: code, requestBegun: self.code > 0)
        }
    }

    private var unfinishedKind: TransportError.Kind {
        switch end {
        case .notStarted: .resources
        case .cancelled, .shutdown, .finished: .cancelled
        }
    }

    private func kind(of code: CURLcode, requestBegun: Bool) -> TransportError.Kind {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            .dns
        case CURLE_COULDNT_CONNECT:
            .refused
        case CURLE_OPERATION_TIMEDOUT:
            if requestBegun || words.hasPrefix("Operation") {
                .timeout
            } else if resolved == 0, words.hasPrefix("Resolving") {
                .dns
            } else if resolved > 0 || words.hasPrefix("Connection") {
                .connectTimeout
            } else {
                .timeout
            }
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            .tls
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            .connectionLost
        case CURLE_PROXY:
            .proxy
        case CURLE_LOGIN_DENIED:
            .authentication
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            .resources
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION,
            CURLE_NOT_BUILT_IN:
            .invalidRequest
        default:
            .protocolError
        }
    }

    private var versionName: String {
        switch httpVersion {
        case CURL_HTTP_VERSION_1_0: "1.0"
        case CURL_HTTP_VERSION_1_1: "1.1"
        case CURL_HTTP_VERSION_2_0: "2"
        case CURL_HTTP_VERSION_3: "3"
        default: "unknown"
        }
    }
}
