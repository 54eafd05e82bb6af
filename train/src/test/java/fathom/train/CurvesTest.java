package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import fathom.plot.Plot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    void lossAndMetricsHavePanelsOfTheirOwn() {
        var panels = Curves.panels(RUN.history());
        assertThat(panels.keySet()).containsExactly("loss", "acc");
        assertThat(panels.get("loss").keySet()).containsExactly("train", "test");
        assertThat(panels.get("acc").get("test")).containsExactly(0.6, 0.75, 0.8);
        String svg = RUN.plot().svg();
        for (String text : List.of("loss", "acc", "epoch", "train", "test")) {
            assertThat(svg).contains(">" + text + "</text>");
        }
        // epochs are whole
        assertThat(svg).contains(">2</text>").doesNotContain(">1.5</text>");
    }

    @Test
    void anEpochThatLacksAValueIsAGap() {
        var first = new EpochResult(1, 0.5, Map.of("acc", 0.7), Map.of(), 0.1, 1, 100);
        var second = new EpochResult(2, Double.NaN, Map.of("acc", 0.8), Map.of("acc", 0.9), 0.1, 1, 100);
        var panels = Curves.panels(List.of(first, second));
        assertThat(panels.get("loss").keySet()).containsExactly("train");
        assertThat(panels.get("acc").get("test")).containsExactly(Double.NaN, 0.9);
        assertThat(Curves.plot(List.of(first)).svg()).contains("</svg>");
        assertThat(Curves.plot(List.of(first, second)).svg()).doesNotContain("NaN");
    }

    @Test
    void aLossThatFallsFarHasALogarithmicAxis() {
        assertThat(Curves.falls(new double[] {2, 1, 0.5})).isFalse();
        assertThat(Curves.falls(new double[] {2, 0.1, 0.01})).isTrue();
        assertThat(Curves.falls(new double[] {2, 0.1, 0})).isFalse();
        assertThat(Curves.falls(new double[] {Double.NaN, 1})).isFalse();
        var far = List.of(epoch(1, 2, 0.5, 0.5), epoch(2, 0.1, 0.5, 0.5), epoch(3, 0.001, 0.5, 0.5));
        assertThat(Curves.plot(far).svg()).contains(">0.01</text>").contains(">0.001</text>");
    }

    @Test
    void withoutMetricsThereIsTheLossAlone() {
        var e = new EpochResult(1, 0.5, Map.of(), Map.of("loss", 0.6), 0.1, 1, 100);
        assertThat(Curves.panels(List.of(e)).keySet()).containsExactly("loss");
        assertThat(e.toString()).isEqualTo("loss 0.500, test loss 0.600");
    }

    @Test
    void writesPngAndSvg() throws Exception {
        Path file = folder.resolve("new/curve.png");
        RUN.plot(file);
        assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(RUN.plot().width());
        RUN.plot(folder.resolve("curve.SVG"));
        assertThat(Files.readString(folder.resolve("curve.SVG"))).isEqualTo(RUN.plot().svg());
    }

    @Test
    void curvesAreShownWhileATrainingGoesOn() {
        List<Plot> frames = new ArrayList<>();
        Run run =
                new Trainer(Fixture.net(), t -> t.progress(false).callbacks(new LiveCurves(frames::add)))
                        .fit(Fixture.train(), Fixture.test(), Epochs.of(3));
        // the first and the last; between them no more than a tenth of the time is drawn
        assertThat(frames).hasSizeBetween(2, 3);
        assertThat(frames.getLast().svg()).isEqualTo(run.plot().svg());
        assertThat(frames.getFirst().svg()).isNotEqualTo(run.plot().svg());
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
