import Foundation
import Templates
import Testing

/// Beside the real programs: the same templates, the same data, the same text.
@Suite("Differential")
struct DifferentialTests {
    private func ours(_ text: String) -> Judge.Verdict {
        do {
            return Judge.Verdict(text: try NotificationSamples.expand(text))
        } catch {
            return Judge.Verdict(text: "", failure: error.message)
        }
    }

    @Test("notifications as amtool renders them", .enabled(if: Judge.hasAmtool, "amtool is not installed"))
    func notifications() throws {
        let folder = try Judge.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for text in LanguageCases.texts {
            let judged = try Judge.amtool(text, data: NotificationSamples.json, in: folder)
            let own = ours(text)
            #expect(
                judged.failure == nil && own.failure == nil && own.text == judged.text, "\(text)\n\(own)\n\(judged)")
        }
    }

    @Test("failures in amtool's words", .enabled(if: Judge.hasAmtool, "amtool is not installed"))
    func failures() throws {
        let folder = try Judge.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for text in LanguageCases.failures {
            let judged = try Judge.amtool(text, data: NotificationSamples.json, in: folder)
            let own = ours(text)
            #expect(own.failure != nil && own.failure == judged.failure, "\(text)\n\(own)\n\(judged)")
        }
        for text in LanguageCases.mistakes {
            let judged = try Judge.amtool(text, data: NotificationSamples.json, in: folder)
            #expect(judged.failure != nil, "amtool accepts \(text)")
            #expect(throws: TemplateError.self, "\(text)") { try Template(notification: text) }
        }
    }

    @Test("rules as promtool expands them", .enabled(if: Judge.hasPromtool, "promtool is not installed"))
    func rules() throws {
        let folder = try Judge.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let texts = RuleCases.texts + RuleCases.failures
        let judged = try Judge.promtool(texts, in: folder)
        for (text, verdict) in zip(texts, judged) {
            let verdict = try #require(verdict, "promtool says nothing of \(text)")
            do {
                let own = try RuleSamples.expand(text)
                #expect(verdict.failure == nil && own == verdict.text, "\(text)\n\(own)\n\(verdict)")
            } catch {
                #expect(error.message == verdict.failure, "\(text)\n\(error)\n\(verdict)")
            }
        }
    }
}
