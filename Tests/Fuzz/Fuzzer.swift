import Foundation
import Support
import Synchronization

/// Gives a parser one input after the other for a while, and watches what they cost.
///
/// The input at hand is always in a file: after a crash it is there to be looked at.
struct Fuzzer {
    struct Result: CustomStringConvertible {
        let name: String
        var inputs = 0
        /// Inputs that the parser took.
        var taken = 0
        var slowest = Duration.zero
        var slowestInput: [UInt8] = []
        /// The most memory that the process took beyond what it had before.
        var peakMegabytes = 0
        /// Makes the same inputs again, as TOCSIN_FUZZ_SEED.
        let seed: UInt64

        var description: String {
            "fuzz \(name): \(inputs) inputs, \(taken) taken, slowest \(slowest), peak \(peakMegabytes) MiB more, "
                + "seed \(seed)"
        }
    }

    let name: String
    private var mutator: Mutator
    private let file: URL
    private let seed: UInt64

    /// How long each parser is given inputs: TOCSIN_FUZZ_SECONDS, 2 by default.
    static let seconds = ProcessInfo.processInfo.environment["TOCSIN_FUZZ_SECONDS"].flatMap { Double($0) } ?? 2

    /// No input may take more of a processor. Passing time would count what other programs take of it as well.
    static let mostTime = Duration.seconds(5)
    /// What an input may make the process take. Alone, as in `.ci/long fuzz`, several times the 8 MiB that were measured;
    /// within the whole suite other tests, and under a sanitizer its own books, count as well.
    static let mostMegabytes = ProcessInfo.processInfo.environment["TOCSIN_FUZZ_SECONDS"] == nil ? 512 : 64

    init(_ name: String, seeds: [String], words: [String]) {
        self.name = name
        seed = ProcessInfo.processInfo.environment["TOCSIN_FUZZ_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        // Also before anything goes wrong: a crash takes the result with it.
        FileHandle.standardOutput.write(Data("fuzz \(name): seed \(seed)\n".utf8))
        mutator = Mutator(seeds: seeds, words: words, seed: seed)
        file = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-fuzz-\(name).input")
    }

    /// - Parameter body: parses; true where the input is right.
    mutating func run(_ body: (String) -> Bool) throws -> Result {
        var result = Result(name: name, seed: seed)
        Self.forgetPeak()
        let before = Self.kilobytes("VmRSS:")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        let handle = try FileHandle(forWritingTo: file)
        let watch = Watch(name: name, file: file.path)
        defer { watch.end() }
        let end = ContinuousClock.now + .seconds(Self.seconds)
        while ContinuousClock.now < end {
            let input = mutator.next()
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: input)
            let began = Self.threadTime
            watch.begin()
            if body(String(decoding: input, as: UTF8.self)) { result.taken += 1 }
            let took = Self.threadTime - began
            result.inputs += 1
            if took > result.slowest { (result.slowest, result.slowestInput) = (took, input) }
        }
        result.peakMegabytes = max(0, Self.kilobytes("VmHWM:") - before) / 1_024
        try FileManager.default.removeItem(at: file)
        return result
    }

    /// What this thread has had of a processor.
    private static var threadTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Lets the kernel measure the peak anew (proc(5), clear_refs).
    private static func forgetPeak() {
        guard let handle = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? handle.write(contentsOf: Data("5".utf8))
        try? handle.close()
    }

    private static func kilobytes(_ key: String) -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}

/// Ends the program where one input takes for ever: nothing else could.
private final class Watch: Sendable {
    private struct State {
        var began: ContinuousClock.Instant?
        var isOver = false
    }

    private let state = Mutex(State())

    init(name: String, file: String) {
        let thread = Thread { [self] in
            while true {
                Thread.sleep(forTimeInterval: 1)
                let (isOver, began) = state.withLock { ($0.isOver, $0.began) }
                if isOver { return }
                guard let began, ContinuousClock.now - began > .seconds(60) else { continue }
                FileHandle.standardError.write(Data("fuzz \(name): an input takes for ever: \(file)\n".utf8))
                abort()
            }
        }
        thread.start()
    }

    func begin() { state.withLock { $0.began = .now } }
    func end() { state.withLock { $0.isOver = true } }
}
