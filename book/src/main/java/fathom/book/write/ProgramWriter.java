package fathom.book.write;

import fathom.book.page.CellKind;
import fathom.book.page.Language;
import fathom.book.page.Page;
import fathom.book.page.Part;
import fathom.book.run.Failure;
import fathom.book.run.PageOutputs;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.execution.LocalExecutionControlProvider;

/** Writes the code of a page as one program, for {@code ./fathom run}. */
public final class ProgramWriter {
    private static final String INDENT = "    ";

    /** How a statement begins that has no value. */
    private static final Pattern BLOCK = Pattern.compile("(for|while|do|if|try|synchronized)\\b");

    private final List<String> imports = new ArrayList<>();
    private final List<String> members = new ArrayList<>();
    private final StringBuilder main = new StringBuilder();
    private final JShell shell;

    private ProgramWriter(JShell shell) {
        this.shell = shell;
    }

    /** {@return the name of a page's program, as {@code Chapter2_3_LinearAlgebra}} */
    public static String name(Page page) {
        var name = new StringBuilder("Chapter" + page.front().section().replace('.', '_') + "_");
        for (String word : page.path().substring(page.path().indexOf('/') + 1).split("[^A-Za-z0-9]+")) {
            name.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
        }
        return name.toString();
    }

    /** {@return the program; code that must not compile is a comment in it} */
    public static String write(Page page, PageOutputs outputs) {
        try (JShell shell = JShell.builder().executionEngine(new LocalExecutionControlProvider(), Map.of()).build()) {
            return new ProgramWriter(shell).program(page, outputs);
        }
    }

    private String program(Page page, PageOutputs outputs) {
        String before = "";
        for (Part part : page.parts()) {
            switch (part) {
                case Part.Heading heading -> before = heading.title().in(Language.EN);
                case Part.Cell cell -> {
                    if (!before.isEmpty()) {
                        main.append(main.isEmpty() ? "" : "\n").append(INDENT + "// ").append(before).append('\n');
                        before = "";
                    }
                    cell(cell, outputs);
                }
                default -> {
                    // not code
                }
            }
        }
        var text =
                new StringBuilder("import module java.base;\nimport module fathom;\nimport static fathom.Tensors.*;\n");
        imports.stream().distinct().forEach(i -> text.append(i).append('\n'));
        text.append("\n/** %s %s. */\n".formatted(page.front().section(), page.front().title().en()));
        text.append("void main() throws Exception {\n").append(main).append("}\n");
        members.forEach(m -> text.append('\n').append(m).append('\n'));
        text.append(
                """

                void show(Object... values) {
                    for (Object value : values) {
                        IO.println(value);
                    }
                }
                """);
        return text.toString();
    }

    private void cell(Part.Cell cell, PageOutputs outputs) {
        boolean isRefused =
                outputs.cells().get(cell.number()).failure().filter(f -> f.kind() == Failure.Kind.COMPILE).isPresent();
        if (isRefused) {
            main.append(INDENT + "// refused by the compiler:\n");
            cell.code().lines().forEach(l -> main.append(INDENT + "// ").append(l).append('\n'));
            return;
        }
        String indent = INDENT;
        if (cell.kind() == CellKind.ERROR) {
            main.append(INDENT + "try {\n");
            indent = INDENT + INDENT;
        } else if (cell.kind() == CellKind.CHECK) {
            main.append(INDENT + "{\n");
            indent = INDENT + INDENT;
        }
        String rest = cell.code();
        while (!rest.isBlank()) {
            var info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
            String source = info.source() == null ? rest : info.source();
            rest = info.source() == null ? "" : info.remaining();
            boolean isShown =
                    switch (cell.kind()) {
                        case CHECK -> false;
                        // it fails before it has a value, so that a call may be one of a void method
                        case ERROR -> rest.isBlank() && !source.strip().endsWith(")");
                        default -> rest.isBlank();
                    };
            piece(source, isShown, indent);
        }
        if (cell.kind() == CellKind.ERROR) {
            main.append(
                    INDENT
                            + "} catch (RuntimeException refused) {\n"
                            + INDENT
                            + INDENT
                            + "IO.println(refused);\n"
                            + INDENT
                            + "}\n");
        } else if (cell.kind() == CellKind.CHECK) {
            main.append(INDENT + "}\n");
        }
    }

    private void piece(String source, boolean isLast, String indent) {
        String text = source.strip();
        List<Snippet> snippets = shell.sourceCodeAnalysis().sourceToSnippets(source);
        Snippet.Kind kind = snippets.isEmpty() ? Snippet.Kind.STATEMENT : snippets.getFirst().kind();
        if (kind == Snippet.Kind.VAR && text.startsWith("static ")) { // a local variable cannot be static
            members.add(text.endsWith(";") ? text : text + ";");
            return;
        }
        switch (kind) {
            case IMPORT -> imports.add(text.endsWith(";") ? text : text + ";");
            case METHOD, TYPE_DECL -> members.add(text);
            default -> {
                boolean isValue =
                        isLast
                                && !text.endsWith(";")
                                && !BLOCK.matcher(text).lookingAt()
                                // names of other cells are unknown here, so that a use of them counts as erroneous
                                && (kind == Snippet.Kind.EXPRESSION
                                        || kind == Snippet.Kind.VAR
                                        || kind == Snippet.Kind.ERRONEOUS);
                boolean isDeclared =
                        kind == Snippet.Kind.VAR && text.matches("(?s)[\\w.<>\\[\\], ?]+\\s+\\w+\\s*(=.*)?");
                String statement =
                        isValue && !isDeclared && !text.startsWith("show(")
                                ? "IO.println(%s);".formatted(text)
                                : text.endsWith(";") || text.endsWith("}") || text.startsWith("//") ? text : text + ";";
                statement.lines().forEach(l -> main.append(indent).append(l).append('\n'));
            }
        }
    }

    /**
     * {@return what the compiler says of a page's program; nothing if it compiles}
     *
     * @throws IOException if it cannot be written
     */
    public static Optional<String> compile(Page page, PageOutputs outputs) throws IOException {
        Path folder = Files.createTempDirectory("fathom-program");
        try {
            Path file = folder.resolve(name(page) + ".java");
            Files.writeString(file, write(page, outputs));
            var said = new StringWriter();
            String modules = System.getProperty("jdk.module.path");
            String path =
                    modules != null && ProgramWriter.class.getModule().isNamed()
                            ? modules
                            : System.getProperty("java.class.path");
            var compiler = ToolProvider.getSystemJavaCompiler();
            boolean isCompiled =
                    compiler.getTask(
                                    said,
                                    null,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-Xlint:none",
                                            "--module-path",
                                            path.replace(File.pathSeparator + File.pathSeparator, File.pathSeparator),
                                            "--add-modules",
                                            "fathom",
                                            "-d",
                                            folder.toString()),
                                    null,
                                    compiler.getStandardFileManager(null, null, null).getJavaFileObjects(file))
                            .call();
            return isCompiled ? Optional.empty() : Optional.of(said.toString().strip().replace(folder + "/", ""));
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            } catch (UncheckedIOException e) {
                // the system's folder of temporary files
            }
        }
    }
}
