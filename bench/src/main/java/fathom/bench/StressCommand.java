package fathom.bench;

import fathom.bench.memory.ClosingScopes;
import fathom.bench.memory.ClosingScopes.Outcome;
import fathom.bench.memory.PlainJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A stress test of scopes that close on some threads while others compute with their tensors. */
@Command(
        name = "stress",
        mixinStandardHelpOptions = true,
        description =
                "Closes scopes while other threads compute with their tensors, with little memory and a cache that is"
                        + " trimmed continuously, and checks every result.")
final class StressCommand implements Callable<Integer> {
    @Option(names = "--minutes", paramLabel = "N", description = "How long. Default: ${DEFAULT-VALUE}.")
    private double minutes = 10;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of each kind. Default: ${DEFAULT-VALUE}.")
    private int threads = 4;

    @Option(names = "--limit", paramLabel = "BYTES", description = "fathom.memory.limit. Default: ${DEFAULT-VALUE}.")
    private String limit = "256m";

    @Option(
            names = "--jvm",
            split = ",",
            paramLabel = "FLAG",
            description = "Flags for the JVM, such as -XX:+UseZGC. Default: none.")
    private List<String> flags = List.of();

    @Override
    public Integer call() throws IOException {
        Outcome o = run(minutes * 60, threads, limit, flags);
        System.out.printf(
                Locale.ROOT,
                "%,d correct results, %,d uses refused because the memory had been released, %s%n",
                o.correct(),
                o.refused(),
                o.failure().isEmpty() ? "no errors" : "FAILED: " + o.failure());
        return o.failure().isEmpty() ? 0 : 1;
    }

    /** {@return the outcome of a run of {@code seconds}} */
    static Outcome run(double seconds, int threads, String limit, List<String> flags) throws IOException {
        var all = new ArrayList<>(flags);
        all.add("-Dfathom.memory.limit=" + limit);
        return PlainJvm.run(
                all, ClosingScopes.class, List.of(Double.toString(seconds), Integer.toString(threads)), Outcome::parse);
    }
}
