package import Foundation

/// Where files of other projects lie that tests run: `$TOCSIN_CONFORMANCE`, or `shared/conformance` beside the
/// repository.
package enum ConformanceFolder {
    /// A folder of one family of files, such as `promql`; nil where it is absent or empty.
    package static func named(_ name: String) -> URL? {
        candidates.map { $0.appendingPathComponent(name) }.first { folder in
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
            return names?.isEmpty == false
        }
    }

    /// What a test that needs the folder says where it is absent.
    package static func absence(of name: String) -> String {
        let folder = named ?? "shared/conformance beside the repository"
        return "skipped: there is no folder `\(name)` with files in \(folder) (TOCSIN_CONFORMANCE names another)"
    }

    private static var named: String? { ProcessInfo.processInfo.environment["TOCSIN_CONFORMANCE"] }

    private static var candidates: [URL] {
        if let named { return [URL(fileURLWithPath: named)] }
        var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        var found: [URL] = []
        while place.path != "/" {
            place.deleteLastPathComponent()
            found.append(place.appendingPathComponent("shared/conformance"))
        }
        return found
    }
}
