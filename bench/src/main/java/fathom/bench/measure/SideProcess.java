package fathom.bench.measure;

import fathom.bench.protocol.Answer;
import fathom.bench.protocol.Request;
import fathom.bench.work.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The client of a side's process. The process ends when this object is closed, and with the benchmark. */
public final class SideProcess implements AutoCloseable {
    private static final int MAX_COMPLAINTS = 8;

    private final String name;
    private final Process process;
    private final Thread killer;
    private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
    private final Deque<String> complaints = new ArrayDeque<>();
    private final String description;

    /**
     * Starts a process and waits until it is ready.
     *
     * @param name the name of the side, for error messages
     * @throws SideFailure if it does not start
     */
    public SideProcess(String name, ProcessBuilder builder, double seconds) {
        this.name = name;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new SideFailure(name + " does not start: " + e.getMessage(), e);
        }
        killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        read(process.getInputStream(), this::receive, () -> lines.add(Optional.empty()));
        read(process.getErrorStream(), this::complain, () -> {});
        try {
            if (!(answer(seconds) instanceof Answer.Hello(String side))) {
                throw new SideFailure(name + " does not speak the bench's protocol");
            }
            description = side;
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void read(InputStream stream, java.util.function.Consumer<String> sink, Runnable end) {
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try (var reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        reader.lines().forEach(sink);
                    } catch (IOException | UncheckedIOException e) {
                        sink.accept("failed the connection broke: " + e.getMessage());
                    }
                    end.run();
                });
    }

    private void receive(String line) {
        if (line.startsWith("#")) {
            complain(line); // a crash report of the JVM
        } else {
            lines.add(Optional.of(line));
        }
    }

    private void complain(String line) {
        if (line.startsWith("WARNING: ")) {
            return; // the JVM's warnings about incubator modules and native access
        }
        synchronized (complaints) {
            complaints.add(line);
            if (complaints.size() > MAX_COMPLAINTS) {
                complaints.remove();
            }
        }
    }

    /** {@return the side's description of itself} */
    public String description() {
        return description;
    }

    /** Opens a row: the side creates its operands. */
    public void open(Row row, double seconds) {
        ask(new Request.Open(row.id()), seconds);
    }

    /** {@return the total time of {@code times} calls, in nanoseconds} */
    public long run(long times, double seconds) {
        return ask(new Request.Run(times), seconds) instanceof Answer.Took(long nanos) ? nanos : unexpected();
    }

    /** Closes the row: the side frees its operands. */
    public void closeRow(double seconds) {
        ask(new Request.Close(), seconds);
    }

    /** {@return the process's resident memory} */
    public Answer.Resident memory(double seconds) {
        return ask(new Request.Memory(), seconds) instanceof Answer.Resident r ? r : unexpected();
    }

    private Answer ask(Request request, double seconds) {
        try {
            var out = process.getOutputStream();
            out.write((request.line() + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw dead();
        }
        Answer answer = answer(seconds);
        if (answer instanceof Answer.Failed(String reason)) {
            throw new RowFailure(name + ": " + reason);
        }
        return answer;
    }

    private Answer answer(double seconds) {
        try {
            Optional<String> line = lines.poll((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new SideFailure(
                        String.format(Locale.ROOT, "%s gave no answer within %.0f seconds", name, seconds));
            }
            return Answer.parse(line.orElseThrow(this::dead));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SideFailure(name + ": interrupted", e);
        } catch (IllegalArgumentException e) {
            throw new SideFailure(name + ": " + e.getMessage(), e);
        }
    }

    private SideFailure dead() {
        String code;
        try {
            code =
                    process.waitFor(5, TimeUnit.SECONDS)
                            ? "ended with code " + process.exitValue()
                            : "closed its output";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = "ended";
        }
        synchronized (complaints) {
            String last = complaints.isEmpty() ? "" : ": " + String.join("; ", complaints);
            return new SideFailure("the process of " + name + " " + code + last);
        }
    }

    private <T> T unexpected() {
        throw new SideFailure(name + " sent a response to another request");
    }

    /** {@return whether the process is alive} */
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException e) {
            return; // the benchmark is shutting down, and the hook runs
        }
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
