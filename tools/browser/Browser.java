import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page in headless Chromium, driven through its DevTools protocol. */
final class Browser implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Process process;
    private final Path profile;
    private final WebSocket socket;
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final String session;

    /** Errors of the page: exceptions, console errors, and what the browser refused to load. */
    final List<String> errors = new CopyOnWriteArrayList<>();

    /** The addresses that the page has requested. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    Browser(String chromium) throws Exception {
        profile = Files.createTempDirectory("fathom-browser");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                chromium,
                                "--headless=new",
                                "--remote-debugging-port=0",
                                "--user-data-dir=" + profile,
                                "--no-first-run",
                                "--no-default-browser-check",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--hide-scrollbars",
                                "--lang=en-US"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--no-sandbox");
        }
        command.add("about:blank");
        process = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        var err = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        String address = null;
        var said = new StringBuilder();
        for (String line = err.readLine(); line != null; line = err.readLine()) {
            said.append(line).append('\n');
            if (line.startsWith("DevTools listening on ")) {
                address = line.substring("DevTools listening on ".length()).strip();
                break;
            }
        }
        if (address == null) {
            throw new IOException(chromium + " did not start:\n" + said);
        }
        Thread.ofVirtual().start(() -> err.lines().forEach(line -> {})); // or it would wait for somebody to read
        socket = client.newWebSocketBuilder().buildAsync(URI.create(address), new Listener()).get(30, TimeUnit.SECONDS);
        String target = send(null, "Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
        session =
                send(null, "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .get("sessionId")
                        .asString();
        for (String domain : List.of("Page", "Runtime", "Log", "Network", "Security")) {
            send(domain + ".enable", Map.of());
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                receive(message);
            }
            webSocket.request(1);
            return null;
        }
    }

    private void receive(JsonNode message) {
        if (message.has("id")) {
            var answer = answers.remove(message.get("id").asInt());
            if (message.has("error")) {
                answer.completeExceptionally(new IOException(message.get("error").toString()));
            } else {
                answer.complete(message.get("result"));
            }
            return;
        }
        JsonNode p = message.path("params");
        switch (message.path("method").asString()) {
            case "Runtime.exceptionThrown" -> errors.add("exception: " + p.path("exceptionDetails"));
            case "Runtime.consoleAPICalled" -> {
                if (List.of("error", "warning", "assert").contains(p.path("type").asString())) {
                    errors.add("console: " + p.path("args"));
                }
            }
            case "Log.entryAdded" -> {
                if (p.path("entry").path("level").asString().equals("error")) {
                    errors.add("log: " + p.path("entry"));
                }
            }
            case "Network.requestWillBeSent" -> requests.add(p.path("request").path("url").asString());
            default -> {}
        }
    }

    private JsonNode send(String toSession, String method, Map<String, Object> parameters) throws Exception {
        int id = ids.incrementAndGet();
        var answer = new CompletableFuture<JsonNode>();
        answers.put(id, answer);
        var message = new java.util.LinkedHashMap<String, Object>();
        message.put("id", id);
        message.put("method", method);
        message.put("params", parameters);
        if (toSession != null) {
            message.put("sessionId", toSession);
        }
        synchronized (this) {
            socket.sendText(JSON.writeValueAsString(message), true).get(30, TimeUnit.SECONDS);
        }
        return answer.get(60, TimeUnit.SECONDS);
    }

    /** Sends a command to the page. */
    JsonNode send(String method, Map<String, Object> parameters) throws Exception {
        return send(session, method, parameters);
    }

    void open(String address) throws Exception {
        send("Page.navigate", Map.of("url", address));
    }

    /** {@return the value of an expression in the page} */
    JsonNode value(String expression) throws Exception {
        JsonNode result =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(expression + ": " + result.get("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    String text(String expression) throws Exception {
        return value("String(" + expression + ")").asString();
    }

    /** Waits until an expression is true. */
    void await(String expression) throws Exception {
        await(expression, 30);
    }

    /** Waits some seconds until an expression is true. */
    void await(String expression, int seconds) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!holds(expression)) {
            if (System.nanoTime() > until) {
                throw new IOException("still not so after " + seconds + " s: " + expression);
            }
            Thread.sleep(50);
        }
    }

    private boolean holds(String expression) throws Exception {
        try {
            return value("Boolean(" + expression + ")").asBoolean();
        } catch (IOException e) {
            return false; // while a page is being replaced by the next
        }
    }

    /** Moves the pointer. */
    void move(double x, double y) throws Exception {
        send("Input.dispatchMouseEvent", Map.of("type", "mouseMoved", "x", x, "y", y));
    }

    /** Presses a key. */
    void press(String key) throws Exception {
        String text = key.length() == 1 ? key : "";
        var down =
                new java.util.LinkedHashMap<String, Object>(
                        Map.of("type", text.isEmpty() ? "rawKeyDown" : "keyDown", "key", key, "text", text));
        if (key.equals("Escape")) {
            down.put("windowsVirtualKeyCode", 27);
        } else if (key.equals("Tab")) {
            down.put("windowsVirtualKeyCode", 9);
        } else if (key.equals("ArrowRight")) {
            down.put("windowsVirtualKeyCode", 39);
        }
        send("Input.dispatchKeyEvent", down);
        send("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key));
    }

    /** Sets the size of the page, as of a window or a telephone. */
    void size(int width, int height, boolean isMobile) throws Exception {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", isMobile));
    }

    void prefersDark(boolean dark) throws Exception {
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Writes a picture of the whole page. */
    void screenshot(Path file) throws Exception {
        JsonNode shot = send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(shot.get("data").asString()));
    }

    @Override
    public void close() throws Exception {
        socket.abort();
        client.shutdownNow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        try (var files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (java.io.UncheckedIOException e) {
            // the browser's last writes
        }
    }
}
