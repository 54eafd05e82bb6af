package fathom.plot;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Series of data in two dimensions, and how their axes look.
 *
 * {@snippet :
 * Plot.of(a -> a.title("training").xLabel("epoch").yLog()
 *         .line(epochs, trainLoss, "train loss")
 *         .line(epochs, testLoss, s -> s.label("test loss").markers()));
 * }
 *
 * <p>Tensors are of any numeric type, of one dimension where nothing else is said; NaN and infinite values are gaps, as
 * are those that are not positive on a logarithmic axis. Series are drawn in the order in which they are added.
 */
public final class Axes {
    /** Where the legend is. */
    public enum LegendPlace {
        /** In the corner that hides no data, or below the axes if all of them would. */
        AUTO,
        /** Below the axes, in rows. */
        BELOW,
        /** There is none. */
        NONE
    }

    final List<Artist> artists = new ArrayList<>();
    final List<BarArtist> bars = new ArrayList<>();
    private @Nullable Histogram histogram;
    private int colors;
    String title = "";
    String xLabel = "";
    String yLabel = "";
    boolean xLog;
    boolean yLog;
    @Nullable Range xRange;
    @Nullable Range yRange;
    @Nullable List<String> xNames;
    @Nullable List<String> yNames;
    boolean downwards;
    boolean equal;
    boolean tight;

    boolean xWhole;
    boolean yWhole;

    boolean grid = true;
    LegendPlace legend = LegendPlace.AUTO;

    Axes() {}

    // ---------------------------------------------------------------- lines and points

    /** Joins points by a line: as {@link #line(Tensor, Tensor, Consumer)} without settings. */
    public Axes line(Tensor x, Tensor y) {
        return line(x, y, s -> {});
    }

    /** Joins points by a line with a name in the legend. */
    public Axes line(Tensor x, Tensor y, String label) {
        return line(x, y, s -> s.label(label));
    }

    /**
     * Joins points by a line, in their order.
     *
     * @param x [N]
     * @param y [N]
     * @throws IllegalArgumentException if there are not as many x as y, or one of them has more dimensions
     */
    public Axes line(Tensor x, Tensor y, Consumer<SeriesOptions> options) {
        var o = options(options);
        String what = Numbers.name("line", o.label, artists.size());
        return points(Numbers.vector(x, what + ": x"), Numbers.vector(y, what + ": y"), true, o, "line");
    }

    /** As {@link #line(Tensor, Tensor)}. */
    public Axes line(double[] x, double[] y) {
        return line(x, y, s -> {});
    }

    /** As {@link #line(Tensor, Tensor, String)}. */
    public Axes line(double[] x, double[] y, String label) {
        return line(x, y, s -> s.label(label));
    }

    /** As {@link #line(Tensor, Tensor, Consumer)}. */
    public Axes line(double[] x, double[] y, Consumer<SeriesOptions> options) {
        return points(x, y, true, options(options), "line");
    }

    /** A function's line, from 200 points between two values of x. */
    public Axes function(DoubleUnaryOperator f, double from, double to, String label) {
        double[] x = Numbers.between(from, to, 200);
        return line(x, Arrays.stream(x).map(f).toArray(), label);
    }

    /** Shows points as discs. */
    public Axes scatter(Tensor x, Tensor y) {
        return scatter(x, y, s -> {});
    }

    /** Shows points as discs, with a name in the legend. */
    public Axes scatter(Tensor x, Tensor y, String label) {
        return scatter(x, y, s -> s.label(label));
    }

    /**
     * Shows points as discs. Of more than 2,000 points, discs are smaller, and of those that would cover one another
     * all but one are left out.
     *
     * @param x [N]
     * @param y [N]
     */
    public Axes scatter(Tensor x, Tensor y, Consumer<SeriesOptions> options) {
        var o = options(options);
        String what = Numbers.name("scatter", o.label, artists.size());
        return points(Numbers.vector(x, what + ": x"), Numbers.vector(y, what + ": y"), false, o, "scatter");
    }

    /** As {@link #scatter(Tensor, Tensor)}. */
    public Axes scatter(double[] x, double[] y) {
        return scatter(x, y, s -> {});
    }

    /** As {@link #scatter(Tensor, Tensor, String)}. */
    public Axes scatter(double[] x, double[] y, String label) {
        return scatter(x, y, s -> s.label(label));
    }

    /** As {@link #scatter(Tensor, Tensor, Consumer)}. */
    public Axes scatter(double[] x, double[] y, Consumer<SeriesOptions> options) {
        return points(x, y, false, options(options), "scatter");
    }

    private Axes points(double[] x, double[] y, boolean joined, SeriesOptions o, String kind) {
        Numbers.same(x, y, Numbers.name(kind, o.label, artists.size()));
        artists.add(new PointsArtist(x.clone(), y.clone(), joined, o, nextColor(o)));
        return this;
    }

    /**
     * Fills the area between two lines, in the colour of the series added last: an interval around it.
     *
     * @param x [N]
     * @param low [N]
     * @param high [N]
     */
    public Axes band(Tensor x, Tensor low, Tensor high) {
        return band(Numbers.vector(x, "band: x"), Numbers.vector(low, "band: low"), Numbers.vector(high, "band: high"));
    }

