package fathom.plot;

import fathom.Tensor;
import fathom.files.AtomicFiles;
import java.awt.AWTError;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleBinaryOperator;

/**
 * A figure: one panel or a grid of panels, which renders as SVG, as an image, to a file and in a terminal.
 *
 * {@snippet :
 * Plot.lines(x, y).save(Path.of("sine.svg"));
 * Plot.scatter(x, y, a -> a.title("data").xLabel("x")).theme(Theme.DARK).save(Path.of("data.png"));
 * }
 *
 * <p>A plot is immutable: {@link #size}, {@link #theme} and similar methods return a new one. The tensors are read when
 * it is created.
 */
public final class Plot {
    private static final int MAX_PIXELS = 1 << 27;

    private final List<Panel> panels;
    private final int columns;
    private final String title;
    private final Theme theme;
    private final double width;
    private final double height;
    private final double scale;

    private Plot(
            List<Panel> panels, int columns, String title, Theme theme, double width, double height, double scale) {
        this.panels = panels;
        this.columns = columns;
        this.title = title;
        this.theme = theme;
        this.width = width;
        this.height = height;
        this.scale = scale;
    }

    static Plot of(Panel panel) {
        return new Plot(List.of(panel), 1, "", Theme.LIGHT, 0, 0, 1);
    }

    // ---------------------------------------------------------------- kinds

    /** {@return a figure with one pair of axes, to which {@code axes} adds series} */
    public static Plot of(Consumer<Axes> axes) {
        var a = new Axes();
        axes.accept(a);
        return of(new AxesPanel(a));
    }

    /**
     * {@return lines through points}
     *
     * @param x [N]
     * @param y [N], or [S, N] for S lines
     * @param labels names of the lines in the legend, one per line, or none
     * @throws IllegalArgumentException if the sizes do not match
     */
    public static Plot lines(Tensor x, Tensor y, String... labels) {
        return of(a -> addLines(a, x, y, labels));
    }

    /** {@return lines through points, with options of the axes; see {@link #lines(Tensor, Tensor, String...)}} */
    public static Plot lines(Tensor x, Tensor y, Consumer<Axes> axes) {
        return of(a -> {
            addLines(a, x, y);
            axes.accept(a);
        });
    }

    /** {@return a line through points} */
    public static Plot lines(double[] x, double[] y) {
        return of(a -> a.line(x, y));
    }

    /** {@return a line through points, with options of the axes} */
    public static Plot lines(double[] x, double[] y, Consumer<Axes> axes) {
        return of(a -> axes.accept(a.line(x, y)));
    }

    private static void addLines(Axes a, Tensor x, Tensor y, String... labels) {
        boolean several = y.dim() == 2 && x.numel() == y.size(1) && y.size(0) != y.numel();
        int count = several ? Math.toIntExact(y.size(0)) : 1;
        if (labels.length != 0 && labels.length != count) {
            throw new IllegalArgumentException(
                    "lines: there are %s labels for %s lines; y has the shape %s"
                            .formatted(labels.length, count, y.shape()));
        }
        for (int i = 0; i < count; i++) {
            Tensor row = several ? y.detach().select(0, i) : y;
            a.line(x, row, labels.length == 0 ? "" : labels[i]);
        }
    }

    /** {@return points as discs; x and y are [N]} */
    public static Plot scatter(Tensor x, Tensor y) {
        return of(a -> a.scatter(x, y));
    }

    /** {@return points as discs, with options of the axes; x and y are [N]} */
    public static Plot scatter(Tensor x, Tensor y, Consumer<Axes> axes) {
        return of(a -> axes.accept(a.scatter(x, y)));
    }

    /** {@return bars with names below them} */
    public static Plot bars(List<String> names, Tensor values) {
        return of(a -> a.bars(names, values));
    }

    /** {@return bars with names below them} */
    public static Plot bars(List<String> names, double[] values) {
        return of(a -> a.bars(names, values));
    }

    /** {@return a histogram of a tensor of any shape} */
    public static Plot histogram(Tensor values) {
        return of(a -> a.histogram(values, ""));
    }

    /** {@return a histogram, with options of the axes} */
    public static Plot histogram(Tensor values, Consumer<Axes> axes) {
        return of(a -> axes.accept(a.histogram(values, "")));
    }

    /** {@return a heat map of a matrix [R, C], with the first row at the top} */
    public static Plot heatmap(Tensor matrix) {
        return heatmap(matrix, o -> {});
    }

