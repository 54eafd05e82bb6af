package fathom.bench.measure;

import fathom.bench.protocol.Server;
import fathom.bench.protocol.Side;
import fathom.bench.work.Row;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** A side with empty workloads: it does not support convolutions, exits on layers, and never responds to models. */
final class FakeSide implements Side {
    private FakeSide() {}

    public static void main(String[] args) throws IOException {
        Server.serve(new FakeSide());
    }

    /** {@return a launcher of a fake side in a process of its own} */
    static Launcher launcher(String name) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = String.join(File.pathSeparator, classesOf(FakeSide.class), classesOf(Server.class));
        var command =
                List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, FakeSide.class.getName());
        return () -> new SideProcess(name, new ProcessBuilder(command), 60);
    }

    private static String classesOf(Class<?> type) {
        return Path.of(URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString())).toString();
    }

    @Override
    public String describe() {
        return "a fake";
    }

    @Override
    public Task open(Row row) {
        return switch (row.family()) {
            case "conv" -> throw new UnsupportedOperationException("no convolutions here");
            case "layer" ->
                    () -> {
                        System.err.println("something terrible");
                        Runtime.getRuntime().halt(3);
                    };
            case "train" ->
                    () -> {
                        try {
                            Thread.sleep(60_000);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    };
            default -> () -> {};
        };
    }
}