    /** As {@link #band(Tensor, Tensor, Tensor)}. */
    public Axes band(double[] x, double[] low, double[] high) {
        if (x.length != low.length || x.length != high.length) {
            throw new IllegalArgumentException(
                    "band: x has %s values, low %s, high %s; there must be as many"
                            .formatted(x.length, low.length, high.length));
        }
        artists.add(new BandArtist(x.clone(), low.clone(), high.clone(), Math.max(0, colors - 1)));
        return this;
    }

    // ---------------------------------------------------------------- bars and histograms

    /** Bars with names below them. */
    public Axes bars(List<String> names, Tensor values) {
        return bars(names, Numbers.vector(values, "bars: values"), s -> {});
    }

    /** As {@link #bars(List, Tensor)}. */
    public Axes bars(List<String> names, double[] values) {
        return bars(names, values, s -> {});
    }

    /** As {@link #bars(List, double[], Consumer)}. */
    public Axes bars(List<String> names, Tensor values, Consumer<SeriesOptions> options) {
        return bars(names, Numbers.vector(values, "bars: values"), options);
    }

    /**
     * Bars with names below them. Series that are added with the same names stand beside one another.
     *
     * @throws IllegalArgumentException if there are not as many names as values, or other names than before
     */
    public Axes bars(List<String> names, double[] values, Consumer<SeriesOptions> options) {
        var o = options(options);
        String what = Numbers.name("bars", o.label, bars.size());
        if (names.size() != values.length) {
            throw new IllegalArgumentException(
                    "%s: there are %s names and %s values; there must be as many"
                            .formatted(what, names.size(), values.length));
        }
        if (xNames != null && !xNames.equals(names)) {
            throw new IllegalArgumentException(
                    "%s: has other names than the series before, %s and not %s".formatted(what, names, xNames));
        }
        xNames = List.copyOf(names);
        var bar = new BarArtist(values.clone(), o, nextColor(o));
        bars.add(bar);
        artists.add(bar);
        for (int i = 0; i < bars.size(); i++) {
            bars.get(i).place(i, bars.size());
        }
        return this;
    }

    /** How often values are in each of several bins, with a name in the legend. */
    public Axes histogram(Tensor values, String label) {
        return histogram(values, s -> s.label(label));
    }

    /** As {@link #histogram(Tensor, String)}. */
    public Axes histogram(double[] values, String label) {
        return histogram(values, s -> s.label(label));
    }

    /**
     * How often values are in each of several bins. All histograms of the axes share their bins, and stand beside one
     * another; NaN and infinite values are in none.
     *
     * @param values of any shape
     */
    public Axes histogram(Tensor values, Consumer<SeriesOptions> options) {
        return histogram(values.detach().toDoubleArray(), options);
    }

    /** As {@link #histogram(Tensor, Consumer)}. */
    public Axes histogram(double[] values, Consumer<SeriesOptions> options) {
        if (histogram == null) {
            histogram = new Histogram();
        }
        var o = options(options);
        histogram.add(values.clone(), o, nextColor(o));
        return this;
    }

    // ---------------------------------------------------------------- areas

    /** A matrix as colours: as {@link #heatmap(Tensor, Consumer)} without settings. */
    public Axes heatmap(Tensor matrix) {
        return heatmap(matrix, o -> {});
    }

    /**
     * A matrix as colours, its first row uppermost. Cell (i, j) is centred at x = j, y = i. NaN has no colour.
     *
     * @param matrix [R, C]
     * @throws IllegalArgumentException if it has another number of dimensions, or names are not as many as rows or
     *     columns
     */
    public Axes heatmap(Tensor matrix, Consumer<HeatMapOptions> options) {
        var o = new HeatMapOptions();
        options.accept(o);
        double[][] values = Numbers.matrix(matrix, "heatmap: the matrix");
        return heatmap(values, o, HeatMapArtist.range(o, values));
    }

    Axes heatmap(double[][] values, HeatMapOptions o, Range range) {
        var map = new HeatMapArtist(values, o, range);
        artists.add(map);
        downwards = true;
        tight = true;
        grid = false;
        xWhole = true;
        yWhole = true;
        equal = map.isSquare();
        xNames = o.columns;
        yNames = o.rows;
        title = o.title.isEmpty() ? title : o.title;
        xLabel = o.xLabel.isEmpty() ? xLabel : o.xLabel;
        yLabel = o.yLabel.isEmpty() ? yLabel : o.yLabel;
        return this;
    }

    /**
     * Lines along which z has one value.
     *
     * @param x [C], ascending or descending
     * @param y [R], likewise
     * @param z [R, C]: a row for each y; no line goes through NaN and infinite values
     */
    public Axes contour(Tensor x, Tensor y, Tensor z, Consumer<ContourOptions> options) {
        return contour(
                Numbers.vector(x, "contour: x"),
                Numbers.vector(y, "contour: y"),
                Numbers.matrix(z, "contour: z"),
                options);
    }

