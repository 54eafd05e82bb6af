package fathom.book.run;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JVM of a page, seen from outside: cells go in, results come out, and it ends when it must. */
public final class PageSession implements AutoCloseable {
    /** What starting a JVM and JShell may take on a busy machine. */
    private static final int START_SECONDS = 120;

    /** The exit code of a JVM with {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    private static final JsonMapper JSON = new JsonMapper();

    /** The end of the JVM, among its events. */
    private static final JsonNode ENDED = JSON.readTree("{\"event\": \"ended\"}");

    private final Limits limits;
    private final Process process;
    private final BufferedWriter commands;
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private boolean hasEnded;

    private PageSession(Limits limits, Process process) {
        this.limits = limits;
        this.process = process;
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread.ofVirtual().start(this::listen);
    }

    /**
     * Starts a JVM for a page.
     *
     * @param folder its working folder, to which the files go that cells write
     * @throws IOException if it does not start
     */
    public static PageSession start(Limits limits, Path folder) throws IOException {
        var builder = new ProcessBuilder(command(limits)).directory(folder.toFile());
        builder.redirectError(folder.resolve("page-jvm.log").toFile());
        var session = new PageSession(limits, builder.start());
        JsonNode first = session.next(START_SECONDS);
        if (first == null || !first.path("event").asString().equals("ready")) {
            session.close();
            throw new IOException("the JVM for the cells does not start; see " + folder.resolve("page-jvm.log"));
        }
        return session;
    }

