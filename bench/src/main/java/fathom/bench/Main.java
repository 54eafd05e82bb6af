package fathom.bench;

import fathom.bench.gpu.GpuCommand;
import fathom.bench.scale.ScaleCommand;
import fathom.bench.server.ServerCommand;
import java.util.Arrays;
import picocli.CommandLine;

/** {@code ./fathom bench}: compares Fathom with libtorch; its subcommands measure and test Fathom alone. */
public final class Main {
    private Main() {}

    /** Runs a measurement. */
    public static void main(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length)); // has options of its own
            return;
        }
        var bench = new CommandLine(new CompareCommand());
        bench.addSubcommand(new MemoryCommand());
        bench.addSubcommand(new GuardCommand());
        bench.addSubcommand(new FirstRunsCommand());
        bench.addSubcommand(new ServerCommand());
        bench.addSubcommand(new CollectorsCommand());
        bench.addSubcommand(new StressCommand());
        bench.addSubcommand(new GpuCommand());
        bench.addSubcommand(new ScaleCommand());
        bench.setCaseInsensitiveEnumValuesAllowed(true);
        bench.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println("bench: " + (e.getMessage() == null ? e : e.getMessage()));
            return 1;
        });
        System.exit(bench.execute(args));
    }
}
