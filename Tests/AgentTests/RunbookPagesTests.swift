import Hummingbird
import HummingbirdTesting
import Runbooks
import Testing

@testable import Agent

/// The runbooks as the agent shows them.
@Suite("Runbook pages")
struct RunbookPagesTests {
    private static let text = """
        # Pools & <pools>

        Why it *is* so, with `a < b` and **strong** words,
        over two lines. <script>alert(1)</script>

        ## Likely causes

        1. First, with a second
           line.
        2. Second
        - Bullet
          - inner

        | a | b |
        |---|---|
        | `x` | y |

        ```sql diagnose name=tree
        SELECT '<b>' FROM a -- "&"
        # no heading
        ```

        See [the manual](https://example.org/a?b=1&c=2) and [this](javascript:alert(1)).
        """

    private func answer<Result: Sendable>(
        _ path: String, accept: String? = nil, _ check: @escaping @Sendable (TestResponse) async throws -> Result
    ) async throws -> Result {
        let router = Router()
        RunbookPages(
            runbooks: RunbookDirectory(RunbookShelf([("a/pools.md", Self.text), ("b/own-one.md", "# Own\n")]))
        ).add(to: router)
        let application = Application(router: router)
        return try await application.test(.router) { client in
            var headers: HTTPFields = [:]
            if let accept { headers[.accept] = accept }
            return try await client.execute(uri: path, method: .get, headers: headers, testCallback: check)
        }
    }

    @Test("Markdown becomes HTML, and nothing in it becomes a command")
    func page() async throws {
        try await answer("/runbooks/pools", accept: "text/html,*/*;q=0.8") { response in
            #expect(response.status == .ok)
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            let policy = response.headers[.contentSecurityPolicy] ?? ""
            #expect(policy.contains("default-src 'none'") && !policy.contains("script") && !policy.contains("unsafe"))
            let html = String(buffer: response.body)
            for part in [
                "<title>Pools &amp; &lt;pools&gt; – Tocsin</title>", "<h1>Pools &amp; &lt;pools&gt;</h1>",
                "<p>Why it *is* so, with <code>a &lt; b</code> and <strong>strong</strong> words,\n"
                    + "over two lines. &lt;script&gt;alert(1)&lt;/script&gt;</p>",
                "<h2>Likely causes</h2>", "<ol>\n<li>First, with a second line.</li>\n<li>Second</li>\n</ol>",
                "<ul>\n<li>Bullet\n<ul>\n<li>inner</li>\n</ul>\n</li>\n</ul>",
                "<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td><code>x</code></td><td>y</td></tr>\n</table>",
                "<p class=\"kind\">sql diagnose name=tree</p>\n<pre><code>SELECT &#39;&lt;b&gt;&#39; FROM a -- &quot;&amp;&quot;\n"
                    + "# no heading</code></pre>",
                "<a href=\"https://example.org/a?b=1&amp;c=2\" rel=\"noreferrer\">the manual</a>",
                "and [this](javascript:alert(1)).",
            ] {
                #expect(html.contains(part), "\(part)\n\n\(html)")
            }
            #expect(!html.contains("<script") && !html.contains("href=\"javascript"))
        }
    }

    @Test(
        "a program gets the text as it is written",
        arguments: [
            ("/runbooks/pools?raw", nil), ("/runbooks/pools", "text/plain"), ("/runbooks/pools", "text/markdown"),
        ]
            as [(String, String?)])
    func raw(path: String, accept: String?) async throws {
        try await answer(path, accept: accept) { response in
            #expect(response.headers[.contentType] == "text/markdown; charset=utf-8")
            #expect(String(buffer: response.body) == Self.text)
        }
    }

    @Test("an unknown name is answered with those that there are", arguments: ["/runbooks/nope", "/runbooks/..%2Fa"])
    func unknown(path: String) async throws {
        try await answer(path) { response in
            #expect(response.status == .notFound)
            let html = String(buffer: response.body)
            #expect(html.contains("<a href=\"/runbooks/own%2Done\">Own</a>") && html.contains("<code>pools</code>"))
        }
        try await answer(path, accept: "text/plain") { response in
            #expect(response.status == .notFound)
            #expect(String(buffer: response.body).hasSuffix("There are:\n\n  own-one\n  pools\n"))
        }
    }

    @Test("the list leads to each, also to one's own")
    func list() async throws {
        try await answer("/runbooks") { response in
            #expect(String(buffer: response.body).contains("Pools &amp; &lt;pools&gt;</a> <code>pools</code>"))
        }
        try await answer("/runbooks/own%2Done") { #expect($0.status == .ok) }
        try await answer("/runbooks.css") { #expect($0.headers[.contentType] == "text/css; charset=utf-8") }
    }
}
