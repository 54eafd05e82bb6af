package fathom.data.hub;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
    private static final byte[] CONTENTS = "the quick brown fox jumps over the lazy dog".repeat(5000).getBytes(UTF_8);

    @TempDir Path folder;

    private HttpServer server;
    private URI home;
    private RemoteFile file;
    private final List<String> notices = Collections.synchronizedList(new ArrayList<>());
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());

    /** Answers the n-th request. */
    private interface Answer {
        void to(HttpExchange request, int n) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        home = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        file = file("data.gz");
    }

    private RemoteFile file(String... paths) {
        return new RemoteFile(
                "data.gz", Arrays.stream(paths).map(home::resolve).toList(), md5(CONTENTS), CONTENTS.length);
    }

    private RemoteFile unverified() {
        return new RemoteFile("data.gz", file.addresses(), null, -1);
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

    private static FileDigest md5(byte[] bytes) {
        try {
            return FileDigest.md5(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Path fetch() throws IOException {
        return download().fetch(file, folder);
    }

    private Download download() {
        return new Download(o -> o.timeout(Duration.ofSeconds(2)).notice(notices::add));
    }

    /** The files in the folder, without hidden ones: the lock and the version of a part. */
    private List<String> names() throws IOException {
        try (var list = Files.list(folder)) {
            return list.map(p -> p.getFileName().toString()).filter(n -> !n.startsWith(".")).sorted().toList();
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
                .hasMessageContaining("wrong contents: " + md5(wrong));
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
    void triesTheNextAddressAndSaysWhatWasWrongWithEach() throws IOException {
        serve((request, n) -> {
            switch (request.getRequestURI().getPath()) {
                case "/second/data.gz" -> send(request, 200, CONTENTS);
                case "/short/data.gz" -> send(request, 200, new byte[10]);
                default -> send(request, 404, new byte[0]);
            }
        });
        assertThat(download().fetch(file("data.gz", "second/data.gz"), folder)).hasBinaryContent(CONTENTS);
        Files.delete(folder.resolve("data.gz"));
        assertThatThrownBy(() -> download().fetch(file("data.gz", "short/data.gz"), folder))
                .hasMessageContaining(home + "data.gz: the server answers 404 Not Found")
                .hasMessageContaining(
                        home + "short/data.gz: wrong length: it offers 10 bytes, expected " + grouped(CONTENTS.length));
    }

    private static String grouped(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    @Test
    void aPartFromOneAddressIsResumedFromAnother() throws IOException {
        serve((request, n) -> {
            if (request.getRequestURI().getPath().startsWith("/second/")) {
                sendRange(request, CONTENTS);
            } else if (n == 1) {
                request.getResponseHeaders().set("ETag", "\"first\"");
                sendHalf(request, CONTENTS);
            } else {
                send(request, 503, new byte[0]);
            }
        });
        assertThat(download().fetch(file("data.gz", "second/data.gz"), folder)).hasBinaryContent(CONTENTS);
        assertThat(ranges).last().isEqualTo("bytes=" + CONTENTS.length / 2 + "-");
    }

    @Test
    void followsRedirectsButNotInCirclesOrToOtherSchemes() throws IOException {
        serve((request, n) -> {
            String path = request.getRequestURI().getPath();
            switch (path) {
                case "/data.gz" -> redirect(request, "/moved/data.gz");
                case "/moved/data.gz" -> redirect(request, home + "here.gz");
                case "/here.gz" -> send(request, 200, CONTENTS);
                case "/circle" -> redirect(request, "/circle");
                case "/file" -> redirect(request, "file:///etc/passwd");
                default -> redirect(request, "http://%%%");
            }
        });
        assertThat(fetch()).hasBinaryContent(CONTENTS);
        Files.delete(folder.resolve("data.gz"));
        assertThatThrownBy(() -> download().fetch(file("circle", "file", "wrong"), folder))
                .hasMessageContaining("redirects more than 10 times")
                .hasMessageContaining("redirects to file:///etc/passwd, which is not followed")
                .hasMessageContaining("redirects to an invalid address");
    }

    private static void redirect(HttpExchange request, String location) throws IOException {
        request.getResponseHeaders().set("Location", location);
        request.sendResponseHeaders(302, -1);
    }

    /** Where no checksum is known, only the server can say that the remainder belongs to the part. */
    @Test
    void withoutAChecksumAPartIsContinuedOnlyIfTheServerConfirmsItsVersion() throws IOException {
        var conditions = new ArrayList<String>();
        byte[] newer = CONTENTS.clone();
        newer[0]++;
        serve((request, n) -> {
            conditions.add(String.valueOf(request.getRequestHeaders().getFirst("If-Range")));
            if (n == 1) {
                request.getResponseHeaders().set("ETag", "\"one\"");
                sendHalf(request, CONTENTS);
            } else if (n == 2 || "\"two\"".equals(conditions.getLast())) {
                send(request, 503, new byte[0]);
            } else {
                request.getResponseHeaders().set("ETag", "\"two\"");
                send(request, 200, newer); // its version is another one
            }
        });
        assertThatThrownBy(() -> download().fetch(unverified(), folder)).hasMessageContaining("503");
        assertThat(download().fetch(unverified(), folder)).hasBinaryContent(newer);
        assertThat(conditions).containsExactly("null", "\"one\"", "\"one\"");
    }

    @Test
    void withoutAChecksumAPartOfUnknownVersionIsNotContinued() throws IOException {
        Files.write(folder.resolve("data.gz.part"), new byte[1000]);
        serve((request, n) -> send(request, 200, CONTENTS));
        assertThat(download().fetch(unverified(), folder)).hasBinaryContent(CONTENTS);
        assertThat(ranges).containsExactly("null");
    }

    @Test
    void aFileOfUnknownLengthIsVerifiedByItsChecksum() throws IOException {
        serve((request, n) -> {
            request.sendResponseHeaders(200, 0); // chunked: no length
            request.getResponseBody().write(CONTENTS);
        });
        var unknown = new RemoteFile("data.gz", file.addresses(), md5(CONTENTS), -1);
        assertThat(download().fetch(unknown, folder)).hasBinaryContent(CONTENTS);
    }

    @Test
    void aServerThatSendsAlmostNothingIsGivenUpButASlowOneIsNot() throws IOException {
        serve((request, n) -> {
            request.sendResponseHeaders(200, CONTENTS.length);
            boolean trickles = request.getRequestURI().getPath().equals("/data.gz");
            int step = trickles ? 1 : CONTENTS.length / 16;
            try {
                for (int at = 0; at < CONTENTS.length; at += step) {
                    request.getResponseBody().write(CONTENTS, at, Math.min(step, CONTENTS.length - at));
                    request.getResponseBody().flush();
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        var hasty = new Download(o -> o.timeout(Duration.ofMillis(100)).minimumSpeed(10_000).notice(notices::add));
        assertThatThrownBy(() -> hasty.fetch(file("data.gz"), folder)).hasMessageContaining("too slow");
        Files.deleteIfExists(folder.resolve("data.gz.part"));
        assertThat(hasty.fetch(file("data.gz", "slow.gz"), folder)).hasBinaryContent(CONTENTS);
    }

    @Test
    void severalThreadsDownloadAFileOnce() throws Exception {
        serve((request, n) -> {
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            send(request, 200, CONTENTS);
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = threads.invokeAll(Collections.<Callable<Path>>nCopies(8, this::fetch));
            for (var one : all) {
                assertThat(one.get()).hasBinaryContent(CONTENTS);
            }
        }
        assertThat(ranges).hasSize(1);
        assertThat(notices).isNotEmpty().allMatch(l -> l.contains("is being downloaded by another"));
    }

    /** What another process does: it holds the lock, finishes the file, and ends. */
    public static final class OtherProcess {
        private OtherProcess() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            try (var lock = FileGuard.lock(folder.resolve(".data.gz.lock"), () -> {})) {
                Files.writeString(folder.resolve("locked"), "");
                while (!Files.exists(folder.resolve("go"))) {
                    Thread.sleep(10);
                }
                Files.writeString(folder.resolve("data.gz"), "of the other process");
            }
        }
    }

    @Test
    void anotherProcessesDownloadIsWaitedFor() throws Exception {
        serve((request, n) -> send(request, 200, CONTENTS));
        Process other =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                OtherProcess.class.getName(),
                                folder.toString())
                        .inheritIO()
                        .start();
        try {
            while (!Files.exists(folder.resolve("locked"))) {
                assertThat(other.isAlive()).isTrue();
                Thread.sleep(10);
            }
            var mine =
                    new Download(o ->
                            o.notice(line -> {
                                notices.add(line);
                                try {
                                    Files.writeString(folder.resolve("go"), "");
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            }));
            assertThat(mine.fetch(file, folder)).hasContent("of the other process");
            assertThat(ranges).isEmpty();
            assertThat(notices).hasSize(1);
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void aMirrorOfTheUsersGoesFirst() throws IOException {
        serve((request, n) -> {
            if (request.getRequestURI().getPath().equals("/mirror/data.gz")) {
                send(request, 200, CONTENTS);
            } else {
                send(request, 404, new byte[0]);
            }
        });
        System.setProperty("fathom.data.mirror", home + "mirror");
        try {
            assertThat(fetch()).hasBinaryContent(CONTENTS);
            Files.delete(folder.resolve("data.gz"));
            System.setProperty("fathom.data.mirror", "ftp://x");
            assertThatThrownBy(this::fetch).hasMessageContaining("is not an http or https address");
        } finally {
            System.clearProperty("fathom.data.mirror");
        }
    }

    @Test
    void doesNotWaitForeverForASilentServer() {
        var release = new CountDownLatch(1);
        serve((request, n) -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThatThrownBy(() -> new Download(o -> o.timeout(Duration.ofMillis(200))).fetch(file, folder))
                .hasMessageContaining("no answer in time");
        release.countDown();
    }

    @Test
    void namesAndAddressesAreChecked() {
        for (String name : List.of("../x", "a/b", "", ".hidden", "a\\b", "x".repeat(300))) {
            assertThatThrownBy(() -> new RemoteFile(name, List.of(), null, -1))
                    .as(name)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new RemoteFile("x", List.of(URI.create("file:///etc/passwd")), null, -1))
                .hasMessageContaining("http");
        assertThatThrownBy(() -> FileDigest.sha1("abc")).hasMessageContaining("40");
    }
}
