package fathom.train.display;

import fathom.Tensor;
import fathom.data.Table;
import fathom.nn.Block;
import fathom.nn.Summary;
import fathom.plot.Plot;
import fathom.train.ProgressView;
import fathom.train.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.dflib.DataFrame;
import org.dflib.Series;
import org.jspecify.annotations.Nullable;

/** Renders values: HTML for pages and notebooks, and text for other readers. */
public final class ValueRenderer {
    /** The number of rows of a table that are shown: half from its start, half from its end. */
    private static final int MOST_ROWS = 20;

    private ValueRenderer() {}

    /**
     * {@return a value as a reader sees it: layers, tables and figures by what they are, anything else by its text}
     *
     * @param value may be null
     */
    public static RenderedValue render(@Nullable Object value) {
        return switch (value) {
            case Tensor tensor -> tensor(tensor);
            case Block block -> block(block);
            case Summary summary -> summary(summary);
            case Plot plot -> plot(plot);
            case Run run -> run(run);
            case Table table -> table(table);
            case DataFrame frame -> frame(frame, String.valueOf(frame));
            case null, default -> text(value);
        };
    }

    /** {@return the progress of a training: a bar while it goes on, and a line per epoch} */
    public static RenderedValue progress(ProgressView.State state) {
        return ProgressRendering.of(state);
    }

    private static RenderedValue data(String html, String text) {
        return new RenderedValue(html, text);
    }

    /** {@return any object, by its text} */
    private static RenderedValue text(@Nullable Object object) {
        String text = String.valueOf(object);
        return data(Html.pre(text), text);
    }

    private static RenderedValue tensor(Tensor tensor) {
        String text = tensor.toString();
        String kind =
                "%s %s%s"
                        .formatted(
                                tensor.dtype().toString().toLowerCase(Locale.ROOT),
                                tensor.shape(),
                                tensor.requiresGrad() ? ", requires gradients" : "");
        return data(Html.pre(text) + Html.caption(kind), text);
    }

    private static RenderedValue block(Block block) {
        String text = block.toString();
        long parameters = block.parameters().stream().mapToLong(Tensor::numel).sum();
        return data(Html.pre(text) + Html.caption(String.format(Locale.ROOT, "%,d parameters", parameters)), text);
    }

    private static RenderedValue summary(Summary summary) {
        List<String> names = new ArrayList<>();
        List<String> shapes = new ArrayList<>();
        List<String> parameters = new ArrayList<>();
        List<String> costs = new ArrayList<>();
        for (Summary.Row row : summary.rows()) {
            String name = row.name().isEmpty() ? row.type() : "%s (%s)".formatted(row.name(), row.type());
            names.add("  ".repeat(row.depth()) + name);
            shapes.add(row.outputShape() == null ? "–" : row.outputShape().toString());
            parameters.add(count(row.parameters()));
            costs.add(count(row.multiplyAdds()));
        }
        String table =
                Html.table(
                        List.of(
                                new Html.Column("Layer", false, names),
                                new Html.Column("Output shape", false, shapes),
                                new Html.Column("Parameters", true, parameters),
                                new Html.Column("Multiply-adds", true, costs)));
        String totals =
                String.format(
                        Locale.ROOT,
                        "%,d parameters, %,d of them trainable; %,d multiply-adds",
                        summary.parameters(),
                        summary.trainableParameters(),
                        summary.multiplyAdds());
        return data(table + Html.caption(totals), summary.toString());
    }

    private static String count(long n) {
        return n == 0 ? "–" : String.format(Locale.ROOT, "%,d", n);
    }

    private static RenderedValue plot(Plot plot) {
        return new RenderedValue(plot.html(), plot.toString(), plot);
    }

    /** {@return a training: its curves, and what its last epoch came to} */
    private static RenderedValue run(Run run) {
        String text = run.toString();
        if (run.history().isEmpty()) {
            return text(run);
        }
        Plot curves = run.plot();
        return new RenderedValue(curves.html() + Html.pre(text), text, curves);
    }

    private static RenderedValue table(Table table) {
        return frame(table.frame(), table.toString());
    }

    private static RenderedValue frame(DataFrame frame, String text) {
        int rows = frame.height();
        boolean isCut = rows > MOST_ROWS;
        int[] shown =
                isCut
                        ? IntStream.concat(
                                        IntStream.range(0, MOST_ROWS / 2), IntStream.range(rows - MOST_ROWS / 2, rows))
                                .toArray()
                        : IntStream.range(0, rows).toArray();
        List<Html.Column> columns = new ArrayList<>();
        columns.add(column("", true, IntStream.of(shown).mapToObj(Integer::toString).toList(), isCut));
        for (int c = 0; c < frame.width(); c++) {
            Series<?> series = frame.getColumn(c);
            List<String> cells = IntStream.of(shown).mapToObj(r -> cell(series.get(r))).toList();
            boolean isNumeric =
                    IntStream.of(shown)
                            .mapToObj(series::get)
                            .filter(Objects::nonNull)
                            .allMatch(v -> v instanceof Number);
            columns.add(column(frame.getColumnsIndex().get(c), isNumeric, cells, isCut));
        }
        String size = String.format(Locale.ROOT, "%,d rows, %,d columns", rows, frame.width());
        return data(Html.table(columns) + Html.caption(size), text);
    }

    private static Html.Column column(String name, boolean isNumeric, List<String> cells, boolean isCut) {
        List<String> all = new ArrayList<>(cells);
        if (isCut) {
            all.add(MOST_ROWS / 2, "…");
        }
        return new Html.Column(name, isNumeric, all);
    }

    private static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Double d when d.isNaN() -> "";
            case Double d when d == Math.rint(d) && Math.abs(d) < 1e9 -> Long.toString(Math.round(d));
            case Double d -> String.format(Locale.ROOT, "%.6g", d);
            default -> String.valueOf(value);
        };
    }
}
