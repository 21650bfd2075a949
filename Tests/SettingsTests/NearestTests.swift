import Settings
import Testing

/// What is meant by a mistyped name.
@Suite("Nearest names")
struct NearestTests {
    @Test("of two that are equally near, the one that begins alike for longer")
    func ties() {
        #expect(Nearest.to("target_matcher", among: ["target_match_re", "target_matchers"]) == "target_matchers")
        #expect(Nearest.to("target_match_er", among: ["target_match_re"]) == "target_match_re")
        #expect(Nearest.to("anything", among: ["target_matchers"]) == nil)
    }
}
