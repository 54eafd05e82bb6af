package fathom.jupyter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The description by which Jupyter finds and starts the kernel, in the user's folder of kernels. */
public final class KernelSpec {
    /** The kernel's name in notebooks. */
    static final String NAME = "fathom";

    /** Imports that cells start with. */
    private static final String IMPORTS =
            """
            import module java.base;
            import module fathom;
            import static fathom.Tensors.*;
            import static fathom.jupyter.Notebook.*;
            """;

    private KernelSpec() {}

    /**
     * Installs the kernel, and prints the folder that it is installed in.
     *
     * @param args the module path of Fathom; then the command that starts the JVM, with all of its options
     */
    public static void main(String[] args) throws IOException {
        Path folder = install(userFolder(System.getenv()), Path.of(args[0]), List.of(args).subList(1, args.length));
        System.out.println(folder);
    }

    /**
     * {@return the user's folder of Jupyter's data, where every Jupyter of this user looks}
     *
     * @param environment the variables of the process
     */
    static Path userFolder(Map<String, String> environment) {
        String named = environment.get("JUPYTER_DATA_DIR");
        if (named != null && !named.isBlank()) {
            return Path.of(named);
        }
        Path home = Path.of(System.getProperty("user.home"));
        if (System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac")) {
            return home.resolve("Library/Jupyter");
        }
        String data = environment.get("XDG_DATA_HOME");
        return (data == null || data.isBlank() ? home.resolve(".local/share") : Path.of(data)).resolve("jupyter");
    }

    /**
     * Writes the description.
     *
     * @param data Jupyter's folder of data
     * @param modulePath the folder of Fathom's modules
     * @param command what starts the JVM, up to the main class
     * @return the kernel's folder
     * @throws IOException if it cannot be written, or the kernel could not be told the module path
     */
    static Path install(Path data, Path modulePath, List<String> command) throws IOException {
        Path folder = data.toAbsolutePath().resolve("kernels").resolve(NAME);
        Files.createDirectories(folder);
        Path imports = folder.resolve("imports.jshell");
        write(imports, IMPORTS.getBytes(StandardCharsets.UTF_8));
        try (InputStream logo = KernelSpec.class.getResourceAsStream("logo-svg.svg")) {
            if (logo != null) {
                write(folder.resolve("logo-svg.svg"), logo.readAllBytes());
            }
        }
        List<String> argv = new ArrayList<>(command);
        argv.add(Kernel.class.getName());
        argv.add("{connection_file}");
        var spec = new LinkedHashMap<String, Object>();
        spec.put("argv", argv);
        spec.put("display_name", "Fathom (Java " + Runtime.version().feature() + ")");
        spec.put("language", "java");
        spec.put("interrupt_mode", "message");
        spec.put(
                "env",
                Map.of(
                        "RJK_COMPILER_OPTIONS",
                        "--module-path %s --add-modules fathom".formatted(withoutSpaces(folder, modulePath)),
                        "RJK_INIT_SCRIPT",
                        imports.toString()));
        var json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        write(folder.resolve("kernel.json"), json.writeValueAsBytes(spec));
        return folder;
    }

    /** {@return the module path without spaces, since the kernel splits its compiler's options there} */
    private static Path withoutSpaces(Path folder, Path modulePath) throws IOException {
        if (!hasSpace(modulePath)) {
            return modulePath;
        }
        Path link = folder.resolve("modules");
        if (hasSpace(link)) {
            throw new IOException(
                    "Jupyter's Java kernel takes no paths with spaces, and there is one in %s as in %s; set JUPYTER_DATA_DIR to a folder without"
                            .formatted(modulePath, folder));
        }
        Files.deleteIfExists(link);
        return Files.createSymbolicLink(link, modulePath);
    }

    private static boolean hasSpace(@Nullable Path path) {
        return path != null && path.toString().chars().anyMatch(Character::isWhitespace);
    }

    /** Writes a file that a Jupyter may be reading. */
    private static void write(Path file, byte[] contents) throws IOException {
        Path beside = Files.createTempFile(file.getParent(), ".", ".part");
        try {
            Files.write(beside, contents);
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(beside);
        }
    }
}
