package fathom.bench;

import fathom.bench.memory.DroppedTensors;
import fathom.bench.memory.DroppedTensors.Outcome;
import fathom.bench.memory.PlainJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tests whether memory outside of scopes is freed in time with every garbage collector. */
@Command(
        name = "collectors",
        mixinStandardHelpOptions = true,
        description =
                "Creates tensors and drops each at once, in JVMs with default flags: each garbage collector, with and without"
                        + " -XX:+DisableExplicitGC, with few and with many live Java objects.",
        footer = {
            "",
            "ZGC with -XX:+DisableExplicitGC and many live objects takes two minutes, with pauses of half a second: only an inspection of the"
                    + " heap makes it clear references to old objects."
        })
final class CollectorsCommand implements Callable<Integer> {
    private static final List<String> COLLECTORS = List.of("G1", "Z", "Serial", "Parallel");

    @Option(names = "--tensors", paramLabel = "N", description = "How many. Default: ${DEFAULT-VALUE}.")
    private long tensors = 20_000;

    @Option(names = "--megabytes", paramLabel = "N", description = "Size of each. Default: ${DEFAULT-VALUE}.")
    private long megabytes = 4;

    @Option(names = "--limit", paramLabel = "BYTES", description = "fathom.memory.limit. Default: ${DEFAULT-VALUE}.")
    private String limit = "4g";

    @Option(
            names = "--live",
            split = ",",
            paramLabel = "N",
            description = "Live Java objects, in turns. Default: ${DEFAULT-VALUE}.")
    private List<Integer> live = List.of(0, 15_000_000);

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            description = "Only rows whose flags contain this regular expression.")
    private Pattern only = Pattern.compile("");

    @Override
    public Integer call() throws IOException {
        System.out.printf(
                Locale.ROOT,
                "%,d tensors of %d MB, each dropped at once; fathom.memory.limit %s%n%n",
                tensors,
                megabytes,
                limit);
        System.out.println(
                "| flags | live objects | made | seconds | peak native, MB | peak resident, MB | heap, MB | collections | longest allocation, ms |");
        System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        boolean all = true;
        for (int objects : live) {
            for (String collector : COLLECTORS) {
                for (boolean disabled : new boolean[] {false, true}) {
                    var flags = new ArrayList<>(List.of("-XX:+Use" + collector + "GC"));
                    if (disabled) {
                        flags.add("-XX:+DisableExplicitGC");
                    }
                    String text = String.join(" ", flags);
                    if (only.matcher(text).find()) {
                        all &= row(text, flags, objects);
                    }
                }
            }
        }
        return all ? 0 : 1;
    }

    private boolean row(String text, List<String> flags, int objects) throws IOException {
        flags.add("-Dfathom.memory.limit=" + limit);
        Outcome o =
                PlainJvm.run(
                        flags,
                        DroppedTensors.class,
                        List.of(Long.toString(tensors), Long.toString(megabytes << 20), Integer.toString(objects)),
                        Outcome::parse);
        System.out.println(
                String.format(
                        Locale.ROOT,
                        "| %s | %,d | %,d | %.1f | %,d | %,d | %,d | %,d | %.1f |%s",
                        text,
                        objects,
                        o.made(),
                        o.seconds(),
                        o.peak() >> 20,
                        o.resident() >> 20,
                        o.heap() >> 20,
                        o.collections(),
                        o.worst(),
                        o.failure().isEmpty() ? "" : " " + o.failure()));
        return o.made() == tensors;
    }
}