    /** {@return the command of a JVM with this one's modules and classes} */
    private static List<String> command(Limits limits) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(String.format(Locale.ROOT, "-Xmx%dm", limits.heapMegabytes()));
        command.add(String.format(Locale.ROOT, "-Dfathom.memory.limit=%dm", limits.tensorMegabytes()));
        command.addAll(
                List.of(
                        "-XX:+ExitOnOutOfMemoryError",
                        "-ea:REPL...",
                        "-Djava.awt.headless=true",
                        "-Duser.language=en",
                        "-Dfile.encoding=UTF-8",
                        "-Dfathom.seed=0"));
        for (String inherited : List.of("fathom.home", "fathom.data", "fathom.offline", "fathom.onednn.library")) {
            String value = System.getProperty(inherited);
            if (value != null) {
                command.add("-D%s=%s".formatted(inherited, value));
            }
        }
        Module module = PageJvm.class.getModule();
        String classPath = System.getProperty("java.class.path");
        if (module.isNamed()) {
            List<String> backends = List.of("fathom.cpu", "fathom.onednn", "fathom.cuda");
            List<String> there = backends.stream().filter(b -> ModuleLayer.boot().findModule(b).isPresent()).toList();
            command.add("--add-modules=jdk.incubator.vector,fathom" + prefixed(there));
            command.add("--enable-native-access=ALL-UNNAMED,fathom.core" + prefixed(there));
            command.add("--module-path=" + System.getProperty("jdk.module.path"));
            if (classPath != null && !classPath.isEmpty()) {
                command.addAll(List.of("--class-path", classPath));
            }
            command.addAll(List.of("--module", module.getName() + "/" + PageJvm.class.getName()));
        } else {
            command.add("--add-modules=jdk.incubator.vector");
            command.add("--enable-native-access=ALL-UNNAMED");
            command.addAll(List.of("--class-path", absolute(classPath), PageJvm.class.getName()));
        }
        command.add(Integer.toString(limits.outputCharacters()));
        return command;
    }

    private static String prefixed(List<String> names) {
        return names.isEmpty() ? "" : "," + String.join(",", names);
    }

    /** The JVM works in a folder of its own. */
    private static String absolute(String path) {
        return String.join(
                File.pathSeparator,
                List.of(path.split(File.pathSeparator)).stream()
                        .map(p -> Path.of(p).toAbsolutePath().toString())
                        .toList());
    }

    private void listen() {
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                try {
                    events.add(JSON.readTree(line));
                } catch (JacksonException e) {
                    // written past the streams that cells have
                    events.add(JSON.createObjectNode().put("event", "printed").put("text", line + "\n"));
                }
            }
        } catch (IOException e) {
            // ended while it wrote
        }
        events.add(ENDED);
    }

    private @Nullable JsonNode next(double seconds) {
        try {
            return events.poll((long) (seconds * 1000), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private boolean send(Map<String, Object> command) {
        try {
            synchronized (commands) {
                commands.write(JSON.writeValueAsString(command));
                commands.newLine();
                commands.flush();
            }
            return true;
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    /** {@return whether no more cells can be run here} */
    public boolean hasEnded() {
        return hasEnded;
    }

    /** {@return what comes of a cell} */
    public CellResult run(String code) {
        return run(code, state -> {});
    }

    /**
     * {@return what comes of a cell}
     *
     * @param watcher is given all outputs so far whenever one is added or changes
     */
    public synchronized CellResult run(String code, Consumer<List<CellOutput>> watcher) {
        return exchange(Map.of("run", code), watcher, new LinkedHashMap<>());
    }

    /**
     * {@return the numbers of a variable}
     *
     * @throws IllegalArgumentException if it has none
     */
    public synchronized ShownValues values(String variable) {
        var values = new LinkedHashMap<String, ShownValues>();
        CellResult result = exchange(Map.of("values", variable), state -> {}, values);
        ShownValues found = values.get(variable);
        if (found == null) {
            throw new IllegalArgumentException(
                    result.failure().map(Failure::message).orElse(variable + " has no values"));
        }
        return found;
    }

    /** Stops the running cell, after which the session goes on if it can. */
    public void stop() {
        send(Map.of("stop", true));
    }

    private CellResult exchange(
            Map<String, Object> command, Consumer<List<CellOutput>> watcher, Map<String, ShownValues> values) {
        var outputs = new OutputList();
        long start = System.nanoTime();
        if (hasEnded || !send(command)) {
            hasEnded = true;
            return result(outputs, new Failure(Failure.Kind.NOT_RUN, "not run: the session ended before"), start);
        }
        long end = start + TimeUnit.SECONDS.toNanos(limits.seconds());
        while (true) {
            JsonNode event = next(Math.max(0, (end - System.nanoTime()) / 1e9));
            if (event == null) {
                kill();
                return result(
                        outputs,
                        new Failure(
                                Failure.Kind.TIME,
                                "ended after %s s, the longest that a cell may run".formatted(limits.seconds())),
                        start);
            }
            switch (event.path("event").asString()) {
                case "done" -> {
                    String kind = event.path("kind").asString("");
                    var failure =
                            kind.isEmpty()
                                    ? null
                                    : new Failure(
                                            Failure.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                                            event.path("message").asString());
                    return new CellResult(outputs.all(), Optional.ofNullable(failure), event.path("millis").asLong());
                }
                case "values" -> values.put(event.path("name").asString(), shown(event));
                case "ended" -> {
                    hasEnded = true;
                    return result(outputs, ended(), start);
                }
                default -> {
                    outputs.add(event);
                    watcher.accept(outputs.all());
                }
            }
        }
    }

    private static ShownValues shown(JsonNode event) {
        return new ShownValues(
                event.path("shape").valueStream().map(JsonNode::asLong).toList(),
                event.path("data").valueStream().map(JsonNode::asDouble).toList());
    }

    private static CellResult result(OutputList outputs, Failure failure, long start) {
        return new CellResult(outputs.all(), Optional.of(failure), (System.nanoTime() - start) / 1_000_000);
    }

    private Failure ended() {
        int code;
        try {
            code = process.waitFor(5, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = -1;
        }
        return code == OUT_OF_MEMORY
                ? new Failure(
                        Failure.Kind.MEMORY, "ended: more than %s MB of Java objects".formatted(limits.heapMegabytes()))
                : new Failure(Failure.Kind.EXITED, "the cell ended its JVM, with exit code " + code);
    }

    private void kill() {
        hasEnded = true;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Ends the JVM, whatever it does. */
    @Override
    public void close() {
        kill();
    }
}
