package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.data.TensorDataset;
import fathom.io.Npy;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.MSELoss;
import fathom.optim.Adam;
import fathom.train.Epochs;
import fathom.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of a user's own network, trained by a Trainer: the class is on the class path, there is no recipe. */
class OwnNetworkTest {
    @TempDir Path folder;

    /** Tells on which side of a line a point lies. */
    public static final class Sides extends Layer {
        private final Sequential layers = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2));

        @Override
        public Tensor forward(Tensor x) {
            return layers.forward(x);
        }
    }

    /** Points with their sides. */
    public static final class Points implements Dataset {
        private final Dataset points = points();

        @Override
        public long size() {
            return points.size();
        }

        @Override
        public Example get(long i) {
            return points.get(i);
        }
    }

    private static TensorDataset points() {
        try (var _ = new Generator(1).open()) {
            Tensor x = Tensors.randn(400, 2);
            return new TensorDataset(x, x.select(1, 0).gt(x.select(1, 1)).to(DType.INT64));
        }
    }

    private Path run;

    @BeforeEach
    void train() {
        run = folder.resolve("run");
        Tensors.manualSeed(0);
        new Trainer(
                        new Sides(),
                        t ->
                                t.loss(new CrossEntropyLoss())
                                        .optimizer(p -> new Adam(p, 0.02))
                                        .checkpoints(run)
                                        .progress(false))
                .fit(DataLoader.of(points(), 20).shuffle(true).seed(0), Epochs.of(5));
    }

    @Test
    void isEvaluatedOnDataOfTheUsers() throws IOException {
        Path file = folder.resolve("points.safetensors");
        TensorDataset points = points();
        new StateDict().put("x", points.tensors().get(0)).put("y", points.tensors().get(1)).save(file);
        for (String data : List.of(file.toString(), Points.class.getName())) {
            Cli eval = Cli.run("eval", run, "--data", data);
            assertThat(eval.exitCode()).as(eval.err()).isZero();
            assertThat(eval.out()).matches("loss 0\\.\\d+, acc 0\\.9\\d+\\R");
        }
        assertThat(Cli.run("eval", run, "--data", file, "--limit", 40, "--best").exitCode()).isZero();
    }

    @Test
    void predicts() throws IOException {
        Path file = folder.resolve("point.npy");
        Npy.save(Tensors.tensor(new float[] {3, -3}), file);
        Cli predicted = Cli.run("predict", run, "2,-2", file, "--", "-2,2");
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines()).hasSize(3);
        assertThat(predicted.lines().get(0)).matches("2,-2: class 1 (9|100).*");
        assertThat(predicted.lines().get(2)).matches("-2,2: class 0 (9|100).*");
        assertThat(predicted.lines().get(1)).startsWith(file + ": class 1 ");
        assertThat(Cli.run("predict", run, "--data", Points.class.getName(), "--count", 2).lines())
                .hasSize(2)
                .allMatch(l -> l.matches("\\d: class \\d .* \\(is \\d\\)"));
    }

    @Test
    void mistakesAreNamed() throws IOException {
        assertRefused(Cli.run("eval", run), "--data: a network of yours needs a .safetensors file");
        assertRefused(Cli.run("eval", run, "--data", "no.Such"), "the class no.Such is not on the class path");
        assertRefused(Cli.run("eval", run, "--data", "java.lang.String"), "java.lang.String is not a Dataset");
        assertRefused(Cli.run("predict", run, "-2,2"), "-2,2 looks like an option; put inputs that begin with a minus");
        assertRefused(Cli.run("predict", run, "one"), "numbers separated by commas");
        assertRefused(Cli.run("train", "--resume", run), "was trained by a program of yours");
        Path other = folder.resolve("other");
        new Trainer(new Linear(2, 1), t -> t.loss(new MSELoss()).metrics().checkpoints(other).progress(false))
                .fit(DataLoader.of(new TensorDataset(Tensors.randn(8, 2), Tensors.randn(8, 1)), 4), Epochs.of(1));
        assertRefused(
                Cli.run("predict", other, "1,2"), "fathom.nn.Linear has no public constructor without parameters");
    }

    private static void assertRefused(Cli result, String says) {
        assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(2);
        assertThat(result.err()).contains(says);
        assertThat(result.err().lines()).hasSize(1);
    }
}
