package fathom.bench.server;

import fathom.bench.report.Machine;
import fathom.bench.server.Load.Entry;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a server: an MLP called by many clients, with the launcher's JVM options and with default ones. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        description = {
            "Serves an MLP of 1024-1024-1024-10 in processes of its own, with the JVM options of ./fathom and",
            "with default ones (--add-modules jdk.incubator.vector alone), in alternation; prints medians."
        })
public final class ServerCommand implements Callable<Integer> {
    private static final List<String> PLAIN =
            List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    @Option(names = "--runs", paramLabel = "N", description = "Processes of each kind. Default: ${DEFAULT-VALUE}.")
    private int runs = 3;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description =
                    "Length of the first part and of the warm part, which begins as long after. Default: ${DEFAULT-VALUE}.")
    private double seconds = 4;

    @Option(names = "--batch", paramLabel = "N", description = "Batch size of a request. Default: ${DEFAULT-VALUE}.")
    private int batch = 1;

    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            description = "Only loads that contain this regular expression, such as 'predictor, 2'.")
    private Pattern only = Pattern.compile("");

    @Option(
            names = "--plain",
            paramLabel = "OPTION",
            description = "Further plain options, such as -XX:+UseZGC; may be repeated.")
    private List<String> plain = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintStream out = System.out;
        out.println(Machine.here());
        out.printf("plain options: %s%n%n", String.join(" ", plainOptions()));
        String line = "%-34s %-9s %9s %9s  %9s %9s %9s  %8s %8s%n";
        out.printf(
                Locale.ROOT,
                line,
                "",
                "options",
                "first/s",
                "warm/s",
                "median",
                "99 %",
                "99.9 %",
                "process",
                "tensors");
        for (Load load : loads()) {
            var launcher = new ArrayList<Served>();
            var alone = new ArrayList<Served>();
            for (int i = 0; i < runs; i++) {
                launcher.add(run(launcherOptions(), load));
                alone.add(run(plainOptions(), load));
            }
            print(out, line, load, "launcher", Served.median(launcher));
            print(out, line, load, "plain", Served.median(alone));
            Served a = Served.median(alone);
            Served b = Served.median(launcher);
            out.printf(
                    Locale.ROOT,
                    line,
                    "",
                    "ratio",
                    ratio(a.first(), b.first()),
                    ratio(a.warm(), b.warm()),
                    ratio(a.median(), b.median()),
                    ratio(a.p99(), b.p99()),
                    ratio(a.p999(), b.p999()),
                    ratio(a.resident(), b.resident()),
                    ratio(a.tensors(), b.tensors()));
            out.flush();
        }
        return 0;
    }

    private List<Load> loads() {
        var all = new ArrayList<Load>();
        for (Entry entry : Entry.values()) {
            all.add(new Load(entry, 2, false, batch));
            all.add(new Load(entry, 8, false, batch));
            all.add(new Load(entry, 200, true, batch));
        }
        return all.stream().filter(l -> only.matcher(l.toString()).find()).toList();
    }

    private List<String> plainOptions() {
        var options = new ArrayList<>(PLAIN);
        options.addAll(plain);
        return options;
    }

    private static List<String> launcherOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-agentlib") && !a.startsWith("-javaagent"))
                .toList();
    }

    private Served run(List<String> options, Load load) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ServerProcess.class.getName()));
        command.addAll(load.arguments());
        command.addAll(List.of("" + seconds, "" + seconds / 2, "" + seconds));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return Served.parse(output.lines().toList());
    }

    private static void print(PrintStream out, String line, Load load, String options, Served s) {
        out.printf(
                Locale.ROOT,
                line,
                load,
                options,
                String.format(Locale.ROOT, "%,.0f", s.first()),
                String.format(Locale.ROOT, "%,.0f", s.warm()),
                time(s.median()),
                time(s.p99()),
                time(s.p999()),
                megabytes(s.resident()),
                megabytes(s.tensors()));
    }

    private static String time(double seconds) {
        return seconds < 1e-3
                ? String.format(Locale.ROOT, "%.0f us", seconds * 1e6)
                : String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
    }

    private static String megabytes(double bytes) {
        return String.format(Locale.ROOT, "%,.0f MB", bytes / 1e6);
    }

    private static String ratio(double a, double b) {
        return String.format(Locale.ROOT, "%.2f", a / b);
    }
}