    /** Lines along which a function has one value, from 100 by 100 points of a rectangle. */
    public Axes contour(
            DoubleBinaryOperator f,
            double xFrom,
            double xTo,
            double yFrom,
            double yTo,
            Consumer<ContourOptions> options) {
        double[] x = Numbers.between(xFrom, xTo, 100);
        double[] y = Numbers.between(yFrom, yTo, 100);
        return contour(x, y, Numbers.values(f, x, y), options);
    }

    private Axes contour(double[] x, double[] y, double[][] z, Consumer<ContourOptions> options) {
        var o = new ContourOptions();
        options.accept(o);
        artists.add(new ContourArtist(x, y, z, o));
        tight = true;
        grid = false;
        return this;
    }

    /** The way of an optimiser, say: points joined by a line, in their order, with a disc at each. */
    public Axes path(double[] x, double[] y, String label) {
        return line(x, y, s -> s.label(label).dash(SeriesOptions.Dash.SOLID).color("#ff7f0e").markers(3.5));
    }

    /** As {@link #path(double[], double[], String)}; x and y are [N]. */
    public Axes path(Tensor x, Tensor y, String label) {
        return path(Numbers.vector(x, "path: x"), Numbers.vector(y, "path: y"), label);
    }

    // ---------------------------------------------------------------- marks

    /** A dashed line across the axes at a value of y; the label may be empty. */
    public Axes horizontal(double y, String label) {
        artists.add(new RuleArtist(false, y, label));
        return this;
    }

    /** A dashed line across the axes at a value of x; the label may be empty. */
    public Axes vertical(double x, String label) {
        artists.add(new RuleArtist(true, x, label));
        return this;
    }

    /** Text with an arrow to a point, above it and to its right. */
    public Axes annotate(String text, double x, double y) {
        return annotate(text, x, y, 24, 24);
    }

    /**
     * Text with an arrow to a point.
     *
     * @param dx how far right of the point the text is, in pixels; negative for left
     * @param dy how far above the point the text is, in pixels; negative for below
     */
    public Axes annotate(String text, double x, double y, double dx, double dy) {
        artists.add(new AnnotationArtist(text, x, y, dx, dy));
        return this;
    }

    // ---------------------------------------------------------------- axes

    /** The text above the axes. Default: none. */
    public Axes title(String title) {
        this.title = title;
        return this;
    }

    /** The text below the x axis. Default: none. */
    public Axes xLabel(String label) {
        this.xLabel = label;
        return this;
    }

    /** The text beside the y axis. Default: none. */
    public Axes yLabel(String label) {
        this.yLabel = label;
        return this;
    }

    /** Makes the x axis logarithmic; values that are not positive are gaps. */
    public Axes xLog() {
        this.xLog = true;
        return this;
    }

    /** Makes the y axis logarithmic; values that are not positive are gaps. */
    public Axes yLog() {
        this.yLog = true;
        return this;
    }

    /** Has ticks of the x axis at whole numbers alone: of epochs, say. */
    public Axes xWhole() {
        this.xWhole = true;
        return this;
    }

    /** Has ticks of the y axis at whole numbers alone: of counts, say. */
    public Axes yWhole() {
        this.yWhole = true;
        return this;
    }

    /** What the x axis shows. Default: all data. */
    public Axes xRange(double low, double high) {
        this.xRange = range("xRange", low, high);
        return this;
    }

    /** What the y axis shows. Default: all data. */
    public Axes yRange(double low, double high) {
        this.yRange = range("yRange", low, high);
        return this;
    }

    /** Names at 0, 1, 2, ... of the x axis in place of numbers. */
    public Axes xNames(List<String> names) {
        this.xNames = List.copyOf(names);
        return this;
    }

    /** Names at 0, 1, 2, ... of the y axis in place of numbers. */
    public Axes yNames(List<String> names) {
        this.yNames = List.copyOf(names);
        return this;
    }

    /** Makes one unit of x as long as one of y. */
    public Axes equalAspect() {
        this.equal = true;
        return this;
    }

    /** Whether there are grid lines. Default: yes. */
    public Axes grid(boolean grid) {
        this.grid = grid;
        return this;
    }

    /** Where the legend is, which has the series that have a label. Default: AUTO. */
    public Axes legend(LegendPlace place) {
        this.legend = place;
        return this;
    }

    static Range range(String what, double low, double high) {
        if (!(low < high) || !Scale.isShown(low, false) || !Scale.isShown(high, false)) {
            throw new IllegalArgumentException(
                    "%s: must be finite with the lower value first, not %s to %s".formatted(what, low, high));
        }
        return new Range(low, high);
    }

    private static SeriesOptions options(Consumer<SeriesOptions> options) {
        var o = new SeriesOptions();
        options.accept(o);
        return o;
    }

    private int nextColor(SeriesOptions o) {
        return o.color != null ? Math.max(0, colors - 1) : colors++;
    }

    /** {@return everything to draw, histograms counted} */
    List<Artist> drawn() {
        List<Artist> all = new ArrayList<>();
        if (histogram != null) {
            all.addAll(histogram.bars());
        }
        all.addAll(artists);
        return all;
    }
}
