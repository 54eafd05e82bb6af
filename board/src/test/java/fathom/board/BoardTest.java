package fathom.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the board sends, to whom, and what it refuses. */
@Timeout(60)
class BoardTest {
    private static final String CONFIG =
            """
            {"model": "lenet", "lr": 0.9, "optimizerSettings": {"momentum": 0.5, "nesterov": null}, "epochs": 3,
             "vocabulary": %s, "seed": 9007199254740993, "run": "0-1-2"}
            """
                    .formatted(new ArrayList<>(java.util.Collections.nCopies(500, 1)));

    @TempDir Path folder;
    private Path runs;
    private Board board;
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws IOException {
        runs = Files.createDirectories(folder.resolve("runs"));
        board = Board.start(b -> b.runs(runs).port(0));
    }

    @AfterEach
    void stop() {
        board.close();
        client.close();
    }

    private Path addRun(String name, String metrics, String steps) throws IOException {
        Path run = Files.createDirectories(runs.resolve(name));
        Files.writeString(run.resolve("config.json"), CONFIG);
        Files.writeString(run.resolve("metrics.csv"), metrics);
        Files.writeString(run.resolve("steps.csv"), steps);
        return run;
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(board.address() + path.substring(1)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** {@return the status of the page where another site leads to it} */
    private int navigation(String destination) throws Exception {
        return get("/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", destination)
                .statusCode();
    }

    /** {@return the status line of a request written by hand, with any host and path} */
    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getByName("127.0.0.1"), board.address().getPort())) {
            socket.getOutputStream().write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String host() {
        return "127.0.0.1:" + board.address().getPort();
    }

    /** One page's connection. */
    private final class Events implements AutoCloseable {
        private final JsonMapper json = new JsonMapper();
        private final Socket socket;
        private final BufferedReader in;

        record Event(String kind, JsonNode data) {}

        Events() throws IOException {
            socket = new Socket(InetAddress.getByName("127.0.0.1"), board.address().getPort());
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(
                            "GET /events HTTP/1.1\r\nHost: %s\r\n\r\n"
                                    .formatted(host())
                                    .getBytes(StandardCharsets.US_ASCII));
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        }

        Event next() throws IOException {
            String kind = null;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("event: ")) {
                    kind = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    return new Event(String.valueOf(kind), json.readTree(line.substring("data: ".length())));
                }
            }
            throw new IOException("the stream has ended");
        }

        List<Event> upTo(Predicate<Event> last) throws IOException {
            List<Event> all = new ArrayList<>();
            do {
                all.add(next());
            } while (!last.test(all.getLast()));
            return all;
        }

