import Foundation
import History
import Testing

extension ModelTests {
    @Test("the same on SQLite: what is read back after a crash is what was stored")
    func livesOnDisk() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tocsin-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let run = ModelRun(store: {
            let path = folder.appending(path: "\(UUID().uuidString).sqlite").path
            return try await SQLiteHistory.open(path: path, now: ModelWorld.start).store
        })
        for seed in Self.seed..<Self.seed + 8 {
            var generator = ModelGenerator(seed: seed)
            try await Self.check(generator.life(of: Self.length), seed: seed, run: run)
        }
    }
}
