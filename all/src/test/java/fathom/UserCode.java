package fathom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles code of documents as a user's program, which imports every public package. */
final class UserCode {
    /** The root of the project. */
    static final Path ROOT = Files.isDirectory(Path.of("all")) ? Path.of(".") : Path.of("..");

    /** Modules that are not part of the module fathom. */
    private static final Set<String> NOT_INCLUDED = Set.of("testkit", "parquet", "board", "book");

    private static final Pattern EXPORT = Pattern.compile("\\bexports ([\\w.]+);");

    private final String imports;
    private final List<JavaFileObject> units = new ArrayList<>();

    UserCode() throws IOException {
        var lines =
                new StringBuilder("import static fathom.Tensors.*;\nimport static java.lang.foreign.ValueLayout.*;\n");
        packages().keySet().forEach(p -> lines.append("import ").append(p).append(".*;\n"));
        imports = lines.append("import java.nio.file.*;\nimport java.util.*;\n").toString();
    }

    /** {@return the packages that modules export to everyone, with the folders of their sources} */
    static Map<String, Path> packages() throws IOException {
        var found = new TreeMap<String, Path>();
        try (var modules = Files.list(ROOT)) {
            for (Path module : modules.toList()) {
                Path info = module.resolve("src/main/java/module-info.java");
                if (Files.exists(info) && !NOT_INCLUDED.contains(module.getFileName().toString())) {
                    EXPORT.matcher(Files.readString(info))
                            .results()
                            .forEach(e -> found.put(e.group(1), info.resolveSibling(e.group(1).replace('.', '/'))));
                }
            }
        }
        assertThat(found).containsKeys("fathom", "fathom.nn", "fathom.train");
        return found;
    }

    /** Adds a type of the unnamed package; the imports are put before it. */
    UserCode add(String name, String declaration) {
        String source = imports + declaration;
        units.add(
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                });
        return this;
    }

    /** {@return what the compiler complains of; empty if everything compiles} */
    List<String> problems(Path folder) {
        var found = new DiagnosticCollector<JavaFileObject>();
        String path = System.getProperty("java.class.path");
        var options = List.of("-proc:none", "-nowarn", "-Xmaxerrs", "1000", "-cp", path, "-d", folder.toString());
        var unused = ToolProvider.getSystemJavaCompiler().getTask(null, null, found, options, null, units).call();
        return found.getDiagnostics().stream()
                .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                .map(d -> d.toString())
                .toList();
    }
}
