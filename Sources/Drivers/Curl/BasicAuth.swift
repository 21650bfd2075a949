/// A user and password for HTTP basic authentication; prints redacted.
package struct BasicAuth: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The user; must not contain a colon.
    package var user: String
    /// The password, in the clear.
    package var password: String

    package init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// The user only.
    package var description: String { "\(user):(redacted)" }
    /// The user only.
    package var debugDescription: String { description }
    /// The user only.
    package var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