    /** {@return a heat map of a matrix [R, C], with the first row at the top} */
    public static Plot heatmap(Tensor matrix, Consumer<HeatMapOptions> options) {
        return of(a -> a.heatmap(matrix, options));
    }

    /**
     * {@return a grid of heat maps with common axes and a common colour bar}
     *
     * @param matrices [M, N, R, C] for a grid of M rows and N columns, or [N, R, C] for one row
     */
    public static Plot heatmaps(Tensor matrices, Consumer<HeatMapOptions> options) {
        Tensor four = matrices.dim() == 3 ? matrices.unsqueeze(0) : matrices;
        if (four.dim() != 4 || four.size(0) * four.size(1) == 0) {
            throw new IllegalArgumentException(
                    "heatmaps: must have the shape [M, N, R, C] or [N, R, C], got " + matrices.shape());
        }
        var o = new HeatMapOptions();
        options.accept(o);
        List<double[][]> all = new ArrayList<>();
        Tensor flat = four.detach().flatten(0, 1);
        for (int i = 0; i < flat.size(0); i++) {
            all.add(Numbers.matrix(flat.select(0, i), "heatmaps"));
        }
        return of(new HeatMapGrid(all, Math.toIntExact(four.size(1)), o));
    }

    /** {@return contour lines of a function; {@code axes} may add more, such as a path} */
    public static Plot contour(
            DoubleBinaryOperator f, double xFrom, double xTo, double yFrom, double yTo, Consumer<Axes> axes) {
        return of(a -> axes.accept(a.contour(f, xFrom, xTo, yFrom, yTo, o -> {})));
    }

    /** {@return contour lines of z; x is [C], y is [R], z is [R, C]} */
    public static Plot contour(Tensor x, Tensor y, Tensor z, Consumer<Axes> axes) {
        return of(a -> axes.accept(a.contour(x, y, z, o -> {})));
    }

    /** {@return a wireframe of a function of two variables} */
    public static Plot wireframe(
            DoubleBinaryOperator f,
            double xFrom,
            double xTo,
            double yFrom,
            double yTo,
            Consumer<SurfaceOptions> options) {
        double[] x = Numbers.between(xFrom, xTo, 49);
        double[] y = Numbers.between(yFrom, yTo, 49);
        return surface(
                Numbers.values((a, b) -> a, x, y), Numbers.values((a, b) -> b, x, y), Numbers.values(f, x, y), options);
    }

    /**
     * {@return a wireframe of a surface}
     *
     * @param x [R, C], as {@code meshgrid} returns it, or [C]
     * @param y [R, C] or [R]
     * @param z [R, C]
     * @throws IllegalArgumentException if the shapes do not match
     */
    public static Plot wireframe(Tensor x, Tensor y, Tensor z, Consumer<SurfaceOptions> options) {
        double[][] values = Numbers.matrix(z, "wireframe: z");
        return surface(grid(x, z, true), grid(y, z, false), values, options);
    }

    private static double[][] grid(Tensor axis, Tensor z, boolean horizontal) {
        boolean vector = axis.dim() == 1 && axis.size(0) == z.size(horizontal ? 1 : 0);
        if (!vector && !axis.shape().equals(z.shape())) {
            throw new IllegalArgumentException(
                    "wireframe: z has the shape %s, %s must have the same or be one of its axes, got %s"
                            .formatted(z.shape(), horizontal ? "x" : "y", axis.shape()));
        }
        Tensor full = vector ? axis.detach().unsqueeze(horizontal ? 0 : 1).expand(z.size(0), z.size(1)) : axis;
        return Numbers.matrix(full, "wireframe");
    }

    private static Plot surface(double[][] x, double[][] y, double[][] z, Consumer<SurfaceOptions> options) {
        var o = new SurfaceOptions();
        options.accept(o);
        return of(new SurfacePanel(x, y, z, o));
    }

    /** {@return a figure of one image}; see {@link #image(Tensor, Consumer)} */
    public static Plot image(Tensor image) {
        return image(image, o -> {});
    }

    /**
     * {@return a figure of one image, with options}
     *
     * @param image uint8, or floating from 0 to 1 (other values are clamped): [3, H, W], [1, H, W] or [H, W]
     * @throws IllegalArgumentException if the shape or type is wrong
     */
    public static Plot image(Tensor image, Consumer<PictureOptions> options) {
        return pictures(List.of(Pictures.of(image)), options);
    }

