package fathom.bench.measure;

import fathom.bench.protocol.Server;
import fathom.bench.protocol.Side;
import fathom.bench.work.Row;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;

/** A side whose work is nothing: it cannot do convolutions, dies of layers, and never ends with models. */
final class FakeSide implements Side {
    private FakeSide() {}

    public static void main(String[] args) throws IOException {
        Server.serve(new FakeSide());
    }

    /** {@return what starts one, in a process of its own} */
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
