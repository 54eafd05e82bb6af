package fathom.plot;

import static fathom.Tensors.eye;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.plot.text.TextWidths;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveTest {
    @Test
    void pointsAreDisplayedWhenAdded() throws Exception {
        List<Plot> frames = new ArrayList<>();
        try (var animator = new Animator(frames::add, a -> a.xLabel("epoch"), "train loss", "test acc")) {
            animator.add(1, 0.9, Double.NaN);
            animator.add(2, 0.7, 0.6);
            animator.add(3, 0.5, 0.8);
        }
        assertThat(frames).isNotEmpty();
        Plot last = frames.getLast();
        assertThat(PlotTest.texts(last)).contains("epoch", "train loss", "test acc");
        assertThat(PlotTest.lines(last)).hasSize(2);
        assertThat(PlotTest.coordinates(PlotTest.lines(last).get(0))).hasSize(6);
        assertThat(PlotTest.coordinates(PlotTest.lines(last).get(1))).hasSize(4);
    }

    @Test
    void drawingIsThrottled() throws Exception {
        List<Plot> frames = new ArrayList<>();
        var slow = new Animator(p -> frames.add(new Plot[] {p, wait(p)}[0]), a -> {}, "loss");
        for (int i = 0; i < 1000; i++) {
            slow.add(i, i);
        }
        slow.close();
        assertThat(frames.size()).isLessThan(500);
        double[] at = PlotTest.coordinates(PlotTest.lines(frames.getLast()).getFirst());
        assertThat(at[at.length - 2]).isGreaterThan(at[0] + 300);
        slow.close();
    }

    private static Plot wait(Plot plot) {
        long until = System.nanoTime() + 1_000_000;
        while (System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        return plot;
    }

    @Test
    void valuesAreOnePerLine() {
        var animator = new Animator(LiveDisplay.none(), a -> {}, "loss", "acc");
        assertThatThrownBy(() -> animator.add(1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("add: expected 2 values, one for each of [loss, acc], got 1");
        assertThatThrownBy(() -> new Animator(a -> {})).hasMessageContaining("name of at least one line");
    }

    @Test
    void theStandardDisplayCanBeReplaced() {
        List<Plot> frames = new ArrayList<>();
        LiveDisplay.use(frames::add);
        try {
            new Animator(a -> {}, "x").add(1, 1);
            assertThat(frames).hasSize(1);
        } finally {
            LiveDisplay.use(null);
        }
        // no terminal here
        assertThat(LiveDisplay.standard()).isNotInstanceOf(TerminalDisplay.class);
    }

    @Test
    void aFileHasTheLastFigure(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("live.svg");
        var animator = new Animator(LiveDisplay.file(file), a -> {}, "loss");
        animator.add(1, 1);
        animator.add(2, 3);
        animator.close();
        assertThat(Files.readString(file)).isEqualTo(animator.plot().svg());
    }

    @Test
    void terminalsDrawOverThePreviousFigure() {
        var bytes = new ByteArrayOutputStream();
        var display = new TerminalDisplay(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        Plot plot = Plot.lines(new double[] {1, 2, 3}, new double[] {1, 4, 9}, a -> a.title("squares"));
        display.show(plot);
        String first = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        display.show(plot);
        String second = bytes.toString(StandardCharsets.UTF_8);
        assertThat(first).doesNotStartWith("\033[20A").contains("squares").endsWith("\033[K\n");
        assertThat(second).isEqualTo("\033[20A" + first);
    }

    @Test
    void textShowsLinesAndLabels() {
        String text =
                Plot.lines(
                                new double[] {0, 1},
                                new double[] {0, 1},
                                a -> a.title("训练 loss").xLabel("epoch").yLabel("y"))
                        .text(60, 15, false);
        String[] lines = text.split("\n", -1);
        assertThat(lines).hasSize(16);
        assertThat(text).contains("训练 loss", "epoch", "0.0", "0.6", "1.0").doesNotContain("\033");
        // the line goes up from the left to the right
        assertThat(firstDot(lines[12])).isLessThan(firstDot(lines[8]));
        for (String line : lines) {
            assertThat(line.codePoints().map(c -> TextWidths.isWide(c) ? 2 : 1).sum()).isLessThanOrEqualTo(60);
        }
        assertThat(Plot.heatmap(eye(4)).text(40, 12, true)).contains("\033[38;2;").contains("█");
        assertThat(Plot.of(a -> a.bars(List.of("a", "b"), new double[] {1, 2})).toString()).contains("a", "b", "⣿");
        assertThat(Plot.wireframe((x, y) -> x * y, 0, 1, 0, 1, s -> s.filled()).toString()).contains("⣿");
        assertThatThrownBy(() -> Plot.of(a -> {}).text(5, 5, false)).hasMessageContaining("5 x 5");
    }

    private static int firstDot(String line) {
        for (int i = 12; i < line.length(); i++) {
            if (line.charAt(i) > 0x2800 && line.charAt(i) <= 0x28FF) {
                return i;
            }
        }
        return Integer.MAX_VALUE;
    }
}
