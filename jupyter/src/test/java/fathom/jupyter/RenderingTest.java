package fathom.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Table;
import fathom.data.TensorDataset;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.Summary;
import fathom.nn.activation.ReLU;
import fathom.plot.Animator;
import fathom.plot.LiveDisplay;
import fathom.plot.Plot;
import fathom.train.Epochs;
import fathom.train.LiveCurves;
import fathom.train.ProgressView;
import fathom.train.Trainer;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rapaio.jupyter.kernel.display.DisplayData;
import org.rapaio.jupyter.kernel.display.DisplaySystem;

/** What values look like in a cell, found by the kernel as a service; and outputs that are replaced. */
class RenderingTest {
    private final List<DisplayData> displayed = new ArrayList<>();
    private final List<DisplayData> updated = new ArrayList<>();

    private final class Recorded extends CellOutput {
        @Override
        void display(DisplayData data) {
            displayed.add(data);
        }

        @Override
        void update(DisplayData data) {
            updated.add(data);
        }
    }

    @AfterEach
    void reset() {
        LiveDisplay.use(null);
        ProgressView.use(null);
    }

    private static String html(Object value) {
        return html(DisplaySystem.inst().render(value));
    }

    private static String html(DisplayData data) {
        return String.valueOf(data.data().get("text/html"));
    }

    private static String text(Object value) {
        return String.valueOf(DisplaySystem.inst().render(value).data().get("text/plain"));
    }

    @Test
    void tensorsAreTheirTextWithTypeAndShape() {
        Tensor x = Tensors.arange(6).reshape(2, 3);
        assertThat(text(x)).isEqualTo(x.toString());
        assertThat(html(x)).contains("<pre", x.toString(), "int64 [2, 3]");
        Tensor w = Tensors.ones(2).requiresGrad_(true);
        assertThat(html(w)).contains("float32 [2], requires gradients");
        assertThat(html(Tensors.tensor(1.5))).contains("tensor(1.5000)", "float32 []");
    }

    @Test
    void anyTextIsEscaped() {
        record Pair(String a, int b) {}
        var pair = new Pair("<script>alert('x')</script> & \"y\"", 1);
        assertThat(html(pair))
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;")
                .doesNotContain("<script");
        assertThat(text(pair)).isEqualTo(pair.toString());
        assertThat(html("a\nb <b>")).contains("a\nb &lt;b&gt;");
        assertThat(html(3.5)).contains("3.5");
        List<String> tokens = List.of("<unk>", "<pad>", "a").subList(0, 2);
        assertThat(html(tokens)).contains("[&lt;unk&gt;, &lt;pad&gt;]");
        assertThat(text(tokens)).isEqualTo("[<unk>, <pad>]");
        assertThat(html(Map.of("key", "value"))).as("the kernel's own table").contains("<table");
    }

    @Test
    void layersAndSummaries() {
        var net = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2));
        assertThat(html(net)).contains("Linear(in_features=4, out_features=8", "58 parameters");
        assertThat(text(net)).isEqualTo(net.toString());
        Summary summary = Summary.of(net, 3, 4);
        assertThat(html(summary)).contains("<table", "[3, 8]", "Multiply-adds", "58 parameters, 58 of them trainable");
        assertThat(text(summary)).isEqualTo(summary.toString());
    }

    @Test
    void tables() {
        var csv = new StringBuilder("name,value\n");
        for (int i = 0; i < 100; i++) {
            csv.append(i == 0 ? "<i>" : "n" + i).append(',').append(i == 1 ? "" : i + 0.5).append('\n');
        }
        Table table = Table.readCsv(new StringReader(csv.toString()), o -> {});
        assertThat(html(table))
                .contains("<table", "&lt;i&gt;", "0.5", "99.5", "…", "100 rows, 2 columns")
                .doesNotContain("<i>", "n50");
        assertThat(html(table).split("<tr>")).hasSize(1 + 1 + 21);
        assertThat(text(table)).isEqualTo(table.toString());
        assertThat(html(table.frame())).contains("100 rows, 2 columns");
    }

    @Test
    void figures() {
        Plot plot = Plot.lines(new double[] {1, 2}, new double[] {3, 4});
        assertThat(html(plot)).isEqualTo(plot.html()).contains("<svg");
    }

    @Test
    void aLiveFigureIsOneOutputAndAnotherFigureAnother() {
        LiveDisplay.use(new FigureOutput(Recorded::new));
        for (int n = 0; n < 2; n++) {
            try (var animator = new Animator(a -> {}, "x")) {
                animator.add(1, 1);
                animator.add(2, 3);
            }
        }
        assertThat(displayed).hasSize(2);
        assertThat(updated).hasSize(2);
        assertThat(updated.get(0).getDisplayId()).isEqualTo(displayed.get(0).getDisplayId());
        assertThat(updated.get(1).getDisplayId())
                .isEqualTo(displayed.get(1).getDisplayId())
                .isNotEqualTo(displayed.get(0).getDisplayId());
    }

    @Test
    void aTrainingShowsItsProgressAndCurves() {
        LiveDisplay.use(new FigureOutput(Recorded::new));
        ProgressView.use(() -> new ProgressOutput(new Recorded()));
        var data = new TensorDataset(Tensors.randn(40, 4).keep(), Tensors.arange(40).remainder(2).keep());
        var trainer = new Trainer(new Sequential(new Linear(4, 2)), t -> t.batchSize(10).callbacks(new LiveCurves()));
        var run = trainer.fit(fathom.data.DataLoader.of(data, 10), Epochs.of(4));
        assertThat(displayed).hasSize(2);
        List<DisplayData> all = new ArrayList<>(displayed);
        all.addAll(updated);
        DisplayData end = all.stream().filter(d -> html(d).contains("epoch 4/4")).reduce((a, b) -> b).orElseThrow();
        assertThat(html(end)).contains("epoch 1/4: loss", "epoch 4/4: loss").doesNotContain("<progress");
        assertThat(all).anySatisfy(d -> assertThat(html(d)).contains("<progress"));
        String curves =
                all.stream().map(RenderingTest::html).filter(h -> h.contains("<svg")).reduce((a, b) -> b).orElseThrow();
        assertThat(curves).isEqualTo(run.plot().html());
        assertThat(html(run)).contains("<svg", "examples/sec");
    }

    @Test
    void aProgressLineTellsWhatIsLeft() {
        var state = new ProgressView.State(List.of("epoch 1/3: <loss>"), 2, 3, 150, 300, 0.25, 2, false);
        String html = html(ProgressOutput.data(state));
        assertThat(html)
                .contains("<progress value=\"150\" max=\"300\"", "epoch 2/3, loss 0.250, 2 examples/s, 1:15 left")
                .contains("epoch 1/3: &lt;loss&gt;");
        var first = new ProgressView.State(List.of(), 1, 3, 0, 300, Double.NaN, 0, false);
        assertThat(html(ProgressOutput.data(first))).contains("> epoch 1/3</div>");
    }
}
