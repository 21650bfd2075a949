#if canImport(Glibc)
    import Glibc
#endif

/// What Linux shows of its processes under `/proc`.
struct ProcFileSystem: Sendable {
    /// What is known of one process; nil where the agent's user may not see it.
    struct Reading: Hashable, Sendable {
        var residentBytes: Double?
        var proportionalBytes: Double?
        var anonymousBytes: Double?
        var openFiles: Double?
        var maxFiles: Double?
        var threads: Double?
        var cpuSeconds: Double?
        /// Seconds since 1970.
        var startTime: Double?
    }

    private let root: String

    init(root: String = "/proc") {
        self.root = root
    }

    /// Reads what there is of one process.
    ///
    /// Files that the agent's user may not read are left out; that `status` and `stat` can't be read is a failure.
    func read(_ pid: Int32) throws(SystemFile.Failure) -> Reading {
        let folder = "\(root)/\(pid)"
        let status = Self.fields(try SystemFile.text("\(folder)/status"))
        let stat = Self.stat(try SystemFile.text("\(folder)/stat"))
        var reading = Reading()
        reading.residentBytes = Self.kibibytes(status["VmRSS"])
        reading.anonymousBytes = Self.kibibytes(status["RssAnon"])
        reading.threads = status["Threads"].flatMap { Double($0) }
        if let text = try? SystemFile.text("\(folder)/smaps_rollup") {
            let rollup = Self.fields(text)
            reading.proportionalBytes = Self.kibibytes(rollup["Pss"])
            reading.anonymousBytes = Self.kibibytes(rollup["Anonymous"]) ?? reading.anonymousBytes
        }
        reading.openFiles = (try? SystemFile.names(in: "\(folder)/fd")).map { Double($0.count) }
        reading.maxFiles = (try? SystemFile.text("\(folder)/limits")).flatMap(Self.maxFiles)
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        if let stat, ticksPerSecond > 0 {
            reading.cpuSeconds = (stat.userTicks + stat.systemTicks) / ticksPerSecond
            reading.startTime = bootTime().map { $0 + stat.startTicks / ticksPerSecond }
        }
        return reading
    }

    /// All processes that can be seen; those that end meanwhile are left out.
    func table() throws(SystemFile.Failure) -> ProcessTable {
        var entries: [ProcessTable.Entry] = []
        for name in try SystemFile.names(in: root) {
            guard let pid = Int32(name), let command = try? SystemFile.bytes("\(root)/\(pid)/cmdline"),
                let text = try? SystemFile.text("\(root)/\(pid)/stat"), let stat = Self.stat(text)
            else { continue }
            let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            entries.append(
                ProcessTable.Entry(pid: pid, parent: stat.parent, command: words.joined(separator: " ")))
        }
        return ProcessTable(entries: entries.sorted { $0.pid < $1.pid })
    }

    /// When the machine started, in seconds since 1970.
    private func bootTime() -> Double? {
        guard let text = try? SystemFile.text("\(root)/stat") else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    struct Stat: Hashable {
        let parent: Int32
        let userTicks: Double
        let systemTicks: Double
        let startTicks: Double
    }

    /// Reads `/proc/PID/stat` (proc(5)). The second field is the program's name in parentheses and may hold anything,
    /// so the fields are counted from the last closing one.
    static func stat(_ text: String) -> Stat? {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = Int32(fields[1]), let user = Double(fields[11]),
            let system = Double(fields[12]), let start = Double(fields[19])
        else { return nil }
        return Stat(parent: parent, userTicks: user, systemTicks: system, startTicks: start)
    }

    /// The values of lines such as `VmRSS:  1234 kB`.
    static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            fields[String(line[..<colon])] = String(value)
        }
        return fields
    }

    /// The bytes of a value such as `1234 kB`.
    static func kibibytes(_ value: String?) -> Double? {
        guard let value, value.hasSuffix(" kB") else { return nil }
        return Double(value.dropLast(3)).map { $0 * 1_024 }
    }

    /// The soft limit of open files; nil where there is none.
    static func maxFiles(_ limits: String) -> Double? {
        let title = "Max open files"
        let line = limits.split(separator: "\n").first { $0.hasPrefix(title) }
        return line.flatMap { $0.dropFirst(title.count).split(separator: " ").first }.flatMap { Double($0) }
    }
}