        List<Event> upToComplete() throws IOException {
            return upTo(e -> e.kind().equals("complete"));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void thePageAndItsPartsAreThere() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.body()).doesNotContain("http://", "https://", "style=", "onclick");
        var parts = java.util.regex.Pattern.compile("(?:src|href)=\"([^#\"]+)\"").matcher(page.body());
        int n = 0;
        for (; parts.find(); n++) {
            assertThat(get("/" + parts.group(1)).statusCode()).as(parts.group(1)).isEqualTo(200);
        }
        assertThat(n).isGreaterThanOrEqualTo(6);
        assertThat(get("/uplot.js").body()).contains("uPlot");
        var imports = java.util.regex.Pattern.compile("from \"\\./(\\w+\\.js)\"");
        List<String> toDo = new ArrayList<>(List.of("board.js"));
        for (int i = 0; i < toDo.size(); i++) {
            HttpResponse<String> script = get("/" + toDo.get(i));
            assertThat(script.statusCode()).as(toDo.get(i)).isEqualTo(200);
            assertThat(script.headers().firstValue("Content-Type")).contains("text/javascript; charset=utf-8");
            assertThat(script.body()).doesNotContain("innerHTML", "eval(", "http://", "https://");
            imports.matcher(script.body())
                    .results()
                    .map(m -> m.group(1))
                    .filter(s -> !toDo.contains(s))
                    .forEach(toDo::add);
        }
        assertThat(toDo).hasSizeGreaterThan(7);
    }

    @Test
    void bothLanguagesHaveTheSameTexts() throws Exception {
        String script = get("/text.js").body();
        int chinese = script.indexOf("  zh: {");
        var keys = java.util.regex.Pattern.compile("(\\w+): (?:\"|\\(|\\w+ =>)");
        List<String> english =
                keys.matcher(script.substring(0, chinese)).results().map(m -> m.group(1)).distinct().sorted().toList();
        List<String> other =
                keys.matcher(script.substring(chinese, script.indexOf("\n};")))
                        .results()
                        .map(m -> m.group(1))
                        .distinct()
                        .sorted()
                        .toList();
        assertThat(english).hasSizeGreaterThan(40).isEqualTo(other);
    }

    @Test
    void runsAreSentWithTheirSettingsAndRows() throws Exception {
        addRun(
                "a<b>&\"c",
                "epoch,train_loss,lr,seconds\n1,0.5,0.9,1.5\n2,NaN,0.9,1\n",
                "seconds,epoch,step\n1,0.5,3\n");
        try (var events = new Events()) {
            List<Events.Event> all = events.upToComplete();
            assertThat(all).extracting(Events.Event::kind).containsExactly("run", "steps", "complete");
            JsonNode run = all.getFirst().data();
            assertThat(run.get("name").asString()).isEqualTo("a<b>&\"c");
            assertThat(run.get("status").asString()).isEqualTo("interrupted");
            assertThat(run.get("columns").toString()).isEqualTo("[\"epoch\",\"train_loss\",\"lr\",\"seconds\"]");
            assertThat(run.get("rows").toString()).isEqualTo("[[1.0,0.5,0.9,1.5],[2.0,null,0.9,1.0]]");
            JsonNode config = run.get("config");
            assertThat(config.get("optimizerSettings").get("momentum").asDouble()).isEqualTo(0.5);
            assertThat(config.get("optimizerSettings").get("nesterov").isNull()).isTrue();
            assertThat(config.get("vocabulary").asString()).isEqualTo("[500]");
            assertThat(config.get("seed").asString()).as("more digits than a double has").isEqualTo("9007199254740993");
            assertThat(all.get(1).data().get("rows").toString()).isEqualTo("[[1.0,0.5,3.0]]");
        }
    }

    @Test
    void changesAreSentAlone() throws Exception {
        Path run = addRun("one", "epoch,train_loss\n1,0.5\n", "seconds,epoch,step\n1,0.5,3\n");
        try (var events = new Events();
                var other = new Events()) {
            assertThat(events.upToComplete()).hasSize(3);
            assertThat(other.upToComplete()).hasSize(3);
            Files.writeString(run.resolve("steps.csv"), "seconds,epoch,step\n1,0.5,3\n2,1,6\n3,1.5,9");
            for (Events e : List.of(events, other)) {
                List<Events.Event> more = e.upToComplete();
                assertThat(more).extracting(Events.Event::kind).containsExactly("steps", "complete");
                assertThat(more.getFirst().data().get("from").asInt()).isEqualTo(1);
                assertThat(more.getFirst().data().get("rows").toString()).isEqualTo("[[2.0,1.0,6.0]]");
            }
            Files.writeString(run.resolve("metrics.csv"), "epoch,train_loss\n1,0.5\n2,0.25\n");
            assertThat(events.upToComplete()).extracting(Events.Event::kind).containsExactly("run", "complete");
            // resumed from an earlier step: rows are taken back
            Files.writeString(run.resolve("steps.csv"), "seconds,epoch,step\n1,0.5,3\n");
            Events.Event back = events.upToComplete().getFirst();
            assertThat(back.data().get("from").asInt()).isEqualTo(1);
            assertThat(back.data().get("rows")).isEmpty();
            addRun("two", "", "");
            Events.Event added = events.upToComplete().getFirst();
            assertThat(added.data().get("name").asString()).isEqualTo("two");
            Files.delete(run.resolve("config.json"));
            assertThat(events.upToComplete()).extracting(Events.Event::kind).containsExactly("gone", "complete");
        }
    }

    @Test
    void onlyItsOwnAddressIsAnswered() throws Exception {
        String port = ":" + board.address().getPort();
        assertThat(raw("GET / HTTP/1.0\nHost: %s\n\n".formatted(host()))).startsWith("HTTP/1.1 200");
        assertThat(raw("GET / HTTP/1.0\nHost: LocalHost%s\n\n".formatted(port))).startsWith("HTTP/1.1 200");
        for (String host :
                List.of(
                        "evil.example" + port,
                        "127.0.0.1",
                        "127.0.0.1.evil.example" + port,
                        "localhost:1",
                        "",
                        "[::1]")) {
            for (String path : List.of("/", "/events", "/board.js", "/pictures/x/y.png")) {
                assertThat(raw("GET %s HTTP/1.0\nHost: %s\n\n".formatted(path, host)))
                        .as("%s of %s", path, host)
                        .startsWith("HTTP/1.1 403");
            }
        }
        assertThat(raw("GET / HTTP/1.0\n\n")).startsWith("HTTP/1.1 403");
        assertThat(raw("GET / HTTP/1.0\nHost: %s\nHost: %1$s\n\n".formatted(host()))).startsWith("HTTP/1.1 403");
        assertThat(get("/events", "Origin", "http://evil.example").statusCode()).isEqualTo(403);
        assertThat(get("/board.js", "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(get("/board.js", "Sec-Fetch-Site", "same-site").statusCode()).as("another port").isEqualTo(403);
        assertThat(get("/board.js", "Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(200);
        assertThat(navigation("document")).as("a link on another page").isEqualTo(200);
        assertThat(navigation("iframe")).isEqualTo(403);
        assertThat(get("/", "Origin", "http://" + host()).statusCode()).isEqualTo(200);
    }

    @Test
    void nothingCanBeWritten() throws Exception {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH")) {
            assertThat(raw("%s / HTTP/1.0\nHost: %s\nContent-Length: 0\n\n".formatted(method, host())))
                    .startsWith("HTTP/1.1 405");
        }
        assertThat(raw("HEAD / HTTP/1.0\nHost: %s\n\n".formatted(host())))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n");
    }

    @Test
    void onlyTheLoopbackAddressIsListenedOn() throws Exception {
        List<InetAddress> outside =
                NetworkInterface.networkInterfaces()
                        .flatMap(NetworkInterface::inetAddresses)
                        .filter(a -> !a.isLoopbackAddress() && !a.isLinkLocalAddress())
                        .toList();
        for (InetAddress address : outside) {
            assertThatThrownBy(() -> new Socket(address, board.address().getPort()).close())
                    .as(address.toString())
                    .isInstanceOf(IOException.class);
        }
        assertThat(board.address().getHost()).isEqualTo("127.0.0.1");
    }

    @Test
    void picturesOfRunsAreSentAndNoOtherFile() throws Exception {
        Path run = addRun("one", "", "");
        byte[] png = {(byte) 0x89, 'P', 'N', 'G'};
        Files.createDirectories(run.resolve("samples"));
        Files.write(run.resolve("samples/epoch 1 & 2.png"), png);
        Files.writeString(run.resolve("drawn.svg"), "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>");
        Path secret = Files.write(folder.resolve("secret.png"), png);
        Files.createSymbolicLink(run.resolve("link.png"), secret);
        String id = BoardRun.id(run);
        try (var events = new Events()) {
            JsonNode pictures = events.upToComplete().getFirst().data().get("pictures");
            assertThat(pictures)
                    .extracting(p -> p.get("name").asString())
                    .containsExactly("drawn.svg", "samples/epoch 1 & 2.png");
        }
        var picture = get("/pictures/" + id + "/samples/epoch%201%20%26%202.png?v=1");
        assertThat(picture.statusCode()).isEqualTo(200);
        assertThat(picture.headers().firstValue("Content-Type")).contains("image/png");
        assertThat(picture.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        var drawn = get("/pictures/" + id + "/drawn.svg");
        assertThat(drawn.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("sandbox")
                .doesNotContain("script-src");
        for (String path :
                List.of(
                        "config.json",
                        "link.png",
                        "../../secret.png",
                        "..%2f..%2fsecret.png",
                        "%2e%2e/%2e%2e/secret.png",
                        "samples/../../../secret.png",
                        "samples/",
                        "",
                        "/etc/hostname",
                        "%00.png",
                        "..%5c..%5csecret.png")) {
            assertThat(raw("GET /pictures/%s/%s HTTP/1.0\nHost: %s\n\n".formatted(id, path, host())))
                    .as(path)
                    .matches(answer -> answer.startsWith("HTTP/1.1 404") || answer.startsWith("HTTP/1.1 400"));
        }
        for (String path :
                List.of(
                        "/pictures/",
                        "/pictures/none/a.png",
                        "/../pom.xml",
                        "/page/../module-info.class",
                        "//etc/hostname")) {
            assertThat(raw("GET %s HTTP/1.0\nHost: %s\n\n".formatted(path, host())))
                    .as(path)
                    .matches(answer -> answer.startsWith("HTTP/1.1 404") || answer.startsWith("HTTP/1.1 400"));
        }
        // a link put in the picture's place after it was found
        Files.delete(run.resolve("samples/epoch 1 & 2.png"));
        Files.createSymbolicLink(run.resolve("samples/epoch 1 & 2.png"), secret);
        assertThat(get("/pictures/" + id + "/samples/epoch%201%20%26%202.png").statusCode()).isEqualTo(404);
        Files.delete(run.resolve("samples/epoch 1 & 2.png"));
        Files.delete(run.resolve("samples"));
        Files.createSymbolicLink(run.resolve("samples"), folder);
        Files.write(folder.resolve("epoch 1 & 2.png"), png);
        assertThat(get("/pictures/" + id + "/samples/epoch%201%20%26%202.png").statusCode()).isEqualTo(404);
    }

    @Test
    void manyPagesMayComeAndGo() throws Exception {
        addRun("one", "epoch,train_loss\n1,0.5\n", "");
        for (int i = 0; i < 100; i++) {
            try (var events = new Events()) {
                assertThat(events.upToComplete()).hasSize(3);
            }
        }
        // the folder may be deleted and made again
        Files.walk(runs).sorted(java.util.Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
        try (var events = new Events()) {
            assertThat(events.upToComplete()).hasSize(1);
            addRun("again", "", "");
            assertThat(events.upToComplete().getFirst().data().get("name").asString()).isEqualTo("again");
        }
    }

    @Test
    void aPortOrFolderThatCannotBeUsedIsNamed() throws Exception {
        int port = board.address().getPort();
        assertThatThrownBy(() -> Board.start(b -> b.port(port)))
                .isInstanceOf(IOException.class)
                .hasMessage(String.format(Locale.ROOT, "port %d is in use", port));
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Board.start(b -> b.runs(file))).isInstanceOf(NotDirectoryException.class);
        assertThatThrownBy(() -> Board.start(b -> b.port(-5))).hasMessage("port: must be from 0 to 65535, is -5");
        try (Board one = Board.start(b -> b.runs(runs));
                Board two = Board.start(b -> b.runs(runs))) {
            assertThat(one.address()).isNotEqualTo(two.address());
        }
    }
}
