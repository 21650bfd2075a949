import Foundation
import Support
import Testing

/// A history that can't be written, is damaged, or was written under another clock; and a process that is stopped.
@Suite("Scenario: storage and clock faults", .serialized)
struct StorageFaultTests {
    /// A file system of four mebibytes in memory.
    private struct SmallDisk {
        let folder: URL

        static var isPossible: Bool {
            guard getuid() == 0, let disk = try? SmallDisk() else { return false }
            disk.unmount()
            return true
        }

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-disk-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Subprocess.output("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.path])
        }

        var ballast: URL { folder.appendingPathComponent("ballast") }

        /// Writes until nothing more goes in.
        func fill() throws {
            _ = try Subprocess.run("dd", ["if=/dev/zero", "of=\(ballast.path)", "bs=4096"])
        }

        func unmount() { _ = try? Subprocess.output("umount", ["-l", folder.path]) }
    }

    /// The history can't be written for a while, in which one alert begins and another ends.
    private func unwritable(
        _ name: String, injected: String, says: String, _ inject: (SmallDisk) throws -> Void,
        _ mend: (SmallDisk) throws -> Void
    ) async throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        let bench = try await FaultBench(history: disk.folder)
        defer { bench.end() }
        try inject(disk)
        try bench.set("calm", "unhealthy")
        #expect(await eventually(within: 20) { bench.told == ["canary fired", "calm fired"] }, "\(bench.told)")
        try bench.set("canary", "healthy")
        let all = ["canary fired", "calm fired", "canary resolved"]
        #expect(await eventually(within: 20) { bench.told == all }, "\(bench.told)")
        let said = bench.agent.program.lastLine(with: "the history can't be written")
        #expect(said.contains(says), "\(said)")
        let note = bench.receiver.requests.last.map(\.text) ?? ""
        #expect(note.contains("this message may come again after a restart"), "the message says so: \(note)")
        #expect(try await bench.metrics().contains("tocsin_history_writable 0\n"))
        try mend(disk)
        let mended = Date()
        // Something must be written for it to be noticed.
        try bench.set("third", "unhealthy")
        let isBack = try await eventually(within: 30) {
            try await bench.metrics().contains("tocsin_history_writable 1\n")
        }
        let recovered = Date().timeIntervalSince(mended)
        #expect(isBack)
        #expect(await eventually(within: 20) { bench.told == all + ["third fired"] }, "\(bench.told)")
        try await bench.settle()
        // What was decided meanwhile is in the store: after a kill nothing comes again.
        bench.agent.stop(SIGKILL)
        try await bench.restart()
        try await Task.sleep(for: .seconds(3))
        try bench.set("calm", "healthy")
        let whole = all + ["third fired", "calm resolved"]
        #expect(await eventually(within: 20) { bench.told == whole }, "\(bench.told)\n\(bench.agent.program.logText)")
        let events = try await bench.agent.get("/api/tocsin/v1/history?limit=100")
        #expect(events.contains("calm") && events.contains("third"))
        FaultTable.add(
            .init(
                fault: "storage: \(name)", injected: injected, said: said, recovered: recovered, due: whole.count,
                delivered: Set(whole).intersection(bench.told).count))
    }

    @Test(
        "a full disk: messages leave all the same, marked; the history catches up", .enabled(if: SmallDisk.isPossible))
    func full() async throws {
        try await unwritable(
            "disk full", injected: "a tmpfs of 4 MiB, filled to the last byte", says: "no space left",
            { try $0.fill() }, { try FileManager.default.removeItem(at: $0.ballast) })
    }

    /// A file system in a file, which the kernel makes read-only on an error.
    private struct BreakingDisk {
        let image: URL
        let folder: URL

        static var isPossible: Bool {
            guard getuid() == 0, let disk = try? BreakingDisk() else { return false }
            defer { disk.remove() }
            return (try? disk.breakDown()) != nil
        }

        init() throws {
            let base = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-ext4-\(UUID().uuidString)")
            image = base.appendingPathExtension("img")
            folder = base
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Subprocess.output("dd", ["if=/dev/zero", "of=\(image.path)", "bs=1M", "count=16"])
            try Subprocess.output("mkfs.ext4", ["-q", "-F", image.path])
            try mount()
        }

        func mount() throws {
            try Subprocess.output("mount", ["-o", "loop,errors=remount-ro", image.path, folder.path])
        }

        func breakDown() throws {
            let device = try Subprocess.output("findmnt", ["-no", "SOURCE", folder.path])
                .trimmingCharacters(in: .whitespacesAndNewlines)
            let switchFile = "/sys/fs/ext4/\(URL(fileURLWithPath: device).lastPathComponent)/trigger_fs_error"
            try Subprocess.output("sh", ["-c", "echo 1 > \(switchFile)"])
        }

        func repair() throws {
            try Subprocess.output("umount", [folder.path])
            _ = try Subprocess.run("fsck.ext4", ["-y", image.path])
            try mount()
        }

        func remove() {
            _ = try? Subprocess.output("umount", ["-l", folder.path])
            try? FileManager.default.removeItem(at: image)
            try? FileManager.default.removeItem(at: folder)
        }
    }

    @Test(
        "a file system that the kernel makes read-only: messages leave all the same, marked; repaired, nothing is lost",
        .enabled(if: BreakingDisk.isPossible, "needs root, loop devices and ext4"))
    func readOnly() async throws {
        let disk = try BreakingDisk()
        defer { disk.remove() }
        let bench = try await FaultBench(history: disk.folder)
        defer { bench.end() }
        try disk.breakDown()
        try bench.set("calm", "unhealthy")
        try bench.set("canary", "healthy")
        let isTold = await eventually(within: 20) {
            bench.told.contains("calm fired") && bench.told.contains("canary resolved")
        }
        #expect(isTold, "\(bench.told)\n\(bench.agent.program.logText)")
        let metrics = try await bench.metrics()
        #expect(metrics.contains("tocsin_history_writable 0\n"))
        let note = bench.receiver.requests.last.map(\.text) ?? ""
        #expect(note.contains("this message may come again after a restart"), "\(note)")
        let said = note.range(of: "Tocsin's history").map { note[$0.lowerBound...].prefix(200) } ?? ""
        // Killed and started again on a disk that it can read and not write.
        bench.agent.stop(SIGKILL)
        try await bench.restart()
        try bench.set("third", "unhealthy")
        #expect(await eventually(within: 20) { bench.told.contains("third fired") }, "\(bench.told)")
        #expect(bench.agent.program.logText.contains("goes on from memory until it can"))
        bench.agent.stop(SIGKILL)
        try disk.repair()
        let repaired = Date()
        try await bench.restart()
        let recovered = Date().timeIntervalSince(repaired)
        try await Task.sleep(for: .seconds(2))
        try bench.set("calm", "healthy")
        #expect(await eventually(within: 20) { bench.told.last == "calm resolved" }, "\(bench.told)")
        let wanted: Set = ["canary fired", "calm fired", "canary resolved", "third fired", "calm resolved"]
        // What could not be written comes again after each restart, as its mark said; nothing else does.
        #expect(Set(bench.told) == wanted && bench.told.count <= 10, "\(bench.told)")
        FaultTable.add(
            .init(
                fault: "storage: read-only file system",
                injected: "ext4 with `errors=remount-ro` and an error, a restart on it, then fsck and a restart",
                said: String(said), recovered: recovered, due: wanted.count,
                delivered: wanted.intersection(bench.told).count))
    }

    @Test(
        "a history damaged at random bytes: kept aside, what can be read is saved, nothing false is told",
        arguments: 1...6)
    func damaged(seed: Int) async throws {
        let bench = try await FaultBench()
        defer { bench.end() }
        bench.agent.stop(SIGKILL)
        var random = SeededGenerator(seed: UInt64(seed))
        let file = bench.agent.folder.appendingPathComponent("history.sqlite")
        // Folded into the main file first, so that the damage is not mended by the log.
        _ = try Subprocess.output(
            "python3",
            [
                "-c", "import sqlite3,sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA wal_checkpoint(TRUNCATE)')",
                file.path,
            ])
        var bytes = try Data(contentsOf: file)
        for _ in 0..<40 {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        try bytes.write(to: file)
        let began = Date()
        try await bench.restart()
        let recovered = Date().timeIntervalSince(began)
        try await Task.sleep(for: .seconds(2))
        try bench.set("canary", "healthy")
        try bench.set("calm", "unhealthy")
        let isOver = await eventually(within: 20) {
            bench.told.contains("canary resolved") && bench.told.contains("calm fired")
        }
        #expect(isOver, "\(bench.told)\n\(bench.agent.program.logText)")
        // Where the state was lost the alert is announced anew: a duplicate before silence. Nothing else may come.
        let others = bench.told.filter { !["canary fired", "canary resolved", "calm fired"].contains($0) }
        #expect(others.isEmpty && bench.told.filter { $0 == "canary fired" }.count <= 2, "\(bench.told)")
        let damage = bench.agent.program.lastLine(with: "damage")
        FaultTable.add(
            .init(
                fault: "storage: damaged history, \(seed)",
                injected: "40 random bytes of the file overwritten after a kill",
                said: damage.isEmpty ? "nothing: no byte in use was hit" : damage, recovered: recovered, due: 3,
                delivered: Set(bench.told).count))
    }

    @Test("a half-written log: what was committed is there, the rest is not", arguments: [0, 1])
    func halfWrittenLog(kind: Int) async throws {
        let bench = try await FaultBench()
        defer { bench.end() }
        bench.agent.stop(SIGKILL)
        let log = bench.agent.folder.appendingPathComponent("history.sqlite-wal")
        var bytes = try Data(contentsOf: log)
        let frame = 4_096 + 24
        try #require(bytes.count > 32 + frame)
        if kind == 0 {
            // A frame that the power cut off in the middle.
            bytes.append(bytes.suffix(frame).prefix(frame / 2))
        } else {
            // A frame whose end reached the disk and whose beginning did not.
            bytes.append(Data(repeating: 0, count: frame / 2) + bytes.suffix(frame / 2))
        }
        try bytes.write(to: log)
        let began = Date()
        try await bench.restart()
        let recovered = Date().timeIntervalSince(began)
        try await Task.sleep(for: .seconds(2))
        #expect(bench.told == ["canary fired"], "\(bench.told)")
        try bench.set("canary", "healthy")
        #expect(await eventually(within: 20) { bench.told == ["canary fired", "canary resolved"] }, "\(bench.told)")
        FaultTable.add(
            .init(
                fault: "storage: half-written WAL, \(kind == 0 ? "end" : "beginning") missing",
                injected: "half a frame appended to the log after a kill",
                said: "nothing: SQLite leaves out what has no checksum",
                recovered: recovered, due: 2, delivered: bench.told.count))
    }

    // MARK: Time

    @Test(
        "the wall clock is set while the agent runs: nothing fires, resolves or waits; and again over a restart",
        arguments: [3_600, -3_600])
    func clockStep(seconds: Int) async throws {
        let clock = try SteppedClock()
        defer { clock.remove() }
        let bench = try await FaultBench(environment: clock.environment)
        defer { bench.end() }
        try clock.step(to: seconds)
        let isSeen = await eventually(within: 10) { !bench.agent.program.lastLine(with: "wall clock was set").isEmpty }
        #expect(isSeen, "\(bench.agent.program.logText)")
        let said = bench.agent.program.lastLine(with: "wall clock was set")
        try await Task.sleep(for: .seconds(3))
        #expect(bench.told == ["canary fired"], "\(bench.told)")
        let stepped = Date()
        try bench.set("calm", "unhealthy")
        #expect(await eventually(within: 10) { bench.told == ["canary fired", "calm fired"] }, "\(bench.told)")
        let recovered = Date().timeIntervalSince(stepped)
        // Killed, and started under the other clock.
        try await bench.settle()
        bench.agent.stop(SIGKILL)
        try await bench.restart(environment: clock.environment)
        try await Task.sleep(for: .seconds(3))
        try bench.set("calm", "healthy")
        let all = ["canary fired", "calm fired", "calm resolved"]
        #expect(await eventually(within: 10) { bench.told == all }, "\(bench.told)\n\(bench.agent.program.logText)")
        // And back, over another restart.
        try await bench.settle()
        bench.agent.stop(SIGKILL)
        try clock.step(to: 0)
        try await bench.restart(environment: clock.environment)
        try await Task.sleep(for: .seconds(2))
        try bench.set("canary", "healthy")
        #expect(await eventually(within: 10) { bench.told == all + ["canary resolved"] }, "\(bench.told)")
        FaultTable.add(
            .init(
                fault: "clock: step of \(seconds) s",
                injected: "CLOCK_REALTIME moved by a preloaded library, while it runs and over two restarts",
                said: said,
                recovered: recovered, due: 4, delivered: bench.told.count))
    }

    @Test("a stopped process goes on where it was")
    func stopped() async throws {
        let seconds = ProcessInfo.processInfo.environment["TOCSIN_STOP_SECONDS"].flatMap(Int.init) ?? 15
        let bench = try await FaultBench()
        defer { bench.end() }
        bench.agent.program.signal(SIGSTOP)
        try await Task.sleep(for: .seconds(seconds))
        try bench.set("calm", "unhealthy")
        bench.agent.program.signal(SIGCONT)
        let continued = Date()
        #expect(await eventually(within: 20) { bench.told.last == "calm fired" }, "\(bench.told)")
        let recovered = Date().timeIntervalSince(continued)
        try await Task.sleep(for: .seconds(2))
        #expect(bench.told == ["canary fired", "calm fired"], "\(bench.told)")
        let said = bench.agent.program.lastLine(with: "stood still")
        #expect(!said.isEmpty)
        try bench.set("canary", "healthy")
        #expect(await eventually(within: 20) { bench.told.last == "canary resolved" }, "\(bench.told)")
        FaultTable.add(
            .init(
                fault: "process: stopped for \(seconds) s", injected: "SIGSTOP, SIGCONT", said: said,
                recovered: recovered,
                due: 3, delivered: bench.told.count))
    }
}
