import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at the outputs of the executed tour: {@code CheckNotebook EXECUTED.ipynb}. */
public final class CheckNotebook {
    private static int passed;
    private static int failed;
    private static List<JsonNode> cells;

    public static void main(String[] args) throws Exception {
        JsonNode notebook = new JsonMapper().readTree(Files.readString(Path.of(args[0])));
        cells = new ArrayList<>();
        notebook.get("cells")
                .forEach(c -> {
                    if (c.get("cell_type").asString().equals("code")) {
                        cells.add(c);
                    }
                });
        for (JsonNode cell : cells) {
            boolean hasError =
                    cell.get("outputs").valueStream().anyMatch(o -> o.get("output_type").asString().equals("error"));
            check("no error in: " + first(cell), !hasError, cell.get("outputs"));
        }
        JsonNode tensor = output("Tensor x = randn");
        check("a tensor is text in HTML", has(tensor, "text/html", "<pre", "tensor([[", "float32 [3, 4]"), tensor);
        check("a tensor is plain text", has(tensor, "text/plain", "tensor([["), tensor);
        JsonNode net = output("Layer net = new Sequential");
        check("a layer shows its structure", has(net, "text/html", "Linear(in_features=784", "50,890 parameters"), net);
        JsonNode summary = output("Summary.of(net, 1, 1, 28, 28)");
        check(
                "a summary is a table",
                has(summary, "text/html", "<table", "Multiply-adds", "50,240", "[1, 10]"),
                summary);
        JsonNode text = output("\"a < b");
        check(
                "text is escaped",
                has(text, "text/html", "a &lt; b &amp;&amp; b &gt; c: &lt;b&gt;not bold&lt;/b&gt;")
                        && has(text, "text/plain", "a < b && b > c: <b>not bold</b>"),
                text);
        JsonNode table = output("Table houses");
        check(
                "a table is a table",
                has(table, "text/html", "<table", "rooms", "208500", "&lt;none&gt;", "3 rows"),
                table);
        JsonNode plot = output("double[] t = ");
        check("a figure is SVG", has(plot, "text/html", "<svg", "sine and cosine"), plot);
        List<JsonNode> live = outputs("try (var animator");
        check("a live figure is one output", live.size() == 1, live);
        check("it shows the last state", has(live.getFirst(), "text/html", "<svg"), live);
        int points = html(live.getFirst()).split("[ML ]").length;
        check("with all of its points", points > 40, points);
        List<JsonNode> training = outputs("var data = FashionMnist");
        check("a training shows its progress and its curves", training.size() == 2, training);
        check(
                "without a stream of errors",
                training.stream().noneMatch(o -> o.get("output_type").asString().equals("stream")),
                training);
        boolean hasEpochs = training.stream().anyMatch(o -> has(o, "text/html", "<pre", "epoch 5/5", "test acc"));
        check("a line per epoch", hasEpochs, training);
        boolean hasCurves = training.stream().anyMatch(o -> has(o, "text/html", "<svg", "loss", "acc"));
        check("and curves", hasCurves, training);
        JsonNode run = output("run");
        check("a run shows its curves and results", has(run, "text/html", "<svg", "examples/sec"), run);
        List<JsonNode> shown = outputs("for (int i = 0; i < 2");
        check("show() shows each value, and returns nothing", shown.size() == 4, shown);
        check(
                "pictures among them",
                shown.stream().filter(o -> has(o, "text/html", "<svg", "<image")).count() == 2,
                shown);
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private static void check(String what, boolean isSo, Object otherwise) {
        if (isSo) {
            passed++;
            System.out.println("notebook: ok: " + what);
        } else {
            failed++;
            String text = String.valueOf(otherwise);
            System.out.println(
                    "notebook: FAILED: %s: %s".formatted(what, text.substring(0, Math.min(2000, text.length()))));
        }
    }

    private static String source(JsonNode cell) {
        return joined(cell.get("source"));
    }

    private static String first(JsonNode cell) {
        return source(cell).lines().findFirst().orElse("");
    }

    private static List<JsonNode> outputs(String start) {
        for (JsonNode cell : cells) {
            if (source(cell).lines().anyMatch(l -> l.equals(start) || start.contains(" ") && l.startsWith(start))) {
                return cell.get("outputs").valueStream().toList();
            }
        }
        throw new IllegalArgumentException("no cell has a line that starts with " + start);
    }

    private static JsonNode output(String start) {
        List<JsonNode> all = outputs(start);
        check("one output of: " + start, all.size() == 1, all);
        return all.isEmpty() ? new JsonMapper().createObjectNode() : all.getLast();
    }

    private static String html(JsonNode output) {
        return joined(output.path("data").path("text/html"));
    }

    private static boolean has(JsonNode output, String type, String... parts) {
        String text = joined(output.path("data").path(type));
        return List.of(parts).stream().allMatch(text::contains);
    }

    /** A text of a notebook may be in lines. */
    private static String joined(JsonNode text) {
        var all = new StringBuilder();
        if (text.isArray()) {
            text.forEach(line -> all.append(line.asString()));
        } else {
            all.append(text.asString(""));
        }
        return all.toString();
    }
}
