package fathom.vision;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
    private static final byte[] CONTENTS = "the quick brown fox jumps over the lazy dog".repeat(5000).getBytes(UTF_8);

    @TempDir Path folder;

    private HttpServer server;
    private URI home;
    private final RemoteFile file = new RemoteFile("data.gz", CONTENTS.length, md5(CONTENTS));
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());

    /** Answers the n-th request. */
    private interface Answer {
        void to(HttpExchange request, int n) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        home = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serve(Answer answer) {
        server.createContext(
                "/",
                request -> {
                    ranges.add(String.valueOf(request.getRequestHeaders().getFirst("Range")));
                    try (request) {
                        answer.to(request, ranges.size());
                    }
                });
    }

    private static void send(HttpExchange request, int status, byte[] body) throws IOException {
        request.sendResponseHeaders(status, body.length);
        request.getResponseBody().write(body);
    }

    /** As servers do that know ranges. */
    private static void sendRange(HttpExchange request, byte[] contents) throws IOException {
        String range = request.getRequestHeaders().getFirst("Range");
        int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        request.getResponseHeaders()
                .set(
                        "Content-Range",
                        String.format(Locale.ROOT, "bytes %d-%d/%d", from, contents.length - 1, contents.length));
        send(request, 206, Arrays.copyOfRange(contents, from, contents.length));
    }

    /** Promises all, sends half, and hangs up. */
    private static void sendHalf(HttpExchange request, byte[] contents) throws IOException {
        request.sendResponseHeaders(200, contents.length);
        request.getResponseBody().write(contents, 0, contents.length / 2);
        request.getResponseBody().flush();
    }

    private static String md5(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Path fetch() throws IOException {
        return new Download(List.of(home), 2000).fetch(file, folder);
    }

    private List<String> names() throws IOException {
        try (var list = Files.list(folder)) {
            return list.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void bringsAFile() throws IOException {
        serve((request, n) -> send(request, 200, CONTENTS));
        assertThat(fetch()).hasBinaryContent(CONTENTS);
        assertThat(names()).containsExactly("data.gz");
    }

    @Test
    void continuesWhereTheConnectionBroke() throws IOException {
        serve((request, n) -> {
            if (n == 1) {
                sendHalf(request, CONTENTS);
            } else {
                sendRange(request, CONTENTS);
            }
        });
        assertThat(fetch()).hasBinaryContent(CONTENTS);
        assertThat(ranges).containsExactly("null", "bytes=" + CONTENTS.length / 2 + "-");
    }

    @Test
    void continuesWhatAnEarlierRunLeft() throws IOException {
        Files.write(folder.resolve("data.gz.part"), Arrays.copyOf(CONTENTS, 1000));
        serve((request, n) -> sendRange(request, CONTENTS));
        assertThat(fetch()).hasBinaryContent(CONTENTS);
        assertThat(ranges).containsExactly("bytes=1000-");
    }

    @Test
    void startsAnewWhereTheServerKnowsNoRanges() throws IOException {
        Files.write(folder.resolve("data.gz.part"), Arrays.copyOf(CONTENTS, 1000));
        serve((request, n) -> send(request, 200, CONTENTS));
        assertThat(fetch()).hasBinaryContent(CONTENTS);
    }

    @Test
    void startsAnewWhenTheEarlierPartWasDamaged() throws IOException {
        Files.write(folder.resolve("data.gz.part"), new byte[1000]);
        serve((request, n) -> {
            if (request.getRequestHeaders().containsKey("Range")) {
                sendRange(request, CONTENTS);
            } else {
                send(request, 200, CONTENTS);
            }
        });
        assertThat(fetch()).hasBinaryContent(CONTENTS);
        assertThat(ranges).containsExactly("bytes=1000-", "null");
    }

    @Test
    void keepsNothingOfAFileWithWrongContents() throws IOException {
        byte[] wrong = CONTENTS.clone();
        wrong[77]++;
        serve((request, n) -> send(request, 200, wrong));
        assertThatThrownBy(this::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("data.gz could not be downloaded")
                .hasMessageContaining("wrong contents: MD5 is " + md5(wrong));
        assertThat(names()).isEmpty();
    }

    @Test
    void keepsNothingOfAFileThatIsTooLong() throws IOException {
        byte[] tooLong = Arrays.copyOf(CONTENTS, CONTENTS.length + 1);
        serve((request, n) -> send(request, 200, tooLong));
        assertThatThrownBy(this::fetch).hasMessageContaining("wrong length");
        assertThat(names()).isEmpty();
    }

    @Test
    void keepsThePartOfAFileThatNeverComesWhole() throws IOException {
        serve((request, n) -> {
            if (n == 1) {
                sendHalf(request, CONTENTS);
            } else {
                send(request, 503, new byte[0]);
            }
        });
        assertThatThrownBy(this::fetch).hasMessageContaining("the server answers 503");
        assertThat(names()).containsExactly("data.gz.part");
    }

    @Test
    void triesTheNextHome() throws IOException {
        serve((request, n) -> {
            if (request.getRequestURI().getPath().startsWith("/second/")) {
                send(request, 200, CONTENTS);
            } else {
                send(request, 404, new byte[0]);
            }
        });
        var download = new Download(List.of(home, home.resolve("second/")), 2000);
        assertThat(download.fetch(file, folder)).hasBinaryContent(CONTENTS);
    }

    @Test
    void doesNotWaitForeverForASilentServer() {
        var release = new java.util.concurrent.CountDownLatch(1);
        serve((request, n) -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThatThrownBy(() -> new Download(List.of(home), 200).fetch(file, folder))
                .hasMessageContaining("no answer in time");
        release.countDown();
    }
}
