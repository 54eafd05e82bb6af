package fathom.cli;

import fathom.Device;
import fathom.Fathom;
import fathom.files.CacheFolder;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows the versions and the hardware in use. */
@Command(name = "info", description = "Show versions, processors, backends and their status, devices and memory.")
final class InfoCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        line(out, "fathom", Version.number());
        line(out, "java", Runtime.version() + " (" + System.getProperty("java.vm.name") + ")");
        line(
                out,
                "system",
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + ", "
                        + System.getProperty("os.arch"));
        line(
                out,
                "processors",
                Runtime.getRuntime().availableProcessors() + ", " + Fathom.threads() + " threads compute");
        for (var backend : Fathom.backends()) {
            line(out, backend.name(), (backend.used() ? "" : "not used: ") + backend.status());
        }
        line(
                out,
                "devices",
                Device.all().stream().map(Device::toString).collect(Collectors.joining(", "))
                        + "; the best is "
                        + Device.best());
        var memory = Fathom.memory();
        line(
                out,
                "memory",
                String.format(
                        Locale.ROOT,
                        "%,d MB for tensors at most (-Dfathom.memory.limit), %,d MB for Java objects (-Xmx)",
                        memory.limit() >> 20,
                        Runtime.getRuntime().maxMemory() >> 20));
        line(out, "data sets", CacheFolder.datasets().toString());
        out.flush();
        return 0;
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println("%-11s %s".formatted(name, value));
    }
}
