/// Collects what a server sends, up to limits.
struct CurlIncoming {
    /// What the header lines are.
    enum Form {
        case http
        case smtp
    }

    /// The most bytes of header lines that are read.
    static let headerLimit = 262_144

    /// The headers of the last HTTP answer.
    private(set) var headers: [(String, String)] = []
    /// The kept part of the body.
    private(set) var body: [UInt8] = []
    /// Whether the body had more than was kept.
    private(set) var bodyTruncated = false
    /// Whether the header lines passed the limit.
    private(set) var headersTooLarge = false
    /// The code of the last SMTP reply save that to QUIT; 0 before the first.
    private(set) var replyCode = 0
    /// The text of that reply, its lines joined by spaces, without codes.
    private(set) var reply = ""

    /// What the header lines are.
    let form: Form

    private let bodyLimit: Int
    private var headerBytes = 0
    private var replyEnded = true

    init(form: Form, bodyLimit: Int) {
        self.form = form
        self.bodyLimit = max(0, bodyLimit)
    }

    /// Takes a piece of the body; fewer bytes than given tell libcurl to stop.
    mutating func addBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = bodyLimit - body.count
        body.append(contentsOf: bytes.prefix(room))
        guard bytes.count > room else { return bytes.count }
        bodyTruncated = true
        return 0
    }

    /// Takes one whole header line or SMTP reply line; fewer bytes than given tell libcurl to stop.
    mutating func addLine(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        guard headerBytes <= Self.headerLimit else {
            headersTooLarge = true
            return 0
        }
        var line = bytes[...]
        while let last = line.last, last == 0x0A || last == 0x0D { line = line.dropLast() }
        let text = String(decoding: line, as: UTF8.self)
        switch form {
        case .http: addHeader(text)
        case .smtp: addReply(text)
        }
        return bytes.count
    }

    private mutating func addHeader(_ line: String) {
        if line.hasPrefix("HTTP/") {
            // An interim answer (100 Continue) came before; only the last one counts.
            headers = []
        } else if let colon = line.firstIndex(of: ":") {
            headers.append((Self.trim(line[..<colon]), Self.trim(line[line.index(after: colon)...])))
        }
    }

    private mutating func addReply(_ line: String) {
        // After a refusal libcurl says goodbye before it tells us; 221 answers nothing but QUIT.
        guard let code = Int(line.prefix(3)), code != 221 else { return }
        if replyEnded { reply = "" }
        replyCode = code
        let text = Self.trim(line.dropFirst(4))
        if reply.utf8.count < 1_000 {
            reply = TransferReport.printable(reply.isEmpty ? text : "\(reply) \(text)")
        }
        replyEnded = line.dropFirst(3).first != "-"
    }

    private static func trim(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
