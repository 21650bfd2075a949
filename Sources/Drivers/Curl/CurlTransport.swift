/// Sends HTTP requests and mails with libcurl.
///
/// All HTTP transfers share one thread, one set of kept-alive connections and one DNS cache. Mails have a few
/// threads of their own, because libcurl blocks while a mail is accepted. Made once, it serves until `shutdown`;
/// one that is dropped without it stops by itself.
///
/// When a kept-alive connection turns out to be dead before any byte of an answer came, libcurl sends the same
/// request once more on a new one within the same `send`.
package final class CurlTransport: Sendable {
    /// How much may go on at a time.
    package struct Limits: Sendable, Equatable {
        /// The most connections to one host and port, 8 by default; further requests wait for a free one.
        package var connectionsPerHost: Int
        /// The most connections in all, 1,000 by default; further requests wait for a free one.
        package var connections: Int
        /// The most mails under way, 4 by default; further mails wait in order.
        package var mails: Int

        package init(connectionsPerHost: Int = 8, connections: Int = 1_000, mails: Int = 4) {
            self.connectionsPerHost = connectionsPerHost
            self.connections = connections
            self.mails = mails
        }
    }

    private let loop: CurlLoop
    private let mailWorkers: MailWorkers

    /// Starts the thread; if the system has none left, each `send` says so.
    package init(limits: Limits = Limits()) {
        loop = CurlLoop(limits: limits)
        mailWorkers = MailWorkers(most: limits.mails)
    }

    deinit {
        loop.stop()
        mailWorkers.stop()
    }

    /// Sends the request and returns the answer, whatever its status; redirects are not followed.
    ///
    /// Throws when there is no answer. A cancelled task throws `cancelled` soon.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let url = try request.check()
        return try await loop.run(request, url: url).httpVerdict(origin: url.origin).get()
    }

    /// Hands the mail to the server and returns its acceptance.
    ///
    /// Throws when the server did not accept it for all recipients. A cancelled task throws `cancelled` within
    /// about a second.
    package func send(_ mail: MailRequest) async throws(TransportError) -> MailResponse {
        let url = try mail.check()
        return try await mailWorkers.run(mail, url: url).mailVerdict(origin: url.origin).get()
    }

    /// Ends outstanding transfers with `cancelled`, closes all connections and returns when the threads are done.
    ///
    /// Later sends throw `cancelled`. Calling it again does no harm.
    package func shutdown() async {
        loop.stop()
        mailWorkers.stop()
        await loop.stopped()
        await mailWorkers.stopped()
    }
}
