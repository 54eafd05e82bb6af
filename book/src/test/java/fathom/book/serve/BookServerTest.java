package fathom.book.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.book.Book;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets what from the server, and who can run cells. */
class BookServerTest {
    private static final String SOURCE =
            """
            ---
            section: 1.1
            title: { zh: 甲, en: A }
            can: { zh: 会, en: can }
            seconds: 1
            checked: { n: 1 }
            ---
            :::en
            a
            :::
            :::zh
            一
            :::
            ```java
            int n = 20;
            ```
            ```java
            IO.println("n is " + n);
            ```
            """;

    @TempDir Path folder;
    private BookServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        Files.createDirectories(folder.resolve("pages/one"));
        Files.writeString(folder.resolve("pages/one/a.md"), SOURCE);
        Files.writeString(
                folder.resolve("contents.yaml"),
                "chapters:\n  - number: 1\n    name: one\n    title: { zh: 一, en: One }\n    sections:\n      - { number: \"1.1\", name: a, title: { zh: 甲, en: A } }\n");
        Path site = Files.createDirectories(folder.resolve("dist"));
        Files.createDirectories(site.resolve("zh"));
        Files.writeString(
                site.resolve("index.html"), "<html><script>let a = 1</script><script src=\"x.js\"></script></html>");
        Files.writeString(site.resolve("zh/index.html"), "中文");
        Files.writeString(site.resolve("404.html"), "not here");
        Files.writeString(folder.resolve("secret.txt"), "secret");
        server = BookServer.start(Book.open(folder), site, 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String token() {
        return server.address().getFragment().substring("run=".length());
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(server.address().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> run(String body, String... headers) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(server.address().resolve("/run"))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** {@return the first line of the answer to a request as it is written} */
    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
        }
    }

    @Test
    void theSiteAndNothingBesideIt() throws Exception {
        HttpResponse<String> index = get("/");
        assertThat(index.statusCode()).isEqualTo(200);
        assertThat(index.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(index.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains(
                        "default-src 'none'",
                        "script-src 'self' 'sha256-",
                        "connect-src 'self'",
                        "frame-ancestors 'none'")
                .doesNotContain("script-src 'self' 'unsafe-inline'");
        assertThat(get("/zh/").body()).isEqualTo("中文");
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(raw("GET /../secret.txt HTTP/1.0\nHost: 127.0.0.1:%s\n\n".formatted(server.address().getPort())))
                .contains(" 404");
        assertThat(get("/%2e%2e/secret.txt").body()).isEqualTo("not here");
        assertThat(get("/", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(raw("GET / HTTP/1.0\nHost: evil.example\n\n")).as("DNS rebinding").contains(" 403");
        assertThat(get("/run", "X-Fathom-Token", token()).statusCode()).isEqualTo(405);
    }

    @Test
    void cellsRunForTheReaderAlone() throws Exception {
        String cell = "{\"page\": \"one/a\", \"cell\": 1, \"settings\": {\"n\": \"7\"}}";
        assertThat(run(cell).statusCode()).isEqualTo(403);
        assertThat(run(cell, "X-Fathom-Token", "0".repeat(token().length())).statusCode()).isEqualTo(403);
        assertThat(run(cell, "X-Fathom-Token", token(), "Origin", "http://127.0.0.1:1").statusCode()).isEqualTo(403);
        assertThat(run("{", "X-Fathom-Token", token()).statusCode()).isEqualTo(400);
        assertThat(run("{\"page\": \"one/b\", \"cell\": 0}", "X-Fathom-Token", token()).body())
                .contains("no page one/b");
        assertThat(run("{\"page\": \"one/a\", \"cell\": 9}", "X-Fathom-Token", token()).body()).contains("no cell 9");
        String code = cell.replace("\"7\"", "\"7; System.exit(1)\"");
        assertThat(run(code, "X-Fathom-Token", token()).body()).contains("not a setting of this page");
        assertThat(run(cell.replace("\"n\":", "\"m\":"), "X-Fathom-Token", token()).body()).contains("not a setting");
        // the cell above runs first, with the reader's value
        String answer =
                run(cell, "X-Fathom-Token", token(), "Origin", "http://127.0.0.1:" + server.address().getPort()).body();
        assertThat(answer.lines().reduce((a, b) -> b).orElseThrow())
                .contains("n is 7\\n", "\"done\":true")
                .doesNotContain("failure");
    }

    @Test
    void thereMustBeASite() throws IOException {
        Book book = Book.open(folder);
        assertThatThrownBy(() -> BookServer.start(book, folder.resolve("none"), 0))
                .isInstanceOf(NoSuchFileException.class);
    }
}
