package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.train.recipe.Model;
import fathom.train.recipe.TrainedRun;
import fathom.vision.models.LeNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From runs and files to ONNX models that compute the same. */
class ExportCommandTest {
    @TempDir Path folder;

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item()).isLessThan(1e-5);
    }

    @Test
    void aRunOfAClassifier() throws IOException {
        Path run = folder.resolve("run");
        Cli trained = Cli.run("train", "lenet", "--epochs", 1, "--limit", 256, "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path file = folder.resolve("lenet.onnx");
        Cli made = Cli.run("export", run, file);
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out())
                .contains("lenet.onnx: ", " nodes, ", "opset 17", "input input: FLOAT32 [batch, 1, 28, 28]");
        OnnxModel model = Onnx.load(file);
        assertThat(model.metadata().get("classes")).contains("\"ankle boot\"");
        TrainedRun opened = TrainedRun.open(run);
        Layer net = opened.network(opened.task(o -> {}), false);
        try (var off = Autograd.noGrad()) {
            Tensor x = Tensors.rand(3, 1, 28, 28);
            assertSame(model.forward(x), net.forward(x));
        }

        Cli again = Cli.run("export", run, file);
        assertThat(again.exitCode()).isEqualTo(2);
        assertThat(again.err()).contains("exists already; --force");
        Cli forced = Cli.run("export", run, file, "--force", "--fixed", "--opset", 18);
        assertThat(forced.exitCode()).as(forced.err()).isZero();
        assertThat(forced.out()).contains("opset 18", "[1, 1, 28, 28]");

        Cli ending = Cli.run("export", run, folder.resolve("model.pth"));
        assertThat(ending.exitCode()).isEqualTo(2);
        assertThat(ending.err()).contains("must end in .onnx");
        Cli sizes = Cli.run("export", run, file, "--force", "--dynamic", "2=height");
        assertThat(sizes.exitCode()).isEqualTo(2);
        assertThat(sizes.err()).contains("does not take inputs");
        Cli axis = Cli.run("export", run, file, "--force", "--dynamic", "7=depth");
        assertThat(axis.err()).contains("no dimension 7");
    }

    @Test
    void aRunOfALanguageModel() throws IOException {
        Path run = folder.resolve("run");
        Cli trained = Cli.run("train", "gru-lm", "--epochs", 1, "--limit", 1200, "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path file = folder.resolve("lm.onnx");
        Cli made = Cli.run("export", run, file);
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("tokens: INT64 [batch, length]", "output logits, last_hidden");
        OnnxModel model = Onnx.load(file);
        assertThat(model.metadata()).containsKey("vocabulary");
        Tensor x = Tensors.randint(0, 20, 2, 6);
        try (var off = Autograd.noGrad()) {
            var all = model.run(Map.of("tokens", x, "hidden", Tensors.zeros(1, 2, 256)));
            var first = model.run(Map.of("tokens", x.narrow(1, 0, 2), "hidden", Tensors.zeros(1, 2, 256)));
            var rest = model.run(Map.of("tokens", x.narrow(1, 2, 4), "hidden", first.get("last_hidden")));
            assertSame(rest.get("last_hidden"), all.get("last_hidden"));
            assertSame(rest.get("logits"), all.get("logits").narrow(0, 4, 8));
        }
    }

    @Test
    void aRunOfBert() throws IOException {
        Path run = folder.resolve("run");
        Path text = Files.writeString(folder.resolve("text.txt"), "a b c . d e f . g h\nb c d . e f a\n".repeat(20));
        Cli trained =
                Cli.run(
                        "train",
                        "bert",
                        "--data",
                        text,
                        "--length",
                        12,
                        "--hidden",
                        8,
                        "--layers",
                        1,
                        "--epochs",
                        1,
                        "--batch-size",
                        32,
                        "--out",
                        run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.out()).containsPattern("MLM loss \\d\\.\\d{3}, NSP loss \\d\\.\\d{3}");
        Path file = folder.resolve("bert.onnx");
        Cli made = Cli.run("export", run, file);
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out()).contains("input input_ids: INT64 [batch, length]", "token_type_ids");
        OnnxModel model = Onnx.load(file);
        Tensor ids = Tensors.randint(5, 10, 2, 7);
        Tensor types = Tensors.zeros(DType.INT64, 2, 7);
        Tensor all = types.add(1);
        Tensor half = all.clone();
        half.narrow(1, 4, 3).zero_();
        try (var off = Autograd.noGrad()) {
            var whole = model.run(Map.of("input_ids", ids, "attention_mask", half, "token_type_ids", types));
            var part =
                    model.run(
                            Map.of(
                                    "input_ids", ids.narrow(1, 0, 4),
                                    "attention_mask", all.narrow(1, 0, 4),
                                    "token_type_ids", types.narrow(1, 0, 4)));
            assertThat(whole.get("prediction_logits").size(1)).isEqualTo(7);
            assertSame(whole.get("last_hidden_state").narrow(1, 0, 4), part.get("last_hidden_state"));
            assertSame(whole.get("seq_relationship_logits"), part.get("seq_relationship_logits"));
        }
    }

    @Test
    void aRunOfATable() throws IOException {
        var csv = new StringBuilder("size,town,price\n");
        for (int i = 0; i < 60; i++) {
            csv.append(i % 7).append(',').append(i % 3 == 0 ? "north" : "south").append(',').append(i * 2).append('\n');
        }
        Path data = Files.writeString(folder.resolve("houses.csv"), csv);
        Path run = folder.resolve("run");
        Cli trained = Cli.run("train", "table", "--data", data, "--target", "price", "--epochs", 2, "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        Path file = folder.resolve("table.onnx");
        Cli made = Cli.run("export", run, file);
        assertThat(made.exitCode()).as(made.err()).isZero();
        OnnxModel model = Onnx.load(file);
        assertThat(model.metadata().get("encoder")).contains("town");
        TrainedRun opened = TrainedRun.open(run);
        Layer net = opened.network(opened.task(o -> {}), false);
        Tensor x = Tensors.rand(4, Long.parseLong(model.inputs().getFirst().shape().get(1)));
        try (var off = Autograd.noGrad()) {
            assertSame(model.forward(x), net.forward(x));
        }
    }

    @Test
    void weightsAndSavedModels() throws IOException {
        Layer lenet = new LeNet();
        Path weights = folder.resolve("lenet.pth");
        lenet.stateDict().save(weights);
        Path file = folder.resolve("lenet.onnx");
        Cli made = Cli.run("export", "lenet", file, "--weights", weights);
        assertThat(made.exitCode()).as(made.err()).isZero();
        Layer small = new Sequential(new Linear(4, 3), new ReLU());
        Path saved = folder.resolve("small.safetensors");
        Model.save(saved, small);
        Path second = folder.resolve("small.onnx");
        Cli shapeless = Cli.run("export", saved, second);
        assertThat(shapeless.exitCode()).isEqualTo(2);
        assertThat(shapeless.err()).contains("--input");
        Cli other = Cli.run("export", saved, second, "--input", "4");
        assertThat(other.exitCode()).as(other.err()).isZero();
        try (var off = Autograd.noGrad()) {
            Tensor x = Tensors.rand(2, 1, 28, 28);
            assertSame(Onnx.load(file).forward(x), lenet.forward(x));
            Tensor y = Tensors.randn(5, 4);
            assertSame(Onnx.load(second).forward(y), small.forward(y));
            assertThat(y.dtype()).isEqualTo(DType.FLOAT32);
        }
        Cli unknown = Cli.run("export", folder.resolve("nothing"), second, "--force");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("no folder");
    }
}
