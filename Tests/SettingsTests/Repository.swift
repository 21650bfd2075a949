import Foundation

/// Finds folders around the sources of these tests.
enum Repository {
    /// A folder of the repository; nil where there is none of this name.
    static func folder(_ name: String) -> String? {
        parents.map { $0 + "/" + name }.first { isFolder($0) }
    }

    private static var parents: [String] {
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        var found: [String] = []
        while folder.path != "/" {
            found.append(folder.path)
            folder.deleteLastPathComponent()
        }
        return found
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
