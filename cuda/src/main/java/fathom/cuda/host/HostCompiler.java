package fathom.cuda.host;

import fathom.cuda.gpu.KernelFiles;
import fathom.cuda.gpu.KernelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;

/** Compiles kernels with the host's C++ compiler, each once per text: libraries are kept in a folder. */
final class HostCompiler {
    private static final Pattern WAITS =
            Pattern.compile("__sync(threads|warp)|__shfl|__ballot|__any_sync|__all_sync|fathom_mma");

    private static final String HOST = KernelFiles.resource("host.h");
    private static final String PRELUDE = KernelFiles.resource("prelude.cuh");
    private static final String LAUNCH = KernelFiles.resource("launch.h");

    private final Path folder;
    private final String compiler;

    /**
     * @param folder where libraries are kept
     * @param compiler the command, {@code c++}
     */
    HostCompiler(Path folder, String compiler) {
        this.folder = folder;
        this.compiler = compiler;
    }

    /** {@return the shared library with the kernel} */
    Path library(KernelSource source) {
        String fibres = WAITS.matcher(source.text()).find() ? "#define FATHOM_FIBRES 1\n" : "";
        String text = fibres + HOST + PRELUDE + source.text() + LAUNCH;
        Path library = folder.resolve(KernelFiles.digest(text) + ".so");
        if (!Files.exists(library)) {
            compile(source, text, library);
        }
        return library;
    }

    private void compile(KernelSource source, String text, Path library) {
        try {
            Files.createDirectories(folder);
            Path code = Files.createTempFile(folder, "kernel", ".cpp");
            Path made = Files.createTempFile(folder, "kernel", ".so");
            Files.writeString(code, text);
            String sources = System.getProperty("fathom.cuda.sources", "");
            if (!sources.isEmpty()) { // to be compiled for cards, where there is a compiler for them
                String name = library.getFileName().toString().replace(".so", ".cu");
                Files.writeString(Files.createDirectories(Path.of(sources)).resolve(name), source.text());
            }
            // -fno-gnu-unique: its static variables are those of one library; no contraction, as in Java
            var process =
                    new ProcessBuilder(
                                    List.of(
                                            compiler,
                                            "-std=c++17",
                                            "-O1",
                                            "-w",
                                            "-shared",
                                            "-fPIC",
                                            "-fno-gnu-unique",
                                            "-ffp-contract=off",
                                            "-fno-strict-aliasing",
                                            "-o",
                                            made.toString(),
                                            code.toString()))
                            .redirectErrorStream(true)
                            .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        "kernel %s does not compile on the host:%n%s%n%s"
                                .formatted(source.name(), output, source.text()));
            }
            Files.move(made, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.delete(code);
        } catch (IOException e) {
            throw new UncheckedIOException("the host's compiler " + compiler + " cannot be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + source.name() + " was compiled", e);
        }
    }
}
