package fathom.plot;

import static fathom.Tensors.arange;
import static fathom.Tensors.eye;
import static fathom.Tensors.rand;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class AreasTest {
    private static final double NAN = Double.NaN;

    /** The images inside of a figure's SVG. */
    private static List<BufferedImage> images(Plot plot) throws Exception {
        var nodes = PlotTest.parse(plot).getElementsByTagName("image");
        List<BufferedImage> images = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            String data = ((Element) nodes.item(i)).getAttribute("href");
            byte[] bytes = Base64.getDecoder().decode(data.substring(data.indexOf(',') + 1));
            images.add(ImageIO.read(new ByteArrayInputStream(bytes)));
        }
        return images;
    }

    /** The images, each pixel once: in a file they are repeated. */
    private static List<BufferedImage> images(Plot plot, int width, int height) throws Exception {
        List<BufferedImage> cells = new ArrayList<>();
        for (BufferedImage image : images(plot)) {
            int factor = image.getWidth() / width;
            assertThat(image.getWidth()).isEqualTo(factor * width);
            assertThat(image.getHeight()).isEqualTo(factor * height);
            var cell = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    cell.setRGB(x, y, image.getRGB(x * factor, y * factor));
                    assertThat(image.getRGB((x + 1) * factor - 1, (y + 1) * factor - 1)).isEqualTo(cell.getRGB(x, y));
                }
            }
            cells.add(cell);
        }
        return cells;
    }

    @Test
    void aMatrixIsOneCellPerValueFirstRowAtTheTop() throws Exception {
        Tensor matrix = tensor(new double[] {0, 1, 2, 3, 4, NAN}, DType.FLOAT64).reshape(2, 3);
        BufferedImage image = images(Plot.heatmap(matrix), 3, 2).getFirst();
        assertThat(image.getRGB(0, 0)).isEqualTo(Colormap.SPECTRUM.at(0));
        assertThat(image.getRGB(2, 0)).isEqualTo(Colormap.SPECTRUM.at(0.5));
        assertThat(image.getRGB(1, 1)).isEqualTo(Colormap.SPECTRUM.at(1));
        assertThat(image.getRGB(2, 1) >>> 24).isZero();
        // a range of one's own, and values beyond it
        BufferedImage cut = images(Plot.heatmap(matrix, h -> h.range(1, 3).colors(Colormap.REDS)), 3, 2).getFirst();
        assertThat(cut.getRGB(0, 0)).isEqualTo(Colormap.REDS.at(0));
        assertThat(cut.getRGB(1, 1)).isEqualTo(Colormap.REDS.at(1));
        assertThat(cut.getRGB(2, 0)).isEqualTo(Colormap.REDS.at(0.5));
    }

    @Test
    void cellsHaveNumbersAndNames() throws Exception {
        List<String> names = List.of("cat", "dog");
        Plot counts =
                Plot.heatmap(
                        tensor(new long[] {90, 10, 5, 95}).reshape(2, 2),
                        h -> h.numbers().rows(names).columns(names).xLabel("predicted").yLabel("actual"));
        assertThat(PlotTest.texts(counts)).contains("90", "10", "5", "95", "cat", "dog", "predicted", "actual");
        Plot parts = Plot.heatmap(tensor(0.254, -0.5, NAN, 1).reshape(2, 2), h -> h.numbers());
        assertThat(PlotTest.texts(parts)).contains("0.25", "−0.50", "NaN", "1.00");
        // no room: no numbers, rather than unreadable ones
        assertThat(PlotTest.texts(Plot.heatmap(zeros(200, 200), h -> h.numbers()))).hasSizeLessThan(20);
    }

    @Test
    void ticksOfCellsAreWholeNumbers() throws Exception {
        List<String> texts = PlotTest.texts(Plot.heatmap(eye(3), h -> h.colorBar(false)));
        assertThat(texts).containsExactlyInAnyOrder("0", "1", "2", "0", "1", "2");
    }

    @Test
    void heatMapsOfAGridShareTheirColours() throws Exception {
        Tensor maps = zeros(2, 3, 4, 5);
        maps.select(0, 1).select(0, 2).fill_(2);
        Plot grid = Plot.heatmaps(maps, h -> h.titles(List.of("a", "b", "c", "d", "e", "f")).xLabel("keys"));
        List<BufferedImage> images = images(grid, 5, 4);
        assertThat(images).hasSize(6);
        for (int i = 0; i < 6; i++) {
            assertThat(images.get(i).getRGB(4, 3)).isEqualTo(Colormap.SPECTRUM.at(i == 5 ? 1 : 0));
        }
        assertThat(PlotTest.texts(grid)).contains("a", "f", "keys").containsOnlyOnce("keys");
        assertThat(images(Plot.heatmaps(maps.select(0, 0), h -> {}))).hasSize(3);
    }

    @Test
    void manyCellsAreAveraged() throws Exception {
        BufferedImage image = images(Plot.heatmap(rand(3000, 3000))).getFirst();
        assertThat(image.getWidth()).isLessThanOrEqualTo(1024);
        assertThat(Plot.heatmap(zeros(3000, 3000)).svg().length()).isLessThan(20_000);
        assertThat(Plot.heatmap(zeros(0, 4)).svg()).contains("</svg>");
    }

    @Test
    void contourLinesAreWhereTheFunctionHasTheirValue() {
        double[] x = Numbers.between(-2, 2, 81);
        double[] y = Numbers.between(-2, 2, 61);
        var circle = new ContourArtist(x, y, Numbers.values((a, b) -> a * a + b * b, x, y), new ContourOptions());
        List<double[][]> lines = circle.lines(1);
        // one closed line around the origin
        assertThat(lines).hasSize(1);
        double[][] line = lines.getFirst();
        assertThat(line[0]).containsExactly(line[line.length - 1]);
        double angle = 0;
        for (int i = 0; i < line.length; i++) {
            assertThat(Math.hypot(line[i][0], line[i][1])).isEqualTo(1, within(2e-3));
            if (i > 0) {
                double[] p = line[i - 1];
                double[] q = line[i];
                angle += Math.asin((p[0] * q[1] - p[1] * q[0]) / Math.hypot(p[0], p[1]) / Math.hypot(q[0], q[1]));
            }
        }
        assertThat(Math.abs(angle)).isEqualTo(2 * Math.PI, within(1e-6));
        // one that leaves the rectangle is in four pieces
        assertThat(circle.lines(6)).hasSize(4);
        assertThat(circle.lines(9)).isEmpty();
    }

    @Test
    void contourLinesDoNotCrossAtASaddle() {
        double[] x = {0, 1};
        double[][] z = {{1, 0}, {0, 1}};
        List<double[][]> high = new ContourArtist(x, x, z, new ContourOptions()).lines(0.4);
        List<double[][]> low = new ContourArtist(x, x, z, new ContourOptions()).lines(0.6);
        assertThat(high).hasSize(2);
        assertThat(low).hasSize(2);
        // below the middle's 0.5 the high corners are joined, so lines go around the low ones
        for (double[][] line : high) {
            assertThat(Math.abs(line[0][0] - line[0][1])).isGreaterThan(0.3);
            assertThat(Math.signum(line[0][0] - line[0][1])).isEqualTo(Math.signum(line[1][0] - line[1][1]));
        }
        for (double[][] line : low) {
            assertThat(Math.signum(line[0][0] + line[0][1] - 1)).isEqualTo(Math.signum(line[1][0] + line[1][1] - 1));
        }
    }

    @Test
    void aPathIsDrawnOverContours() throws Exception {
        Plot plot =
                Plot.contour(
                        (a, b) -> a * a + 2 * b * b,
                        -5.5,
                        1,
                        -3,
                        1,
                        a -> a.path(tensor(-5.0, -3, -1), tensor(-2.0, -1, 0), "gd"));
        List<Element> lines = PlotTest.lines(plot);
        assertThat(lines).hasSizeGreaterThan(5);
        assertThat(PlotTest.coordinates(lines.getLast())).hasSize(6);
        assertThat(PlotTest.texts(plot)).contains("gd", "20", "40");
        double[] axis = {0, 1, 2};
        Tensor t = tensor(axis, DType.FLOAT64);
        assertThatThrownBy(() -> Plot.contour(t, t, zeros(2, 3), a -> {}))
                .hasMessage(
                        "contour: z must have the shape [3, 3], a row for each y and a column for each x, got [2, 3]");
        for (double fill : new double[] {0, NAN, Double.POSITIVE_INFINITY}) {
            Tensor z = zeros(3, 3).fill_(fill);
            assertThat(Plot.contour(t, t, z, a -> {}).svg()).doesNotContain("NaN");
        }
    }

    @Test
    void aSurfaceHasItsAxesAndLines() throws Exception {
        Plot plot = Plot.wireframe((x, y) -> x * x - y * y, -1, 1, -1, 1, s -> s.title("saddle").point(0, 0, 0));
        assertThat(PlotTest.texts(plot)).contains("saddle", "x", "y", "−1.0", "0.0", "1.0");
        assertThat(plot.svg()).containsOnlyOnce("h0").doesNotContain("NaN");
        assertThat(plot.svg().length()).isLessThan(70_000);
        Tensor x = arange(0, 4).to(DType.FLOAT64);
        Tensor z = x.unsqueeze(0).mul(arange(0, 3).unsqueeze(1));
        Plot one = Plot.wireframe(x, arange(0, 3), z, s -> s.filled());
        Plot other =
                Plot.wireframe(x.unsqueeze(0).expand(3, 4), arange(0, 3).unsqueeze(1).expand(3, 4), z, s -> s.filled());
        assertThat(one.svg()).isEqualTo(other.svg());
        assertThatThrownBy(() -> Plot.wireframe(x, x, z, s -> {}))
                .hasMessage("wireframe: z has the shape [3, 4], y must have the same or be one of its axes, got [4]");
        for (double fill : new double[] {0, NAN, Double.POSITIVE_INFINITY, 1e300}) {
            Plot odd = Plot.wireframe(x, arange(0, 3), zeros(3, 4).to(DType.FLOAT64).fill_(fill), s -> {});
            assertThat(odd.svg()).doesNotContain("NaN");
            assertThat(odd.size(16, 16).image()).isNotNull();
        }
        assertThatThrownBy(() -> Plot.wireframe((a, b) -> 0, 0, 1, 0, 1, s -> s.view(0, 91)))
                .hasMessageContaining("91");
    }

    @Test
    void imagesOfAllTypesAndShapes() throws Exception {
        Tensor bytes = arange(0, 12).reshape(3, 2, 2).to(DType.UINT8);
        BufferedImage rgb = images(Plot.image(bytes), 2, 2).getFirst();
        assertThat(rgb.getRGB(1, 0) & 0xFFFFFF).isEqualTo(1 << 16 | 5 << 8 | 9);
        BufferedImage grey = images(Plot.image(tensor(0, 0.5, 1, 7).reshape(2, 2)), 2, 2).getFirst();
        assertThat(grey.getRGB(1, 0) & 0xFFFFFF).isEqualTo(0x808080);
        assertThat(grey.getRGB(1, 1) & 0xFFFFFF).isEqualTo(0xFFFFFF);
        assertThat(images(Plot.images(rand(5, 3, 8, 8), o -> {}))).hasSize(5);
        assertThat(images(Plot.images(rand(5, 8, 8), o -> {}))).hasSize(5);
        assertThat(images(Plot.images(List.of(rand(3, 8, 8), rand(1, 20, 6)), o -> {}))).hasSize(2);
        assertThat(Plot.images(rand(0, 1, 4, 4), o -> {}).svg()).contains("</svg>");
        // photographs stay small
        assertThat(Plot.image(rand(3, 1200, 900)).svg().length()).isLessThan(1_500_000);
        assertThatThrownBy(() -> Plot.image(rand(2, 4, 4)))
                .hasMessage("image: must have the shape [3, H, W], [1, H, W] or [H, W], got [2, 4, 4]");
        assertThatThrownBy(() -> Plot.image(zeros(4, 4).to(DType.INT64)))
                .hasMessageStartingWith("image: must be UINT8 or floating, got ");
    }

    @Test
    void imagesHaveTextsBoxesAndMasks() throws Exception {
        Tensor batch = zeros(4, 1, 10, 10);
        Plot grid = Plot.images(batch, o -> o.columns(2).labels("a\nb", "c", "d", "e").right(true, false, true, true));
        assertThat(PlotTest.texts(grid)).containsExactly("a", "b", "✗ c", "d", "e");
        Tensor boxes = tensor(1.0, 2, 5, 6, 3, 3, 9, 9).reshape(2, 4);
        Plot boxed = Plot.image(zeros(10, 10), o -> o.cell(100).boxes(boxes, "dog=0.9", "dog=0.8"));
        assertThat(PlotTest.texts(boxed)).containsExactly("dog=0.9", "dog=0.8");
        List<Element> lines = PlotTest.lines(boxed);
        assertThat(lines).hasSize(2);
        // ten pixels of the page for one of the image
        double[] at = PlotTest.coordinates(lines.getFirst());
        assertThat(at[4] - at[0]).isEqualTo(40);
        assertThat(at[5] - at[1]).isEqualTo(40);
        assertThat(lines.get(0).getAttribute("stroke")).isEqualTo(lines.get(1).getAttribute("stroke"));

        var labelled =
                new LabelledBoxes() {
                    @Override
                    public Tensor boxes() {
                        return boxes;
                    }

                    @Override
                    public List<String> labels() {
                        return List.of("dog=0.9", "dog=0.8");
                    }
                };
        Plot plain = Plot.image(zeros(10, 10), o -> o.cell(100));
        assertThat(plain.boxes(labelled).svg()).isEqualTo(boxed.svg());
        assertThat(PlotTest.texts(plain)).isEmpty();
        assertThatThrownBy(() -> Plot.lines(tensor(1.0, 2), tensor(1.0, 2)).boxes(labelled))
                .isInstanceOf(IllegalStateException.class);

        Tensor classes = zeros(10, 10).to(DType.INT64);
        classes.select(0, 2).fill_(1);
        Plot masked = Plot.images(batch, o -> o.mask(2, classes));
        BufferedImage mask = images(masked, 10, 10).get(3);
        assertThat(mask.getRGB(0, 0) >>> 24).isZero();
        assertThat(mask.getRGB(0, 2)).isEqualTo(Colors.withAlpha(Theme.LIGHT.series(1), 0.5));

        assertThatThrownBy(() -> Plot.images(batch, o -> o.labels("a")))
                .hasMessage("images: there are 1 labels for 4 images");
        assertThatThrownBy(() -> Plot.images(batch, o -> o.boxes(4, boxes)))
                .hasMessage("boxes: there is no image 4 among 4");
        assertThatThrownBy(() -> Plot.images(batch, o -> o.boxes(zeros(3, 3))))
                .hasMessage("boxes: must have the shape [N, 4] or [4], got [3, 3]");
        assertThatThrownBy(() -> Plot.images(batch, o -> o.mask(1, zeros(9, 10).to(DType.BOOL))))
                .hasMessage("mask: has the shape [9, 10], image 1 has [10, 10]");
        assertThatThrownBy(() -> Plot.images(batch, o -> o.mask(zeros(10, 10)))).hasMessageContaining("threshold");
        assertThat(Plot.images(batch, o -> o.labels(Collections.nCopies(4, "")))).isNotNull();
    }
}
