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
 * Two-dimensional series of data, and the options of their axes.
 *
 * {@snippet :
 * Plot.of(a -> a.title("training").xLabel("epoch").yLog()
 *         .line(epochs, trainLoss, "train loss")
 *         .line(epochs, testLoss, s -> s.label("test loss").markers()));
 * }
 *
 * <p>Tensors may have any numeric type, and one dimension unless stated otherwise; NaN and infinite values are gaps, as
 * are nonpositive values on a logarithmic axis. Series are drawn in the order in which they are added.
 */
public final class Axes {
    /** The position of the legend. */
    public enum LegendPlace {
        /** In a corner that hides no data, or below the axes if there is none. */
        AUTO,
        /** Below the axes, in rows. */
        BELOW,
        /** No legend. */
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
    private static final double SINGLE_VALUE_MARGIN = 0.05;

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

    /** Joins points by a line; see {@link #line(Tensor, Tensor, Consumer)}. */
    public Axes line(Tensor x, Tensor y) {
        return line(x, y, s -> {});
    }

    /** Joins points by a line with a legend entry. */
    public Axes line(Tensor x, Tensor y, String label) {
        return line(x, y, s -> s.label(label));
    }

    /**
     * Joins points by a line, in order.
     *
     * @param x [N]
     * @param y [N]
     * @throws IllegalArgumentException if x and y have different sizes or more than one dimension
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

    /** Draws the graph of a function from 200 points between two values of x. */
    public Axes function(DoubleUnaryOperator f, double from, double to, String label) {
        double[] x = Numbers.between(from, to, 200);
        return line(x, Arrays.stream(x).map(f).toArray(), label);
    }

    /** Draws points as discs. */
    public Axes scatter(Tensor x, Tensor y) {
        return scatter(x, y, s -> {});
    }

    /** Draws points as discs, with a legend entry. */
    public Axes scatter(Tensor x, Tensor y, String label) {
        return scatter(x, y, s -> s.label(label));
    }

