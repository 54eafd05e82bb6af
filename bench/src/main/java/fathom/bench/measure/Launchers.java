package fathom.bench.measure;

import fathom.bench.side.FathomSide;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the processes of both sides are started: on this JVM's JDK, with so many threads. */
public final class Launchers {
    private static final double START_SECONDS = 180; // the first start of libtorch unpacks 360 MB

    private Launchers() {}

    /** {@return Fathom, with the options and the class path of this JVM} */
    public static Launcher fathom(int threads) {
        var command = new ArrayList<>(List.of(java()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-agentlib") && !a.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of("-Dfathom.threads=" + threads, "-cp", classPath(), FathomSide.class.getName()));
        return () -> new SideProcess("Fathom", new ProcessBuilder(command), START_SECONDS);
    }

    /**
     * {@return libtorch, from a folder with the classes of its side and the jars that they need}
     *
     * @param home the folder
     */
    public static Launcher libtorch(Path home, int threads) {
        var command =
                List.of(
                        java(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        // its pointers are freed by hand, as in C++, so JavaCPP need not watch over them
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        "-Dorg.bytedeco.javacpp.cachedir=" + home.resolve("natives"),
                        "-Dfathom.bench.threads=" + threads,
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                home.resolve("classes").toString(),
                                home.resolve("lib").resolve("*").toString(),
                                classPath()),
                        "fathom.bench.libtorch.LibtorchSide");
        return () -> {
            var builder = new ProcessBuilder(command);
            builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
            builder.environment().put("OMP_NUM_THREADS", String.valueOf(threads));
            builder.environment().put("OPENBLAS_NUM_THREADS", String.valueOf(threads));
            return new SideProcess("libtorch", builder, START_SECONDS);
        };
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }
}
