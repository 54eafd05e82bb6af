package fathom.bench.protocol;

import fathom.bench.work.Rows;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The server loop of a side's process: reads a request, executes it, answers. Between requests it blocks in a read, so
 * that the other side has the machine to itself; it ends with its input, so that it does not outlive the benchmark.
 */
public final class Server {
    private final Side side;
    private Side.@Nullable Task task;

    private Server(Side side) {
        this.side = side;
    }

    /** Serves until {@code in} ends. */
    public static void serve(Side side, InputStream in, PrintStream out) throws IOException {
        var server = new Server(side);
        var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        say(out, new Answer.Hello(side.describe()));
        String line;
        while ((line = lines.readLine()) != null) {
            say(out, server.answer(line));
        }
    }

    /** Serves this process's standard streams; what the library prints goes to standard error. */
    public static void serve(Side side) throws IOException {
        PrintStream out = System.out;
        System.setOut(System.err);
        serve(side, System.in, out);
    }

    private static void say(PrintStream out, Answer answer) {
        out.print(answer.line() + "\n");
        out.flush();
    }

    private Answer answer(String line) {
        try {
            return switch (Request.parse(line)) {
                case Request.Open(String row) -> {
                    close();
                    task = side.open(Rows.byId(row));
                    yield new Answer.Done();
                }
                case Request.Run(long times) -> run(times);
                case Request.Close() -> {
                    close();
                    yield new Answer.Done();
                }
                case Request.Memory() -> ResidentMemory.read();
            };
        } catch (Exception | LinkageError | OutOfMemoryError | StackOverflowError e) {
            String message = e.getMessage();
            return new Answer.Failed(message == null || message.isBlank() ? e.toString() : message);
        }
    }

    private Answer run(long times) {
        Side.Task t = task;
        if (t == null) {
            throw new IllegalStateException("run: no row is open");
        }
        long start = System.nanoTime();
        for (long i = 0; i < times; i++) {
            t.run();
        }
        return new Answer.Took(System.nanoTime() - start);
    }

    private void close() {
        Side.Task t = task;
        task = null;
        if (t != null) {
            t.close();
        }
    }
}
