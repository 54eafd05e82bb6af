package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurvesTest {
    @TempDir Path folder;

    private static EpochResult epoch(int n, double loss, double train, double test) {
        return new EpochResult(n, loss, Map.of("acc", train), Map.of("loss", loss, "acc", test), 0.1, 1, 100);
    }

    private static final Run RUN =
            new Run(
                    List.of(epoch(1, 1.2, 0.5, 0.6), epoch(2, 0.8, 0.7, 0.75), epoch(3, 0.5, 0.85, 0.8)),
                    Run.Ending.FINISHED,
                    3,
                    null,
                    List.of(),
                    Device.CPU);

    @Test
    void drawsTheCoursesThreeLines() {
        var lines = Curves.lines(RUN.history());
        assertThat(lines.keySet()).containsExactly("train loss", "train acc", "test acc");
        assertThat(lines.get("test acc")).containsExactly(0.6, 0.75, 0.8);
        var chart = Curves.chart(RUN.history());
        assertThat(chart.getSeriesCollection()).hasSize(3);
        assertThat(chart.getXAxisTitle()).isEqualTo("epoch");
    }

    @Test
    void withoutMetricsTheTestLossIsDrawn() {
        var e = new EpochResult(1, 0.5, Map.of(), Map.of("loss", 0.6), 0.1, 1, 100);
        assertThat(Curves.lines(List.of(e)).keySet()).containsExactly("train loss", "test loss");
        assertThat(e.toString()).isEqualTo("loss 0.500, test loss 0.600");
    }

    @Test
    void writesPng() throws Exception {
        Path file = folder.resolve("new/curve.png");
        RUN.plot(file);
        var image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isGreaterThan(300);
        // the blue of the loss is in it
        boolean blue = false;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                blue |= (image.getRGB(x, y) & 0xFFFFFF) == 0x1F77B4;
            }
        }
        assertThat(blue).isTrue();
    }

    @Test
    void writesSvg() throws Exception {
        Path file = folder.resolve("curve.SVG");
        RUN.plot(file);
        String svg = Files.readString(file);
        // text is drawn as outlines, so what can be looked for are the lines' colours
        boolean complete = svg.contains("<svg") && svg.strip().endsWith("</svg>");
        assertThat(complete).isTrue();
        for (String color : List.of("rgb(31,119,180)", "rgb(191,0,191)", "rgb(44,160,44)")) {
            assertThat(svg.contains("stroke:" + color)).as(color).isTrue();
        }
    }

    @Test
    void refusesOtherKindsOfFilesAndEmptyRuns() {
        assertThatThrownBy(() -> RUN.plot(Path.of("curve.pdf")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("plot: curve.pdf should end in .png or .svg");
        var none = new Run(List.of(), Run.Ending.INTERRUPTED, 0, null, List.of(), Device.CPU);
        assertThatThrownBy(() -> none.plot(folder.resolve("x.png"))).hasMessageContaining("nothing to draw");
    }
}