    /**
     * Draws points as discs. With more than 2,000 points, discs are smaller, and of discs that cover each other only
     * one is drawn.
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
     * Fills the area between two lines in the colour of the last series, as its interval.
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

    /** Draws bars with names below them. */
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
     * Draws bars with names below them. Series with the same names are drawn side by side.
     *
     * @throws IllegalArgumentException if the numbers of names and values differ, or the names differ from those of the
     *     series before
     */
    public Axes bars(List<String> names, double[] values, Consumer<SeriesOptions> options) {
        var o = options(options);
        String what = Numbers.name("bars", o.label, bars.size());
        if (names.size() != values.length) {
            throw new IllegalArgumentException(
                    "%s: expected as many names as values, got %s and %s".formatted(what, names.size(), values.length));
        }
        if (xNames != null && !xNames.equals(names)) {
            throw new IllegalArgumentException(
                    "%s: expected the names of the series before, %s, got %s".formatted(what, xNames, names));
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

    /** Draws a histogram with a legend entry. */
    public Axes histogram(Tensor values, String label) {
        return histogram(values, s -> s.label(label));
    }

    /** As {@link #histogram(Tensor, String)}. */
    public Axes histogram(double[] values, String label) {
        return histogram(values, s -> s.label(label));
    }

    /**
     * Draws a histogram. All histograms of the axes share their bins and are drawn side by side; NaN and infinite
     * values are not counted.
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

    /** Draws a matrix as a heat map; see {@link #heatmap(Tensor, Consumer)}. */
    public Axes heatmap(Tensor matrix) {
        return heatmap(matrix, o -> {});
    }

    /**
     * Draws a matrix as a heat map, with the first row at the top. Cell (i, j) is centred at x = j, y = i. NaN has no
     * colour.
     *
     * @param matrix [R, C]
     * @throws IllegalArgumentException if the matrix does not have two dimensions, or the number of names differs from
     *     that of rows or columns
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
     * Draws contour lines of z.
     *
     * @param x [C], ascending or descending
     * @param y [R], ascending or descending
     * @param z [R, C]: a row for each y; no line goes through NaN and infinite values
     */
    public Axes contour(Tensor x, Tensor y, Tensor z, Consumer<ContourOptions> options) {
        return contour(
                Numbers.vector(x, "contour: x"),
                Numbers.vector(y, "contour: y"),
                Numbers.matrix(z, "contour: z"),
                options);
    }

    /** Draws contour lines of a function, from 100 by 100 points of a rectangle. */
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

    /** Draws a path, such as an optimiser's: points joined by a line, in order, with a disc at each. */
    public Axes path(double[] x, double[] y, String label) {
        return line(x, y, s -> s.label(label).dash(SeriesOptions.Dash.SOLID).color("#ff7f0e").markers(3.5));
    }

    /** See {@link #path(double[], double[], String)}; x and y are [N]. */
    public Axes path(Tensor x, Tensor y, String label) {
        return path(Numbers.vector(x, "path: x"), Numbers.vector(y, "path: y"), label);
    }

    // ---------------------------------------------------------------- marks

    /** Draws a dashed line across the axes at a value of y; the label may be empty. */
    public Axes horizontal(double y, String label) {
        artists.add(new RuleArtist(false, y, label));
        return this;
    }

    /** Draws a dashed line across the axes at a value of x; the label may be empty. */
    public Axes vertical(double x, String label) {
        artists.add(new RuleArtist(true, x, label));
        return this;
    }

    /** Writes text with an arrow to a point, above it and to its right. */
    public Axes annotate(String text, double x, double y) {
        return annotate(text, x, y, 24, 24);
    }

    /**
     * Writes text with an arrow to a point.
     *
     * @param dx offset of the text to the right of the point, in pixels; may be negative
     * @param dy offset of the text above the point, in pixels; may be negative
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

    /** Makes the x axis logarithmic; nonpositive values are gaps. */
    public Axes xLog() {
        this.xLog = true;
        return this;
    }

    /** Makes the y axis logarithmic; nonpositive values are gaps. */
    public Axes yLog() {
        this.yLog = true;
        return this;
    }

    /** Restricts the ticks of the x axis to integers, for epochs, say. */
    public Axes xWhole() {
        this.xWhole = true;
        return this;
    }

    /** Restricts the ticks of the y axis to integers, for counts, say. */
    public Axes yWhole() {
        this.yWhole = true;
        return this;
    }

    /** The range of the x axis; one of a single value is widened by 5 %, as in matplotlib. Default: all data. */
    public Axes xRange(double low, double high) {
        this.xRange = range("xRange", low, high);
        return this;
    }

    /** The range of the y axis; one of a single value is widened by 5 %, as in matplotlib. Default: all data. */
    public Axes yRange(double low, double high) {
        this.yRange = range("yRange", low, high);
        return this;
    }

    /** Names at 0, 1, 2, ... of the x axis instead of numbers. */
    public Axes xNames(List<String> names) {
        this.xNames = List.copyOf(names);
        return this;
    }

    /** Names at 0, 1, 2, ... of the y axis instead of numbers. */
    public Axes yNames(List<String> names) {
        this.yNames = List.copyOf(names);
        return this;
    }

    /** Makes the units of x and y equally long. */
    public Axes equalAspect() {
        this.equal = true;
        return this;
    }

    /** Whether to draw grid lines. Default: yes. */
    public Axes grid(boolean grid) {
        this.grid = grid;
        return this;
    }

    /** The position of the legend, which lists the labelled series. Default: AUTO. */
    public Axes legend(LegendPlace place) {
        this.legend = place;
        return this;
    }

    static Range range(String what, double low, double high) {
        if (low == high && Scale.isShown(low, false)) {
            double margin = low == 0 ? SINGLE_VALUE_MARGIN : SINGLE_VALUE_MARGIN * Math.abs(low);
            return range(what, low - margin, high + margin);
        }
        if (!(low < high) || !Scale.isShown(low, false) || !Scale.isShown(high, false)) {
            throw new IllegalArgumentException(
                    "%s: must be finite with the lower value first, got %s to %s".formatted(what, low, high));
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

    /** {@return everything to draw, with histograms converted to bars} */
    List<Artist> drawn() {
        List<Artist> all = new ArrayList<>();
        if (histogram != null) {
            all.addAll(histogram.bars());
        }
        all.addAll(artists);
        return all;
    }
}
