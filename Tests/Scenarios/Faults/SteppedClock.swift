import Foundation
import Support

/// A wall clock of the agent's own that can be set while it runs, by a small library that is loaded before the system's.
/// (libfaketime does the same for most programs, but Swift's runtime then finds no arguments.)
final class SteppedClock: Sendable {
    private let folder: URL
    private var file: URL { folder.appendingPathComponent("seconds") }
    private var library: URL { folder.appendingPathComponent("wall.so") }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tocsin-clock-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let source = folder.appendingPathComponent("wall.c")
        try Self.source.write(to: source, atomically: true, encoding: .utf8)
        try Subprocess.output("cc", ["-shared", "-fPIC", "-O1", "-o", library.path, source.path, "-ldl"])
        try step(to: 0)
    }

    /// What puts a program under this clock.
    var environment: [String: String] { ["LD_PRELOAD": library.path, "WALL_STEP": file.path] }

    /// Sets the clock to the true time and so many seconds.
    func step(to seconds: Int) throws { try "\(seconds)".write(to: file, atomically: true, encoding: .utf8) }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static long step(void) {
            char text[32] = {0};
            const char *path = getenv("WALL_STEP");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return 0;
            ssize_t count = read(file, text, sizeof text - 1);
            close(file);
            return count > 0 ? strtol(text, NULL, 10) : 0;
        }

        int clock_gettime(clockid_t clock, struct timespec *time) {
            static int (*original)(clockid_t, struct timespec *);
            if (!original) original = dlsym(RTLD_NEXT, "clock_gettime");
            int result = original(clock, time);
            if (result == 0 && clock == CLOCK_REALTIME) time->tv_sec += step();
            return result;
        }

        int gettimeofday(struct timeval *time, void *zone) {
            struct timespec now;
            if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
            time->tv_sec = now.tv_sec;
            time->tv_usec = now.tv_nsec / 1000;
            return 0;
        }

        time_t time(time_t *result) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            if (result) *result = now.tv_sec;
            return now.tv_sec;
        }
        """
}
