package fathom.bench.measure;

import fathom.bench.measure.Baseline.Library;
import fathom.bench.onnxruntime.OnnxRuntimeSide;
import fathom.bench.reference.PlainCSide;
import fathom.bench.side.FathomSide;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Starts the processes of all sides, with this JVM's JDK and the given number of threads.
 *
 * @param threads the number of threads of each side
 * @param isa the instruction set that all sides are limited to
 */
public record Launchers(int threads, Isa isa) {
    private static final String BEFORE = "Fathom before";
    private static final double START_SECONDS = 180; // the first start of libtorch unpacks 360 MB

    /** The BLAS library of libtorch's matrix products. */
    public enum Blas {
        /** The library in libtorch's Maven artifact. */
        OPENBLAS("libtorch with OpenBLAS", ""),
        /** The library that PyTorch's own packages for x86-64 are built with. */
        MKL("libtorch with MKL", "mkl_rt");

        private final String side;
        private final String load;

        Blas(String side, String load) {
            this.side = side;
            this.load = load;
        }
    }

    /** {@return Fathom, with the options and the class path of this JVM} */
    public Launcher fathom() {
        return fathom("Fathom", FathomSide.class);
    }

    /** {@return onnxruntime, in a JVM like Fathom's, which writes the ONNX files} */
    public Baseline onnxruntime() {
        String name = Library.ONNXRUNTIME.toString();
        // it reads the process's command line with a recursion for each character, and the class path is long
        return new Baseline(name, Library.ONNXRUNTIME, fathom(name, OnnxRuntimeSide.class, "-Xss16m"));
    }

    /** {@return the program in C, compiled by the machine's compiler} */
    public Baseline plainC() {
        String name = Library.PLAIN_C.toString();
        return new Baseline(name, Library.PLAIN_C, fathom(name, PlainCSide.class, "-Dfathom.bench.threads=" + threads));
    }

    private Launcher fathom(String name, Class<?> main, String... options) {
        var command = new ArrayList<>(List.of(java()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> !a.startsWith("-agentlib") && !a.startsWith("-javaagent"))
                .forEach(command::add);
        command.addAll(List.of(options));
        command.addAll(isa.jvm());
        command.addAll(List.of("-Dfathom.threads=" + threads, "-cp", classPath(), main.getName()));
        return () -> {
            var builder = new ProcessBuilder(command);
            builder.environment().putAll(isa.environment());
            return new SideProcess(name, builder, START_SECONDS);
        };
    }

    /**
     * {@return libtorch, from a folder with the classes of its side and the jars that they need}
     *
     * @param home the folder
     * @param blas the library for products; MKL's jars must be in the folder too
     */
    public Baseline libtorch(Path home, Blas blas) {
        var command =
                List.of(
                        java(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        // pointers are freed explicitly, as in C++, so JavaCPP's garbage collection of pointers is off
                        "-Dorg.bytedeco.javacpp.nopointergc=true",
                        "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                        // a folder per BLAS library: the library is found through a link in it
                        "-Dorg.bytedeco.javacpp.cachedir=" + home.resolve("natives-" + lowerCase(blas)),
                        "-Dorg.bytedeco.openblas.load=" + blas.load,
                        "-Dfathom.bench.threads=" + threads,
                        "-Dfathom.bench.blas=" + blas,
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                home.resolve("classes").toString(),
                                home.resolve("lib").resolve("*").toString(),
                                classPath()),
                        "fathom.bench.libtorch.LibtorchSide");
        return new Baseline(
                blas.side,
                Library.LIBTORCH,
                () -> {
                    var builder = new ProcessBuilder(command);
                    var environment = builder.environment();
                    environment.put("OMP_WAIT_POLICY", "PASSIVE");
                    for (String library : List.of("OMP", "OPENBLAS", "MKL")) {
                        environment.put(library + "_NUM_THREADS", String.valueOf(threads));
                    }
                    // these were set for other programs
                    environment.remove("OPENBLAS_CORETYPE");
                    environment.remove("OPENBLAS_L2_SIZE");
                    environment.putAll(isa.environment());
                    return new SideProcess(blas.side, builder, START_SECONDS);
                });
    }

    /**
     * {@return another checkout of Fathom, with the options of its own launcher, to measure the effect of a change}
     *
     * @param checkout its folder, in which the bench must be built
     * @throws IllegalArgumentException if it is not built
     */
    public Baseline before(Path checkout) {
        Path built = checkout.resolve("bench/target");
        Path options = checkout.resolve("cli/jvm.options");
        if (!Files.isDirectory(built.resolve("classes")) || !Files.isRegularFile(options)) {
            throw new IllegalArgumentException(
                    "%s is not a checkout with a built bench; run ./fathom bench --list there first"
                            .formatted(checkout));
        }
        var command =
                new ArrayList<>(
                        List.of(
                                java(),
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "@" + options));
        command.addAll(isa.jvm());
        command.addAll(
                List.of(
                        "-Dfathom.threads=" + threads,
                        "-cp",
                        built.resolve("classes") + File.pathSeparator + built.resolve("lib").resolve("*"),
                        FathomSide.class.getName()));
        return new Baseline(
                BEFORE,
                Library.BEFORE,
                () -> {
                    var builder = new ProcessBuilder(command);
                    builder.environment().putAll(isa.environment());
                    return new SideProcess(BEFORE, builder, START_SECONDS);
                });
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }
}
