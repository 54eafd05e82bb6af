package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl;
import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.RNN;
import fathom.nn.transformer.Transformer;
import fathom.optim.SGD;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExportTest {
    @TempDir private Path folder;

    private static Sequential leNet() {
        return new Sequential(
                new Conv2d(1, 6, 5, c -> c.padding(2)),
                new Sigmoid(),
                new AvgPool2d(2),
                new Conv2d(6, 16, 5),
                new Sigmoid(),
                new AvgPool2d(2),
                new Flatten(),
                new Linear(400, 120),
                new Sigmoid(),
                new Linear(120, 84),
                new Sigmoid(),
                new Linear(84, 10));
    }

    private OnnxMl.ModelProto proto(Path file) throws Exception {
        return OnnxMl.ModelProto.parseFrom(Files.readAllBytes(file));
    }

    @Test
    void leNetIsDescribedByTheFile() throws Exception {
        Sequential net = leNet();
        Path file = folder.resolve("new/lenet.onnx");
        var made = Onnx.export(net, Tensors.randn(1, 1, 28, 28), file, o -> o.metadata("classes", "0, 1"));
        assertThat(made.operators())
                .containsEntry("Conv", 2)
                .containsEntry("Gemm", 3)
                .containsEntry("Sigmoid", 4)
                .containsEntry("AveragePool", 2);
        var model = proto(file);
        assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(17);
        assertThat(model.getProducerName()).isEqualTo("Fathom");
        var names = model.getGraph().getInitializerList().stream().map(t -> t.getName()).toList();
        assertThat(names).containsAll(net.namedParameters().keySet());
        var input = model.getGraph().getInput(0);
        var shape = input.getType().getTensorType().getShape();
        assertThat(input.getName()).isEqualTo("input");
        assertThat(shape.getDim(0).getDimParam()).isEqualTo("batch");
        assertThat(shape.getDim(3).getDimValue()).isEqualTo(28);
        var output = model.getGraph().getOutput(0);
        assertThat(output.getName()).isEqualTo("output");
        assertThat(output.getType().getTensorType().getElemType()).isEqualTo(1);
        assertThat(output.getType().getTensorType().getShape().getDim(0).getDimParam()).isEqualTo("batch");
        OnnxModel read = Onnx.load(file);
        assertThat(read.metadata()).containsEntry("classes", "0, 1");
        assertThat(read.namedParameters()).containsOnlyKeys(net.namedParameters().keySet());
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 18})
    void leNetComputesTheSame(int opset) throws Exception {
        Exported.check(
                leNet(),
                in -> List.of(in.getFirst()),
                o -> o.opset(opset),
                List.of(List.of(Tensors.randn(1, 1, 28, 28))));
        Sequential net = leNet();
        Exported.check(
                net,
                in -> List.of(net.forward(in.getFirst()), in.getFirst().amax(1)),
                o -> o.opset(opset).inputNames("image").outputNames("scores", "brightest"),
                List.of(
                        List.of(Tensors.randn(1, 1, 28, 28)),
                        List.of(Tensors.randn(7, 1, 28, 28)),
                        List.of(Tensors.randn(2, 1, 28, 28))));
    }

    @Test
    void anExportedModelCanBeTrainedFurther() throws Exception {
        Path file = folder.resolve("net.onnx");
        Onnx.export(new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2)), Tensors.randn(1, 4), file);
        OnnxModel net = Onnx.load(file);
        var opt = new SGD(net.parameters(), 0.1);
        Tensor x = Tensors.randn(16, 4);
        Tensor y = x.select(1, 0).gt(0).toLong();
        double before = Tensors.crossEntropy(net.forward(x), y).item();
        for (int i = 0; i < 30; i++) {
            Tensor loss = Tensors.crossEntropy(net.forward(x), y);
            opt.zeroGrad();
            loss.backward();
            opt.step();
        }
        assertThat(Tensors.crossEntropy(net.forward(x), y).item()).isLessThan(before);
        Path again = folder.resolve("again.onnx");
        Onnx.export(net, x, again);
        try (var off = Autograd.noGrad()) {
            assertThat(Tensors.allclose(Onnx.load(again).forward(x), net.forward(x))).isTrue();
        }
    }

    /** Exported in evaluation mode, and left in the mode of each layer before. */
    @Test
    void evaluationMode() throws Exception {
        var norm = new BatchNorm2d(4);
        var frozen = new BatchNorm2d(4);
        var net = new Sequential(new Conv2d(3, 4, 3), norm, new ReLU(), frozen, new Dropout(0.5));
        net.forward(Tensors.randn(8, 3, 5, 5));
        frozen.eval();
        Tensor mean = norm.runningMean.clone();
        Path file = folder.resolve("net.onnx");
        var made = Onnx.export(net, Tensors.randn(8, 3, 5, 5), file);
        assertThat(made.operators())
                .containsEntry("BatchNormalization", 2)
                .containsOnlyKeys("BatchNormalization", "Conv", "Relu", "Identity");
        assertThat(net.isTraining()).isTrue();
        assertThat(norm.isTraining()).isTrue();
        assertThat(frozen.isTraining()).isFalse();
        assertThat(norm.runningMean.equal(mean)).isTrue();
        net.eval();
        Exported.check(
                net,
                in -> List.of(net.forward(in.getFirst())),
                o -> {},
                List.of(List.of(Tensors.randn(2, 3, 5, 5)), List.of(Tensors.randn(1, 3, 5, 5))));
    }

    /** An input has its name; a parameter of the same name has another. */
    @Test
    void inputsAndParametersOfOneName() throws Exception {
        var net = new Sequential(new Linear(3, 2));
        var made =
                Exported.check(
                        net,
                        in -> List.of(net.forward(in.getFirst())),
                        o -> o.inputNames("0.weight").outputNames("0.bias"),
                        List.of(List.of(Tensors.randn(2, 3))));
        assertThat(made.inputs()).containsExactly("0.weight");
        assertThat(made.outputs()).containsExactly("0.bias");
    }

    @Test
    void fixedAxes() throws Exception {
        Path file = folder.resolve("net.onnx");
        Onnx.export(leNet(), Tensors.randn(3, 1, 28, 28), file, o -> o.dynamicBatch(false));
        var dim = proto(file).getGraph().getInput(0).getType().getTensorType().getShape().getDim(0);
        assertThat(dim.getDimValue()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recurrentLayersOfAnyLength(boolean bidirectional) throws Exception {
        List<List<Tensor>> inputs =
                List.of(
                        List.of(Tensors.randn(3, 7, 6)),
                        List.of(Tensors.randn(2, 11, 6)),
                        List.of(Tensors.randn(1, 1, 6)));
        var gru = new GRU(6, 8, o -> o.numLayers(2).bidirectional(bidirectional).batchFirst(true));
        var g =
                Exported.check(
                        gru,
                        in -> {
                            var y = gru.forward(in.getFirst());
                            return List.of(y.output(), y.hidden());
                        },
                        o -> o.dynamicAxis("input", 1, "length"),
                        inputs);
        assertThat(g.operators()).containsEntry("GRU", bidirectional ? 4 : 2).doesNotContainKey("MatMul");
        var lstm = new LSTM(6, 8, o -> o.numLayers(2).bidirectional(bidirectional).bias(!bidirectional));
        var l =
                Exported.check(
                        lstm,
                        in -> {
                            var y = lstm.forward(in.getFirst());
                            return List.of(y.output(), y.hidden(), y.cell());
                        },
                        o -> o.dynamicAxis("input", 0, "length").dynamicAxis("input", 1, "batch"),
                        inputs);
        assertThat(l.operators()).containsEntry("LSTM", bidirectional ? 4 : 2);
        var rnn = new RNN(6, 8, RNN.Nonlinearity.RELU, o -> o.bidirectional(bidirectional));
        Exported.check(
                rnn,
                in -> List.of(rnn.forward(in.getFirst(), in.get(1)).output()),
                o ->
                        o.inputNames("x", "h")
                                .dynamicAxis("x", 0, "length")
                                .dynamicAxis("x", 1, "batch")
                                .dynamicBatch(false)
                                .dynamicAxis("h", 1, "batch"),
                List.of(
                        List.of(Tensors.randn(3, 7, 6), Tensors.randn(bidirectional ? 2 : 1, 7, 8)),
                        List.of(Tensors.randn(9, 2, 6), Tensors.randn(bidirectional ? 2 : 1, 2, 8))));
    }

    @Test
    void aTransformerOfAnyLengths() throws Exception {
        var net = new Transformer(16, 4, 1, 1, o -> o.dimFeedforward(32).batchFirst(true));
        Exported.check(
                net,
                in -> {
                    Tensor mask = Transformer.generateSquareSubsequentMask(in.get(1).size(1));
                    return List.of(net.forward(in.get(0), in.get(1), m -> m.tgtMask(mask)));
                },
                o -> o.inputNames("source", "target").dynamicAxis("source", 1, "s").dynamicAxis("target", 1, "t"),
                List.of(
                        List.of(Tensors.randn(2, 7, 16), Tensors.randn(2, 9, 16)),
                        List.of(Tensors.randn(3, 5, 16), Tensors.randn(3, 4, 16)),
                        List.of(Tensors.randn(1, 1, 16), Tensors.randn(1, 1, 16))));
    }

    private void refused(UnaryOperator<Tensor> f, String... message) {
        Path file = folder.resolve("refused.onnx");
        assertThatThrownBy(() ->
                        Onnx.export(
                                new Sequential(),
                                List.of(Tensors.randn(2, 6)),
                                in -> List.of(f.apply(in.getFirst())),
                                file,
                                o -> o.dynamicAxis("input", 1, "length")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("Onnx.export: ")
                .satisfies(e -> {
                    for (String part : message) {
                        assertThat(e).hasMessageContaining(part);
                    }
                });
        assertThat(file).doesNotExist();
    }

    @Test
    void whatAGraphCannotDo() {
        refused(x -> x.mul(x.sum().item()), "reads values");
        refused(x -> x.add(Tensors.randn(2)), "random");
        refused(x -> x.digamma(), "digamma");
        refused(x -> x.cumprod(1), "cumprod");
        refused(x -> x.mul_(2), "input in place");
        refused(
                x -> {
                    Tensor y = x;
                    for (int i = 0; i < x.size(1); i++) {
                        y = y.add(i);
                    }
                    return y;
                },
                "depends on the size of batch or length",
                "fixed axes");
        refused(x -> x.get(":, :" + (x.size(1) + 1) / 2), "the position of a slice", "dynamic axis", "fixed axes");
        refused(x -> Tensors.tensor(new double[(int) x.size(1)]).add(Tensors.tensor(squares(x.size(1)))), "a constant");
    }

    private static double[] squares(long n) {
        var a = new double[(int) n];
        java.util.Arrays.setAll(a, i -> i * i);
        return a;
    }

    @Test
    void aLayerThatChangesItsStateIsRefused() {
        var counter =
                new Layer() {
                    private final Tensor calls = buffer(Tensors.zeros(1));

                    @Override
                    public Tensor forward(Tensor x) {
                        return x.add(calls.add_(1));
                    }
                };
        assertThatThrownBy(() -> Onnx.export(counter, Tensors.randn(2, 3), folder.resolve("x.onnx")))
                .hasMessageContaining("changes the parameter or buffer calls");
    }

    @Test
    void invalidOptions() {
        var net = new Sequential(new Linear(3, 2));
        Path file = folder.resolve("x.onnx");
        Tensor x = Tensors.randn(2, 3);
        assertThatThrownBy(() -> Onnx.export(net, x, file, o -> o.opset(16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("opset 16");
        assertThatThrownBy(() -> Onnx.export(net, x, file, o -> o.dynamicAxis("input", 2, "n")))
                .hasMessageContaining("no dimension 2");
        assertThatThrownBy(() -> Onnx.export(net, x, file, o -> o.dynamicAxis("image", 0, "n")))
                .hasMessageContaining("no input image");
        assertThatThrownBy(() -> Onnx.export(net, Tensors.randn(2, 4), file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not take inputs [[2, 4]]");
        assertThatThrownBy(() -> Onnx.export(net, x, file, o -> o.outputNames("a", "b")))
                .hasMessageContaining("one for each of the outputs");
    }

    /** The elements of an expanded tensor take no memory, but would in the file. */
    @Test
    void moreThanTwoGigabytesAreRefused() {
        Tensor large = Tensors.zeros(1, 1).expand(1L << 15, 1L << 15);
        Path file = folder.resolve("large.onnx");
        var net =
                new Layer() {
                    private final Tensor weight = buffer(large);

                    @Override
                    public Tensor forward(Tensor x) {
                        return x.add(weight.select(0, 0).sum());
                    }
                };
        assertThatThrownBy(() -> Onnx.export(net, Tensors.randn(2, 3), file)).hasMessageContaining("2 GB");
        assertThat(file).doesNotExist();
        assertThat(large.dtype()).isEqualTo(DType.FLOAT32);
    }
}
