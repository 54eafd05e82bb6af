package fathom.cuda.driver;

import fathom.FathomException;
import fathom.cuda.gpu.KernelFiles;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.libraries.NativeLibrary;
import fathom.files.CacheFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compiles kernels to machine code, by NVRTC or, where that is not found, by {@code nvcc} on the path. Machine code is
 * kept in the cache folder, in files named by a digest of the source and the compiler.
 */
final class KernelCompiler {
    private static final System.Logger LOG = System.getLogger(KernelCompiler.class.getName());
    private static final String PRELUDE = KernelFiles.resource("prelude.cuh");

    private final @Nullable Nvrtc nvrtc;
    private final String version;
    private final int capability;
    private final @Nullable Path cache;

    /**
     * @param capability the card's compute capability, such as 90
     * @throws FathomException if there is no compiler, saying where it was looked for
     */
    KernelCompiler(int capability) {
        this.capability = capability;
        nvrtc = Nvrtc.find();
        if (nvrtc == null && nvcc("--version") == null) {
            throw new FathomException(
                    ("cuda: no compiler for kernels: neither libnvrtc (looked for in %s and by the system's loader) nor nvcc"
                                    + " on the PATH; name a folder with libnvrtc.so by -Dfathom.cuda.libraries=FOLDER")
                            .formatted(NativeLibrary.folders()));
        }
        version = nvrtc != null ? "NVRTC " + nvrtc.version() : "nvcc";
        cache = cache();
    }

    /** {@return the compiler's name and version} */
    String version() {
        return version;
    }

    private static @Nullable Path cache() {
        String named = System.getProperty("fathom.cuda.cache", "").strip();
        try {
            Path folder = named.isEmpty() ? CacheFolder.root().resolve("cuda") : Path.of(named);
            return Files.createDirectories(folder);
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "compiled kernels are not kept: {0}", e.toString());
            return null;
        }
    }

    /** {@return the machine code of a kernel} */
    byte[] compile(KernelSource source) {
        String text = PRELUDE + source.text();
        Path kept =
                cache == null
                        ? null
                        : cache.resolve(
                                KernelFiles.digest(text, version, capability + " " + source.contracts()) + ".cubin");
        if (kept != null && Files.exists(kept)) {
            try {
                return Files.readAllBytes(kept);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is compiled again: {1}", source.name(), e.toString());
            }
        }
        byte[] code =
                nvrtc != null
                        ? nvrtc.compile(source.name(), text, source.contracts(), capability)
                        : byNvcc(source, text);
        if (kept != null) {
            keep(kept, code);
        }
        return code;
    }

    private static void keep(Path file, byte[] code) {
        try {
            Path made = Files.createTempFile(file.getParent(), "kernel", ".part");
            Files.write(made, code);
            Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a compiled kernel is not kept: {0}", e.toString());
        }
    }

    private byte[] byNvcc(KernelSource source, String text) {
        String name = source.name();
        Path folder = null;
        try {
            folder = Files.createTempDirectory("fathom-cuda");
            Path code = Files.writeString(folder.resolve("kernel.cu"), text);
            Path made = folder.resolve("kernel.cubin");
            String problem =
                    nvcc(
                            "-arch=sm_" + capability,
                            "-std=c++17",
                            "--fmad=" + source.contracts(),
                            "-w",
                            "-cubin",
                            "-o",
                            made.toString(),
                            code.toString());
            if (problem == null || !Files.exists(made)) {
                throw new FathomException(
                        "cuda: kernel %s does not compile for sm_%s:%n%s%n%s"
                                .formatted(name, capability, problem, text));
            }
            byte[] image = Files.readAllBytes(made);
            Files.delete(made);
            Files.delete(code);
            return image;
        } catch (IOException e) {
            throw new FathomException("cuda: kernel %s cannot be compiled in %s: %s".formatted(name, folder, e), e);
        } finally {
            if (folder != null) {
                folder.toFile().delete();
            }
        }
    }

    /** {@return what nvcc printed; null if it is not there or failed without a word} */
    private static @Nullable String nvcc(String... arguments) {
        try {
            var command = new java.util.ArrayList<String>(List.of("nvcc"));
            command.addAll(List.of(arguments));
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 || !output.isEmpty() ? output : null;
        } catch (IOException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
