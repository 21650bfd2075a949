package import PromQL

#if canImport(Glibc)
    import Glibc
#endif

/// Samples a process on this machine through `/proc`.
///
/// What the agent's user may not see (another user's open files and proportional memory) is left out.
package struct ProcessProbe: Probe {
    /// How the process is found, anew in each round.
    package enum Target: Sendable {
        case pid(Int32)
        /// A file that holds the number.
        case pidfile(String)
        /// A pattern that the command line must hold somewhere; see `init(command:)`.
        case command(RegularExpression)

        /// A target by a regular expression that is searched for in the command line, arguments joined by spaces.
        package init(command pattern: String) throws(RegexError) {
            self = .command(try RegularExpression("(?s:.*(?:\(pattern)).*)"))
        }
    }

    package let id: String
    package let kind = ProbeKind.process
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration

    private let target: Target
    private let files: ProcFileSystem

    /// - Parameters:
    ///   - name: the process's in the settings.
    ///   - proc: where the process file system is mounted.
    package init(
        name: String, target: Target, proc: String = "/proc", interval: Duration = .seconds(5),
        deadline: Duration = .seconds(5)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.interval = interval
        self.deadline = deadline
        self.target = target
        files = ProcFileSystem(root: proc)
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(ProbeFailure) {
            let pid = try find()
            return ProbeResult(samples: samples(of: try read(pid), at: at))
        } catch {
            return ProbeResult(failure: error)
        }
    }

    private func find() throws(ProbeFailure) -> Int32 {
        switch target {
        case .pid(let pid):
            return pid
        case .pidfile(let path):
            return try readPidfile(path)
        case .command(let pattern):
            return try table().process(matching: pattern, excluding: getpid(), owner: id)
        }
    }

    private func table() throws(ProbeFailure) -> ProcessTable {
        do throws(SystemFile.Failure) {
            return try files.table()
        } catch {
            throw ProbeFailure(.unreadable, "\(id): can't list \(error.path): \(error.cause)")
        }
    }

    private func readPidfile(_ path: String) throws(ProbeFailure) -> Int32 {
        let text: String
        do throws(SystemFile.Failure) {
            text = try SystemFile.text(path)
        } catch {
            let reason: ProbeFailure.Reason = error.isMissing ? .missingFile : .unreadable
            let remedy = error.isMissing ? "is the process running, and is `pidfile` right?" : "let the agent read it"
            throw ProbeFailure(reason, "\(id): can't read \(path): \(error.cause); \(remedy)")
        }
        let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard let pid = Int32(line.filter { !$0.isWhitespace }), pid > 0 else {
            throw ProbeFailure(.notANumber, "\(id): the first line of \(path) is not the number of a process")
        }
        return pid
    }

    private func read(_ pid: Int32) throws(ProbeFailure) -> ProcFileSystem.Reading {
        do throws(SystemFile.Failure) {
            return try files.read(pid)
        } catch {
            if error.isMissing {
                throw ProbeFailure(.noSuchProcess, "\(id): there is no process \(pid)\(hint)")
            }
            let remedy = "run the agent as a user that may see it (look at the mount option `hidepid`)"
            throw ProbeFailure(.unreadable, "\(id): can't read \(error.path): \(error.cause); \(remedy)")
        }
    }

    private var hint: String {
        switch target {
        case .pid: "; it ended, so `pidfile` or `command` finds its successor better than `pid`"
        case .pidfile(let path): ", which \(path) names; is it running?"
        case .command: " any more; it ended just now"
        }
    }

    private func samples(of reading: ProcFileSystem.Reading, at: Timestamp) -> [Sample] {
        var list = SampleList(at: at)
        list.add("process_resident_memory_bytes", reading.residentBytes)
        list.add("process_proportional_memory_bytes", reading.proportionalBytes)
        list.add("process_anonymous_memory_bytes", reading.anonymousBytes)
        list.add("process_open_fds", reading.openFiles)
        list.add("process_max_fds", reading.maxFiles)
        list.add("process_threads", reading.threads)
        list.add("process_cpu_seconds_total", reading.cpuSeconds)
        list.add("process_start_time_seconds", reading.startTime)
        return list.samples
    }
}
