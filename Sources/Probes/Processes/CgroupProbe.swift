package import PromQL

/// Samples the memory of a control group (version 2): a container, a systemd service, a Kubernetes pod.
///
/// A group without a limit has no `cgroup_memory_max_bytes`.
package struct CgroupProbe: Probe {
    package let id: String
    package let kind = ProbeKind.process
    package let targetLabels: Labels
    package let interval: Duration
    package let deadline: Duration

    private let folder: String

    /// - Parameters:
    ///   - name: the process's in the settings.
    ///   - path: the group's folder, whole (`/sys/fs/cgroup/…`) or from there (`system.slice/web.service`).
    package init(
        name: String, path: String, interval: Duration = .seconds(5), deadline: Duration = .seconds(5)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.interval = interval
        self.deadline = deadline
        folder = path.hasPrefix("/") ? path : "/sys/fs/cgroup/\(path)"
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do throws(ProbeFailure) {
            var list = SampleList(at: at)
            list.add("cgroup_memory_current_bytes", try number(in: "memory.current"))
            if let limit = try? text("memory.max"), limit != "max" {
                list.add("cgroup_memory_max_bytes", try Self.number(limit, file: "\(folder)/memory.max", owner: id))
            }
            // The current use counts the page cache too, which grows until something else needs the memory.
            list.add("cgroup_memory_anonymous_bytes", anonymous)
            for line in (try? text("memory.events"))?.split(separator: "\n") ?? [] {
                let words = line.split(separator: " ")
                guard words.count == 2, let count = Double(words[1]) else { continue }
                list.add("cgroup_memory_events_total", count, [("event", String(words[0]))])
            }
            return ProbeResult(samples: list.samples)
        } catch {
            return ProbeResult(failure: error)
        }
    }

    /// What the group's processes allocated themselves; nil where `memory.stat` does not say.
    private var anonymous: Double? {
        let line = (try? text("memory.stat"))?.split(separator: "\n").first { $0.hasPrefix("anon ") }
        return line.flatMap { Double($0.dropFirst(5)) }
    }

    private func number(in name: String) throws(ProbeFailure) -> Double {
        let content: String
        do throws(SystemFile.Failure) {
            content = try text(name)
        } catch {
            guard error.isMissing else {
                throw ProbeFailure(
                    .unreadable, "\(id): can't read \(error.path): \(error.cause); let the agent read it")
            }
            let message = """
                \(id): there is no \(error.path); give the folder of a cgroup of version 2 that has the memory \
                controller, as `cat /proc/PID/cgroup` names it for a process in it
                """
            throw ProbeFailure(.missingFile, message)
        }
        return try Self.number(content, file: "\(folder)/\(name)", owner: id)
    }

    private func text(_ name: String) throws(SystemFile.Failure) -> String {
        let content = try SystemFile.text("\(folder)/\(name)")
        return content.hasSuffix("\n") ? String(content.dropLast()) : content
    }

    private static func number(_ text: String, file: String, owner: String) throws(ProbeFailure) -> Double {
        guard let value = Double(text), value.isFinite else {
            throw ProbeFailure(.notANumber, "\(owner): \(file) holds `\(text.prefix(40))`, which is not a number")
        }
        return value
    }
}
