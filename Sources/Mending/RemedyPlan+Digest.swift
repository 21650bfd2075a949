import Crypto
import Foundation

extension RemedyPlan {
    /// The SHA-256 of the fix's statements, one after the other with `;` and a line break between, in hexadecimal.
    var sqlSHA256: String {
        SHA256.hash(data: Data(fix.joined(separator: ";\n").utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