    /**
     * {@return the images of a batch in rows}
     *
     * @param images [N, C, H, W], or [N, H, W] for grey images; see {@link #image(Tensor, Consumer)}
     */
    public static Plot images(Tensor images, Consumer<PictureOptions> options) {
        return pictures(Pictures.batch(images), options);
    }

    /**
     * {@return images of any sizes in rows}
     *
     * @param images images, see {@link #image(Tensor, Consumer)}
     */
    public static Plot images(List<Tensor> images, Consumer<PictureOptions> options) {
        return pictures(images.stream().map(Pictures::of).toList(), options);
    }

    private static Plot pictures(List<BufferedImage> images, Consumer<PictureOptions> options) {
        var o = new PictureOptions();
        options.accept(o);
        return of(new PicturePanel(images, o));
    }

    /**
     * {@return a figure with the panels of several figures, row by row}
     *
     * @param columns panels per row
     */
    public static Plot panels(int columns, Plot... plots) {
        return panels(columns, List.of(plots));
    }

    /**
     * {@return a figure with the panels of several figures, row by row}
     *
     * @param columns panels per row
     * @throws IllegalArgumentException if there are no columns or no plots
     */
    public static Plot panels(int columns, List<Plot> plots) {
        if (columns < 1 || plots.isEmpty()) {
            throw new IllegalArgumentException(
                    "panels: expected at least one column and one plot, got %s and %s"
                            .formatted(columns, plots.size()));
        }
        List<Panel> all = new ArrayList<>();
        plots.forEach(p -> all.addAll(p.panels));
        return new Plot(List.copyOf(all), Math.min(columns, all.size()), "", Theme.LIGHT, 0, 0, 1);
    }

    // ---------------------------------------------------------------- settings

    /** {@return this figure with a title above all panels} */
    public Plot title(String title) {
        return new Plot(panels, columns, title, theme, width, height, scale);
    }

    /**
     * {@return this figure of images with boxes on the first image, such as those that a detector found}
     *
     * {@snippet :
     * Plot.image(image).boxes(found).save("found.png");
     * }
     *
     * @throws IllegalStateException if it is no figure of images
     */
    public Plot boxes(LabelledBoxes boxes) {
        if (panels.size() == 1 && panels.getFirst() instanceof PicturePanel pictures) {
            return new Plot(List.of(pictures.withBoxes(boxes)), columns, title, theme, width, height, scale);
        }
        throw new IllegalStateException("boxes: this is no figure of images, as Plot.image makes it");
    }

    /** {@return this figure with another theme; the default is {@link Theme#LIGHT}} */
    public Plot theme(Theme theme) {
        return new Plot(panels, columns, title, theme, width, height, scale);
    }

    /**
     * {@return this figure with another size, in pixels}
     *
     * @throws IllegalArgumentException if a side is not from 16 to 20000
     */
    public Plot size(int width, int height) {
        if (width < 16 || height < 16 || width > 20_000 || height > 20_000) {
            throw new IllegalArgumentException(
                    "size: sides must be from 16 to 20000 pixels, got %s x %s".formatted(width, height));
        }
        return new Plot(panels, columns, title, theme, width, height, scale);
    }

    /**
     * {@return this figure with another resolution: pixels of the image per pixel of {@link #size}; the default is 1}
     *
     * @throws IllegalArgumentException if it is not from 0.1 to 20
     */
    public Plot scale(double scale) {
        if (!(scale >= 0.1 && scale <= 20)) {
            throw new IllegalArgumentException("scale: must be from 0.1 to 20, got " + scale);
        }
        return new Plot(panels, columns, title, theme, width, height, scale);
    }

    // ---------------------------------------------------------------- results

    /** {@return the width in pixels: the requested one, or what the panels need} */
    public int width() {
        return (int) Math.round(width > 0 ? width : naturalWidth());
    }

    /** {@return the height in pixels: the requested one, or what the panels need} */
    public int height() {
        return (int) Math.round(height > 0 ? height : naturalHeight() + titleHeight());
    }

    private double titleHeight() {
        return title.isEmpty() ? 0 : 26;
    }

    private double naturalWidth() {
        return columns * panelSize(true);
    }

    private double naturalHeight() {
        return Math.ceilDiv(panels.size(), columns) * panelSize(false);
    }

