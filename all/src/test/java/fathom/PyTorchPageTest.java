package fathom;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that leads from PyTorch's names to Fathom's: what it says of Fathom compiles, or exists. */
class PyTorchPageTest {
    private static final Path PAGE = UserCode.ROOT.resolve("docs/pytorch.md");
    private static final Path CHINESE = UserCode.ROOT.resolve("docs/pytorch.zh-CN.md");

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern NAME = Pattern.compile("\\b([A-Za-z]\\w*_?)\\b");

    private static final String CONTEXT =
            """
            abstract class Context extends Layer {
                Tensor a, b, x, y, z, p, v, w, t, h, mask, index, loss;
                Layer net;
                GRU gru;
                Optimizer opt;
                LRScheduler schedule;
                List<Tensor> ps;
                Dataset d;
                DataLoader loader;
                TrainTestData data;
                Batch batch;
                Device device;
                Path f;
                java.util.function.BinaryOperator<Tensor> step;
                java.util.function.Function<Tensor, Tensor> function;
            }
            """;

    @TempDir Path folder;

    /** {@return the columns of all rows of all tables, without the headings} */
    private static List<List<String>> rows(Path page) throws IOException {
        var rows = new ArrayList<List<String>>();
        String before = "";
        for (String line : Files.readAllLines(page)) {
            boolean isRow = line.startsWith("| ") && !line.startsWith("| ---") && before.startsWith("|");
            if (isRow) {
                rows.add(Arrays.stream(line.substring(1).split("(?<= )\\|")).map(String::strip).toList());
            }
            before = line;
        }
        return rows;
    }

    private static Stream<String> codes(String column) {
        return CODE.matcher(column).results().map(m -> m.group(1));
    }

    @Test
    void bothLanguagesSayTheSame() throws IOException {
        assertThat(rows(CHINESE)).hasSameSizeAs(rows(PAGE));
        for (int i = 0; i < rows(PAGE).size(); i++) {
            for (int column = 0; column < 2; column++) {
                assertThat(codes(rows(CHINESE).get(i).get(column)))
                        .containsExactlyElementsOf(codes(rows(PAGE).get(i).get(column)).toList());
            }
        }
    }

    @Test
    void everyCallCompiles() throws IOException {
        var code = new UserCode().add("Context", CONTEXT);
        int calls = 0;
        for (List<String> row : rows(PAGE)) {
            for (String said : codes(row.get(1)).toList()) {
                String call = said.replaceAll("\\bf, (?=[xv])", "function, ");
                if (!call.contains("{ ... }") && call.matches(".*[);]")) {
                    String name = "Row" + ++calls;
                    code.add(
                            name,
                            "abstract class %s extends Context { void row() throws Exception { %s%s } } // %s\n"
                                    .formatted(name, call, call.endsWith(";") ? "" : ";", row.getFirst()));
                }
            }
        }
        assertThat(calls).isGreaterThan(80);
        assertThat(code.problems(folder)).isEmpty();
    }

    private static void addNames(Class<?> type, Set<String> known) {
        if (Modifier.isPublic(type.getModifiers())) {
            known.add(type.getSimpleName());
            Stream.concat(Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getDeclaredFields()))
                    .filter(m -> (m.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0)
                    .forEach(m -> known.add(m.getName()));
            for (Class<?> inner : type.getDeclaredClasses()) {
                addNames(inner, known);
            }
        }
    }

    @Test
    void everyNameExists() throws IOException, ClassNotFoundException {
        // words of Java and of the examples
        var known =
                new TreeSet<>(List.of("new", "var", "for", "try", "true", "c", "o", "b", "e", "off", "long", "float"));
        known.addAll(
                List.of("a", "x", "t", "w", "m", "ps", "d", "f", "v", "y", "h", "z", "p", "net", "opt", "loss", "gru"));
        known.addAll(
                List.of(
                        "data",
                        "List",
                        "Map",
                        "Path",
                        "persistent",
                        "False",
                        "batch",
                        "loader",
                        "schedule",
                        "device",
                        "mask",
                        "index",
                        "step",
                        "class"));
        for (var one : UserCode.packages().entrySet()) {
            try (var files = Files.list(one.getValue())) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java"))
                                .filter(f -> !f.endsWith("package-info.java"))
                                .toList()) {
                    addNames(
                            Class.forName(one.getKey() + "." + file.getFileName().toString().replace(".java", "")),
                            known);
                }
            }
        }
        addNames(Tensors.class, known);
        for (List<String> row : rows(PAGE)) {
            codes(row.get(1))
                    .flatMap(c -> NAME.matcher(c.replaceAll("\"[^\"]*\"", "")).results())
                    .map(m -> m.group(1))
                    .forEach(name -> assertThat(known.contains(name)).as(name + " in " + row).isTrue());
        }
    }
}
