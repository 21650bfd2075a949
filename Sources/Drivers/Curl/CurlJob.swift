/// A checked request on its way to a thread, with the way back to its caller.
struct CurlJob<Request: Sendable>: Sendable {
    let request: Request
    let url: CurlURL
    let ticket: CurlTicket
    let given: ContinuousClock.Instant
    let answer: CheckedContinuation<TransferReport, Never>

    var id: ObjectIdentifier { ObjectIdentifier(ticket) }
}