    private double panelSize(boolean wide) {
        double most = panels.stream().mapToDouble(p -> wide ? p.width() : p.height()).max().orElse(100);
        // many panels are drawn smaller
        return most * (columns >= 3 ? 0.7 : columns == 2 ? 0.85 : 1);
    }

    void draw(Canvas canvas) {
        canvas.rectangle(0, 0, width(), height(), theme.back());
        double top = titleHeight();
        if (!title.isEmpty()) {
            var font = Canvas.Font.of(15, theme.front(), 0.5).strong();
            canvas.text(width() / 2.0, 21, title, font);
        }
        int rows = Math.ceilDiv(panels.size(), columns);
        double cellWidth = (double) width() / columns;
        double cellHeight = (height() - top) / rows;
        for (int i = 0; i < panels.size(); i++) {
            double x = i % columns * cellWidth;
            double y = top + i / columns * cellHeight;
            panels.get(i).draw(canvas, x, y, cellWidth, cellHeight, theme);
        }
    }

    private String allTitles() {
        var all = new ArrayList<String>();
        all.add(title);
        panels.forEach(p -> all.add(p.title()));
        all.removeIf(String::isBlank);
        return String.join(" | ", all);
    }

    /** {@return the figure as SVG, for a file or to embed in a page: with real text and without ids} */
    public String svg() {
        var canvas = new SvgCanvas(width(), height(), allTitles());
        draw(canvas);
        return canvas.finish();
    }

    /** {@return the figure as HTML, for notebooks} */
    public String html() {
        return "<div class=\"fathom-plot\">" + svg() + "</div>";
    }

    /**
     * {@return the figure as an image of {@link #size} times {@link #scale} pixels}
     *
     * @throws IllegalArgumentException if the image is too large
     * @throws IllegalStateException if this machine cannot draw images, because it has no fonts, say
     */
    public BufferedImage image() {
        if (width() * scale * height() * scale > MAX_PIXELS) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "image: %s x %s pixels at scale %s are more than the maximum of %,d",
                            width(),
                            height(),
                            scale,
                            MAX_PIXELS));
        }
        try (var canvas = new ImageCanvas(width(), height(), scale)) {
            draw(canvas);
            return canvas.image();
        } catch (AWTError | InternalError | LinkageError e) {
            // thrown by the JDK if parts of its graphics libraries, or the system's, are missing
            throw new IllegalStateException("image: this machine cannot draw images, only SVG: " + e, e);
        }
    }

    /**
     * {@return the figure drawn with characters, for terminals and logs}
     *
     * @param columns the width, in characters, from 10 to 1000
     * @param rows the height, in lines, from 5 to 500
     * @param color whether to emit a terminal's control sequences for colours
     */
    public String text(int columns, int rows, boolean color) {
        if (columns < 10 || rows < 5 || columns > 1000 || rows > 500) {
            throw new IllegalArgumentException(
                    "text: must be from 10 x 5 to 1000 x 500 characters, got %s x %s".formatted(columns, rows));
        }
        double w = columns * TextCanvas.CELL_WIDTH;
        double h = rows * TextCanvas.CELL_HEIGHT;
        var canvas = new TextCanvas(columns, rows, theme);
        new Plot(panels, this.columns, title, theme, w, h, 1).draw(canvas);
        return canvas.finish(color);
    }

    /** {@return the figure drawn with 80 by 20 characters} */
    @Override
    public String toString() {
        return text(80, 20, false);
    }

    /** {@return the figure as a PNG file's bytes} */
    public byte[] png() {
        return Pictures.png(image());
    }

    /**
     * Writes the figure to a file, atomically. The file's extension determines the format.
     *
     * @param file a path that ends in {@code .svg} or {@code .png}
     * @throws IllegalArgumentException if it has another extension
     * @throws IOException if the file cannot be written; the message names it
     */
    public void save(Path file) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        byte[] bytes;
        if (name.endsWith(".svg")) {
            bytes = svg().getBytes(StandardCharsets.UTF_8);
        } else if (name.endsWith(".png")) {
            bytes = png();
        } else {
            throw new IllegalArgumentException("save: %s must end in .svg or .png".formatted(file));
        }
        AtomicFiles.write(file, bytes);
    }

    /** As {@link #save(Path)}. */
    public void save(String file) throws IOException {
        save(Path.of(file));
    }
}
