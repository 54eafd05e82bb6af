package fathom;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.services.NearestName;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles every {@code {@snippet}} in the Javadoc of the public packages, as a user's program with imports of all of
 * them would contain it. Variables that a snippet does not declare, such as {@code net}, are declared in {@link
 * #CONTEXT}, or for one file in {@link #MEMBERS}; others are taken for granted, and what is done with them is not
 * checked.
 */
class SnippetsTest {
    private static final Pattern MEMBER =
            Pattern.compile(
                    "(?:@\\w+\\s+)*(?:(?:public|protected|private|static|final|abstract|sealed)\\s+)+\\S.*|(?:class|record|interface|enum)\\s.*",
                    Pattern.DOTALL);

    /** What the surroundings of most snippets would have. */
    private static final String CONTEXT =
            """
            abstract class Context {
                Layer net, model, backbone, head;
                Tensor x, y, image, other;
                Optimizer opt;
                DataLoader loader;
                TrainTestData data;
                float[] request;
                double total, validationLoss;
                int epochs;
                Layer net() { return net; }
                void trainOn(Batch batch) {}
                Tensor train(Tensor x, Tensor y) { return x; }
                Tensor train(Tensor x, Tensor y, double weight) { return x; }
                void trainOneEpoch(Optimizer opt) {}
                List<ParameterGroup> groups() { return List.of(); }
            }
            """;

    /** What the surroundings of a file's snippets would have besides. */
    private static final Map<String, String> MEMBERS =
            Map.ofEntries(
                    entry("Axes.java", "double[] epochs, trainLoss, testLoss;"),
                    entry("Animator.java", "double loss, accuracy;"),
                    entry("Batch.java", "Dataset data;"),
                    entry("DataLoader.java", "Dataset data;"),
                    entry("DistributedDataParallel.java", "Dataset data;"),
                    entry("KFold.java", "Dataset data;"),
                    entry("CrossValidation.java", "Dataset data;"),
                    entry("Search.java", "Layer mlp(long hidden) { return net; }"),
                    entry(
                            "Task.java",
                            "static abstract class Translator extends Block { abstract Tensor forward(Tensor x, Tensor length, Tensor y); }"
                                    + " Translator net; Dataset pairs;"),
                    entry("Captured.java", "interface Settings { double read(String name); } Settings settings;"),
                    entry("Block.java", "interface Lexicon { long version(); Tensor find(Tensor x); }"),
                    entry("KeyValueCache.java", "TransformerDecoder decoder; Tensor memory; List<Tensor> tokens;"),
                    entry("StaticCache.java", "CausalLM net; Tensor prompt;"),
                    entry("AttentionWeights.java", "TransformerEncoder encoder;"),
                    entry("RotaryEmbedding.java", "Tensor q, k, v;"),
                    entry("Alibi.java", "Tensor q, k, v;"),
                    entry("StatefulLanguageModel.java", "GRULanguageModel model; Tensor corpus;"),
                    entry("FashionMnistRecipe.java", "static final class MyNet extends Sequential {}"));

    /** A call of a function without a receiver. */
    private static final Pattern FUNCTION =
            Pattern.compile("cannot find symbol.*symbol: +method (\\w+)\\(.*location: class Snippet", Pattern.DOTALL);

    private static final Set<String> FUNCTIONS =
            Arrays.stream(Tensors.class.getMethods()).map(Method::getName).collect(Collectors.toSet());

    @TempDir Path folder;

    /** A snippet: where it stands, and its lines. */
    private record Snippet(Path file, int number, String text) {
        String className() {
            return "Snippet%d_%s"
                    .formatted(number, file.getFileName().toString().replace(".java", "").replace('-', '_'));
        }

        /** {@return the snippet in a class of its own: declarations as members, statements in a method} */
        String declaration() {
            var members = new StringBuilder();
            var statements = new StringBuilder();
            for (String part : parts(text)) {
                (MEMBER.matcher(withoutComments(part)).matches() ? members : statements).append(part).append('\n');
            }
            String type = statements.toString().stripLeading().startsWith("return ") ? "Object" : "void";
            return "class %s extends Context {\n%s\n%s%s statements() throws Exception {\n%s}\n}\n"
                    .formatted(
                            className(),
                            MEMBERS.getOrDefault(file.getFileName().toString(), ""),
                            members,
                            type,
                            statements);
        }
    }

    private static String withoutComments(String code) {
        return code.replaceAll("(?m)//.*$", "").strip();
    }

    /** {@return the declarations and statements on the top level} */
    private static List<String> parts(String code) {
        var parts = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        boolean isComment = false;
        for (int i = 0; i < code.length(); i++) {
            char c = code.charAt(i);
            isComment = c != '\n' && (isComment || code.startsWith("//", i));
            if (isComment) {
                continue;
            }
            depth += c == '{' || c == '(' ? 1 : c == '}' || c == ')' ? -1 : 0;
            boolean isEnd = c == ';' || c == '}' && !code.substring(i + 1).stripLeading().matches("(?s)[;).,].*");
            if (depth == 0 && isEnd) {
                parts.add(code.substring(start, i + 1));
                start = i + 1;
            }
        }
        parts.add(code.substring(start));
        return parts;
    }

    private static List<Snippet> snippets(Path file) throws IOException {
        var found = new ArrayList<Snippet>();
        String source = Files.readString(file);
        String start = "{@snippet :";
        for (int i = source.indexOf(start); i >= 0; i = source.indexOf(start, i + 1)) {
            int depth = 1;
            int end = i + 1;
            for (; depth > 0; end++) {
                depth += source.charAt(end) == '{' ? 1 : source.charAt(end) == '}' ? -1 : 0;
            }
            String text = source.substring(i + start.length(), end - 1).replaceAll("(?m)^\\s*\\* ?", "");
            found.add(new Snippet(file, found.size() + 1, text));
        }
        return found;
    }

    @Test
    void everySnippetCompiles() throws IOException {
        var snippets = new ArrayList<Snippet>();
        for (Path sources : UserCode.packages().values()) {
            try (var files = Files.list(sources)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                    snippets.addAll(snippets(file));
                }
            }
        }
        assertThat(snippets.size()).isGreaterThan(35);
        var code = new UserCode().add("Context", CONTEXT);
        snippets.forEach(s -> code.add(s.className(), s.declaration()));
        assertThat(code.problems(folder).stream().filter(p -> !isFree(p)).toList()).isEmpty();
    }

    /**
     * {@return whether a problem is a variable or function that neither the snippet nor the context declares} A
     * function whose name resembles one of Fathom's is misspelt instead.
     */
    private static boolean isFree(String problem) {
        Matcher function = FUNCTION.matcher(problem);
        if (function.find()) {
            return NearestName.of(function.group(1), FUNCTIONS).isEmpty();
        }
        return problem.contains("cannot find symbol") && problem.matches("(?s).*symbol: +variable [a-z].*");
    }

    @Test
    void aSnippetThatIsWrongIsFound() throws IOException {
        for (String wrong :
                List.of(
                        "new Linear(1);",
                        "x.noSuchMethod();",
                        "Tensor t = new NoSuchClass();",
                        "free.use(crossEntrpy(x, y));")) {
            var code = new UserCode().add("Context", CONTEXT);
            var snippet = new Snippet(Path.of("Wrong.java"), 1, wrong);
            List<String> problems = code.add(snippet.className(), snippet.declaration()).problems(folder);
            assertThat(problems.stream().filter(p -> !isFree(p))).as(wrong).isNotEmpty();
        }
    }
}
