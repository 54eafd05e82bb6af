package fathom.plot;

import static fathom.Tensors.arange;
import static fathom.Tensors.stack;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.plot.text.TextWidths;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PlotTest {
    static Document parse(Plot plot) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(plot.svg().getBytes(StandardCharsets.UTF_8)));
    }

    static List<String> texts(Plot plot) throws Exception {
        var nodes = parse(plot).getElementsByTagName("text");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    /** {@return the lines of data: clipped paths with an outline and without a fill} */
    static List<Element> lines(Plot plot) throws Exception {
        var nodes = parse(plot).getElementsByTagName("path");
        List<Element> lines = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            var e = (Element) nodes.item(i);
            boolean clipped = e.getParentNode() != e.getOwnerDocument().getDocumentElement();
            if (clipped && e.getAttribute("fill").equals("none") && !e.getAttribute("d").contains("h0")) {
                lines.add(e);
            }
        }
        return lines;
    }

    private static int count(BufferedImage image, int rgb) {
        int n = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                n += (image.getRGB(x, y) & 0xFFFFFF) == (rgb & 0xFFFFFF) ? 1 : 0;
            }
        }
        return n;
    }

    private static final Tensor X = arange(0, 3, 0.1);

    @Test
    void aLineOfTensorsIsOneCall() throws Exception {
        Plot plot = Plot.lines(X, stack(List.of(X.square(), X.mul(2).sub(1))), "x²", "tangent");
        assertThat(lines(plot)).hasSize(2);
        assertThat(texts(plot)).contains("x²", "tangent", "0", "2", "8", "0.0", "3.0");
        assertThat(lines(plot).get(0).getAttribute("stroke")).isEqualTo(Theme.LIGHT.palette().get(0));
        assertThat(lines(plot).get(1).getAttribute("stroke-dasharray")).isNotEmpty();
    }

    @Test
    void pointsAreWhereTheirValuesAre() throws Exception {
        Plot plot = Plot.lines(new double[] {0, 1, 2}, new double[] {0, 10, 5}, a -> a.xRange(0, 2).yRange(0, 10));
        Element clip = (Element) lines(plot).getFirst().getParentNode();
        double x = Double.parseDouble(clip.getAttribute("x")) + 1;
        double y = Double.parseDouble(clip.getAttribute("y")) + 1;
        double width = Double.parseDouble(clip.getAttribute("width")) - 2;
        double height = Double.parseDouble(clip.getAttribute("height")) - 2;
        double[] at = coordinates(lines(plot).getFirst());
        assertThat(at)
                .containsExactly(
                        new double[] {x, y + height, x + width / 2, y, x + width, y + height / 2},
                        org.assertj.core.data.Offset.offset(0.11));
    }

    static double[] coordinates(Element path) {
        return Arrays.stream(path.getAttribute("d").split("[MLz ]+"))
                .filter(s -> !s.isEmpty())
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Test
    void pngHasTheRequestedSize() throws Exception {
        Plot plot = Plot.lines(X, X.sin()).size(300, 200);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(plot.png()));
        assertThat(image.getWidth()).isEqualTo(300);
        assertThat(image.getHeight()).isEqualTo(200);
        assertThat(plot.scale(2).image().getWidth()).isEqualTo(600);
        assertThat(count(image, Theme.LIGHT.back())).isGreaterThan(300 * 200 / 2);
        int line = count(plot.scale(2).image(), Theme.LIGHT.series(0));
        assertThat(line).isGreaterThan(300);
    }

    @Test
    void themesChangeColoursAlone() throws Exception {
        Plot plot = Plot.lines(X, X.sin());
        Plot dark = plot.theme(Theme.DARK);
        assertThat(texts(dark)).isEqualTo(texts(plot));
        assertThat(dark.image().getRGB(1, 1) & 0xFFFFFF).isEqualTo(Theme.DARK.back() & 0xFFFFFF);
        assertThat(lines(dark).getFirst().getAttribute("d")).isEqualTo(lines(plot).getFirst().getAttribute("d"));
        assertThat(lines(dark).getFirst().getAttribute("stroke")).isEqualTo(Theme.DARK.palette().getFirst());
        assertThat(plot.svg()).isEqualTo(Plot.lines(X, X.sin()).svg());
    }

    @Test
    void filesAreWrittenAtomically(@TempDir Path dir) throws Exception {
        Plot plot = Plot.scatter(X, X.cos());
        plot.save(dir.resolve("a/b.svg"));
        plot.save(dir.resolve("B.PNG"));
        assertThat(Files.readString(dir.resolve("a/b.svg"))).isEqualTo(plot.svg());
        assertThat(ImageIO.read(dir.resolve("B.PNG").toFile()).getWidth()).isEqualTo(plot.width());
        try (var files = Files.list(dir.resolve("a"))) {
            assertThat(files).hasSize(1);
        }
        assertThatThrownBy(() -> plot.save(dir.resolve("c.jpg")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("c.jpg must end in .svg or .png");
    }

    @Test
    void missingValuesAreGaps() throws Exception {
        double nan = Double.NaN;
        double inf = Double.POSITIVE_INFINITY;
        Plot plot = Plot.lines(new double[] {0, 1, 2, 3, 4, 5, 6, 7}, new double[] {1, 2, nan, 3, inf, 5, 6, -inf});
        // two lines, and a disc for the value that has no neighbour
        assertThat(lines(plot)).hasSize(2);
        assertThat(plot.svg()).containsOnlyOnce("h0");
        assertThat(plot.svg()).doesNotContain("NaN").doesNotContain("Infinity");
        // on a logarithmic axis, zero and less
        Plot log = Plot.lines(new double[] {1, 2, 3, 4, 5}, new double[] {1, 2, 0, 4, 8}, a -> a.yLog());
        assertThat(lines(log)).hasSize(2);
    }

    @Test
    void oddDataIsDrawn() throws Exception {
        double[] none = {};
        double[] one = {5};
        double[] three = {1, 2, 3};
        double nan = Double.NaN;
        List<Plot> odd =
                List.of(
                        Plot.of(a -> {}),
                        Plot.of(Axes::xLog),
                        Plot.lines(none, none),
                        Plot.scatter(zeros(0), zeros(0)),
                        Plot.lines(one, one),
                        Plot.lines(new double[] {0}, new double[] {0}),
                        Plot.lines(one, one, a -> a.xLog().yLog()),
                        Plot.lines(three, new double[] {7, 7, 7}),
                        Plot.lines(three, new double[] {nan, nan, nan}),
                        Plot.lines(three, new double[] {-1, -2, -3}, a -> a.yLog()),
                        Plot.lines(three, new double[] {1e300, -1e300, 4e307}),
                        Plot.lines(three, new double[] {Double.MAX_VALUE, -Double.MAX_VALUE, 1}),
                        Plot.lines(three, new double[] {1e-320, 2e-320, 3e-320}),
                        Plot.lines(three, new double[] {1e-320, 2e-320, 3e-320}, a -> a.yLog()),
                        Plot.lines(three, new double[] {1e-300, 1, 1e300}, a -> a.yLog()),
                        Plot.lines(three, new double[] {1, 1 + 1e-16, 1 + 2e-16}),
                        Plot.lines(three, new double[] {1e15, 1e15 + 1, 1e15 + 2}),
                        Plot.lines(
                                new double[] {0, 1e9}, new double[] {0, 1e9}, a -> a.xRange(0, 1e-3).yRange(0, 1e-3)),
                        Plot.bars(List.of(), none),
                        Plot.bars(List.of("a", "b", "c"), new double[] {nan, -1, Double.POSITIVE_INFINITY}),
                        Plot.histogram(zeros(0)),
                        Plot.histogram(zeros(10)),
                        Plot.histogram(tensor(nan, nan)),
                        Plot.lines(three, three, a -> a.title("<b>&\"\0\uD800").xLabel("\n")));
        for (Plot plot : odd) {
            assertThat(texts(plot)).isNotEmpty();
            assertThat(plot.svg()).doesNotContain("NaN").doesNotContain("Infinity");
            assertThat(plot.size(16, 16).image()).isNotNull();
            assertThat(plot.svg().length()).isLessThan(20_000);
        }
    }

    @Test
    void manyPointsMakeASmallFile() throws Exception {
        int n = 100_000;
        var random = new Random(1);
        double[] x = new double[n];
        double[] y = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = i;
            y[i] = random.nextGaussian();
        }
        y[12_345] = 20;
        y[54_321] = -20;
        Plot line = Plot.lines(x, y);
        assertThat(line.svg().length()).isLessThan(60_000);
        Plot cloud = Plot.of(a -> a.scatter(x, y));
        assertThat(cloud.svg().length()).isLessThan(300_000);
        // extremes stay
        Element path = lines(line).getFirst();
        double[] at = coordinates(path);
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 1; i < at.length; i += 2) {
            low = Math.min(low, at[i]);
            high = Math.max(high, at[i]);
        }
        double height = Double.parseDouble(((Element) path.getParentNode()).getAttribute("height")) - 2;
        assertThat(high - low).isEqualTo(height / 1.09, org.assertj.core.data.Offset.offset(0.3));
    }

    @Test
    void aRangeOfOneValueIsWidened() {
        // as matplotlib's set_xlim(1, 1)
        assertThat(Axes.range("xRange", 1, 1)).isEqualTo(new Range(0.95, 1.05));
        assertThat(Axes.range("xRange", 0, 0)).isEqualTo(new Range(-0.05, 0.05));
        assertThat(Axes.range("xRange", -5, -5)).isEqualTo(new Range(-5.25, -4.75));
        assertThat(Plot.of(a -> a.xRange(1, 1).line(new double[] {1}, new double[] {2})).svg()).doesNotContain("NaN");
        assertThat(Plot.of(a -> a.xLog().xRange(10, 10).line(new double[] {10}, new double[] {2})).svg())
                .doesNotContain("NaN");
    }

    @Test
    void messagesNameTheSeriesAndTheSizes() {
        assertThatThrownBy(() -> Plot.of(a -> a.line(arange(3), arange(4), "loss")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("line \"loss\": x and y must have the same size, got 3 and 4");
        assertThatThrownBy(() -> Plot.of(a -> a.line(X, X).scatter(X, zeros(3, 10))))
                .hasMessage("scatter 2: y must have one dimension, got the shape [3, 10]");
        assertThatThrownBy(() -> Plot.lines(X, stack(List.of(X, X)), "one"))
                .hasMessage("lines: there are 1 labels for 2 lines; y has the shape [2, 30]");
        assertThatThrownBy(() -> Plot.bars(List.of("a"), new double[2]))
                .hasMessage("bars 1: expected as many names as values, got 1 and 2");
        assertThatThrownBy(() -> Plot.of(a -> a.yRange(1, 0.5)))
                .hasMessage("yRange: must be finite with the lower value first, got 1.0 to 0.5");
        assertThatThrownBy(() -> Plot.of(a -> a.yRange(Double.NaN, Double.NaN))).hasMessageContaining("got NaN to NaN");
        assertThatThrownBy(() -> Plot.of(a -> a.xLog().xRange(0, 1)))
                .hasMessage("xRange: a logarithmic axis must have positive values, got 0.0 to 1.0");
        assertThatThrownBy(() -> Plot.of(a -> a.line(X, X, s -> s.color("red")))).hasMessageContaining("#RRGGBB");
        assertThatThrownBy(() -> Plot.panels(0)).hasMessageContaining("0 and 0");
        assertThatThrownBy(() -> Plot.of(a -> {}).size(5, 5)).hasMessageContaining("5 x 5");
        assertThatThrownBy(() -> Plot.of(a -> {}).size(20_000, 20_000).image()).hasMessageContaining("more than");
    }

    @Test
    void numbersOfEveryTypeAreTaken() throws Exception {
        var ints = tensor(new long[] {1, 2, 3});
        for (DType type : DType.values()) {
            assertThat(lines(Plot.lines(ints, ints.to(type)))).as("%s", type).hasSize(1);
        }
        Tensor leaf = tensor(1.0, 2, 3).requiresGrad_();
        assertThat(lines(Plot.lines(leaf, leaf.mul(2)))).hasSize(1);
        assertThat(lines(Plot.lines(ints.unsqueeze(1), ints.unsqueeze(0)))).hasSize(1);
    }

    @Test
    void binsOfSeveralHistogramsAreShared() {
        double[] edges = Histogram.edges(new Range(0, 10), 10);
        assertThat(Histogram.count(new double[] {0, 0.5, 1, 9.99, 10, Double.NaN, Double.POSITIVE_INFINITY}, edges))
                .containsExactly(2, 1, 0, 0, 0, 0, 0, 0, 0, 2);
        double[] tenths = Histogram.edges(new Range(0, 1), 10);
        // 0.3 and 0.7 are what rounding puts into the bin below
        assertThat(Histogram.count(new double[] {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}, tenths)[0]).isZero();
        var random = new Random(2);
        double[] values = random.doubles(1000, -5, 7).toArray();
        assertThat(Arrays.stream(Histogram.count(values, Histogram.edges(Range.of(values, false), 13))).sum())
                .isEqualTo(1000);
    }

    @Test
    void labelsOfTicksDoNotTouch() throws Exception {
        List<String> names = List.of("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "ankle boot");
        Plot plot =
                Plot.panels(
                        2,
                        Plot.lines(new double[] {0, 1234567}, new double[] {0, 1}),
                        Plot.lines(new double[] {1e-5, 9e-5}, new double[] {-1e-5, 1e5}),
                        Plot.lines(new double[] {1, 1e9}, new double[] {1, 1e9}, a -> a.xLog().yLog()),
                        Plot.bars(names, new double[7]));
        for (int width : new int[] {200, 400, 900}) {
            var nodes = parse(plot.size(width, 500)).getElementsByTagName("text");
            for (int i = 0; i < nodes.getLength(); i++) {
                for (int j = 0; j < i; j++) {
                    var a = (Element) nodes.item(i);
                    var b = (Element) nodes.item(j);
                    if (!a.hasAttribute("transform") && !b.hasAttribute("transform")) {
                        assertThat(overlap(a, b))
                                .as("%s and %s at %d", a.getTextContent(), b.getTextContent(), width)
                                .isFalse();
                    }
                }
            }
        }
    }

    private static boolean overlap(Element a, Element b) {
        double[] p = box(a);
        double[] q = box(b);
        return p[0] < q[2] && q[0] < p[2] && p[1] < q[3] && q[1] < p[3];
    }

    private static double[] box(Element text) {
        double size = Double.parseDouble(text.getAttribute("font-size"));
        double width = TextWidths.of(text.getTextContent(), size, text.hasAttribute("font-weight"));
        double x = Double.parseDouble(text.getAttribute("x"));
        double y = Double.parseDouble(text.getAttribute("y"));
        String anchor = text.getAttribute("text-anchor");
        double left = x - (anchor.equals("end") ? width : anchor.equals("middle") ? width / 2 : 0);
        return new double[] {left, y - size * 0.75, left + width, y};
    }
}
