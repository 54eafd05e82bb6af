package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that cannot be used, and inputs that do not fit. */
class DamagedModelsTest {
    @TempDir Path folder;

    private static GraphProto.Builder linear() {
        return GraphProto.newBuilder()
                .setName("g")
                .addInput(Models.value("x", DType.FLOAT32, -1, 3))
                .addInitializer(Models.tensor("weight", Tensors.ones(3, 2)))
                .addInitializer(Models.tensor("shape", Tensors.tensor(new long[] {0, -1})))
                .addNode(Models.node("MatMul", List.of("x", "weight"), List.of("y")))
                .addNode(Models.node("Reshape", List.of("y", "shape"), List.of("z")))
                .addOutput(Models.value("z", DType.FLOAT32, -1, 2));
    }

    private Path file(ModelProto model) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model.toByteArray());
        return file;
    }

    private OnnxModel load(GraphProto.Builder graph) throws IOException {
        return Onnx.load(file(Models.model(13, graph.build())));
    }

    @Test
    void allUnknownOperatorsAreNamed() {
        GraphProto.Builder g =
                linear().addNode(Models.node("Frobnicate", List.of("z"), List.of("a")))
                        .addNode(Models.node("Frobnicate", List.of("a"), List.of("b")))
                        .addNode(
                                Models.node("Twiddle", List.of("b"), List.of("c")).toBuilder().setName("last").build());
        assertThatThrownBy(() -> load(g))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("model.onnx: not a usable ONNX model")
                .hasMessageContaining("Frobnicate (the node of a and 1 more nodes)")
                .hasMessageContaining("Twiddle (node last)");
    }

    @Test
    void brokenGraphsAreRefused() throws IOException {
        assertThatThrownBy(() -> load(linear().addNode(Models.node("Relu", List.of("nowhere"), List.of("a")))))
                .hasMessageContaining("Relu (-> a): nothing in front computes the value 'nowhere'");
        assertThatThrownBy(() -> load(linear().addNode(Models.node("Relu", List.of("z"), List.of("y")))))
                .hasMessageContaining("two values are named 'y'");
        assertThatThrownBy(() -> Onnx.load(file(Models.model(99, linear().build()))))
                .hasMessageContaining("operators of version 99; versions 9 to 21");
        assertThatThrownBy(() -> Onnx.load(folder.resolve("none.onnx"))).isInstanceOf(IOException.class);
        Path text = Files.writeString(folder.resolve("text.onnx"), "this is no model");
        assertThatThrownBy(() -> Onnx.load(text)).hasMessageContaining("text.onnx: not a usable ONNX model");
        TensorProto wrong = Models.tensor("bias", Tensors.ones(3)).toBuilder().setDims(0, 4).build();
        assertThatThrownBy(() -> load(linear().addInitializer(wrong)))
                .hasMessageContaining("tensor 'bias': 12 bytes are given for FLOAT32 elements of the shape [4]");
    }

    @Test
    void inputsThatDoNotFitAreNamed() throws IOException {
        OnnxModel net = load(linear());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.forward(Tensors.ones(2, 4)))
                .withMessageContaining("input x FLOAT32 [n1, 3]: given has the shape [2, 4]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.forward(Tensors.ones(DType.INT64, 2, 3)))
                .withMessageContaining("given is INT64");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.run(Map.of("y", Tensors.ones(2, 3))))
                .withMessageContaining("the input x");
        OnnxModel two = load(linear().addInput(Models.value("u", DType.FLOAT32, 1)));
        assertThatIllegalStateException()
                .isThrownBy(() -> two.forward(Tensors.ones(2, 3)))
                .withMessageContaining("[x, u]");
    }

    @Test
    void failuresNameTheirNode() throws IOException {
        GraphProto.Builder g =
                linear().addInitializer(Models.tensor("odd", Tensors.ones(5)))
                        .addNode(Models.node("Add", List.of("z", "odd"), List.of("sum")));
        OnnxModel net = load(g);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> net.forward(Tensors.ones(2, 3)))
                .withMessageContaining("node Add (-> sum) of [2, 2], [5]: ");
    }

    @Test
    void elementsMayBeInAnotherFileOfTheFolder() throws IOException {
        Files.write(folder.resolve("weights.bin"), new byte[64 + 24]);
        TensorProto.Builder t =
                TensorProto.newBuilder()
                        .setName("outside")
                        .setDataType(1)
                        .addDims(3)
                        .addDims(2)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL);
        GraphProto.Builder g = linear().addNode(Models.node("MatMul", List.of("x", "outside"), List.of("a")));
        g.setOutput(0, Models.value("a", DType.FLOAT32, -1, 2));
        TensorProto right =
                t.clone()
                        .addExternalData(entry("location", "weights.bin"))
                        .addExternalData(entry("offset", "64"))
                        .addExternalData(entry("length", "24"))
                        .build();
        OnnxModel net = load(g.clone().addInitializer(right));
        try (var off = Autograd.noGrad()) {
            Tensor y = net.forward(Tensors.ones(1, 3));
            assertThat(y.toFloatArray()).containsExactly(0, 0);
            net.namedParameters().get("outside").add_(1); // the file is not written
            assertThat(net.forward(Tensors.ones(1, 3)).toFloatArray()).containsExactly(3, 3);
        }
        assertThat(Files.readAllBytes(folder.resolve("weights.bin"))).containsOnly(0);
        for (String place : List.of("../weights.bin", "/etc/hostname", "")) {
            assertThatThrownBy(
                            () -> load(g.clone().addInitializer(t.clone().addExternalData(entry("location", place)))))
                    .hasMessageContaining("outside of the model's folder");
        }
        assertThatThrownBy(() ->
                        load(
                                g.clone()
                                        .addInitializer(
                                                t.clone()
                                                        .addExternalData(entry("location", "weights.bin"))
                                                        .addExternalData(entry("offset", "80")))))
                .hasMessageContaining("truncated");
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    @Test
    void damagedFilesAreRefusedOrRun() throws IOException {
        byte[] one = Models.model(13, linear().build()).toByteArray();
        GraphProto branch =
                GraphProto.newBuilder()
                        .setName("b")
                        .addNode(Models.node("Neg", List.of("x"), List.of("n")))
                        .addOutput(Models.output("n"))
                        .build();
        byte[] two =
                Models.model(
                                13,
                                GraphProto.newBuilder()
                                        .setName("g")
                                        .addInput(Models.value("x", DType.FLOAT32, 1, 3))
                                        .addInitializer(Models.tensor("c", Tensors.tensor(true)))
                                        .addNode(
                                                Models.node(
                                                        "If",
                                                        List.of("c"),
                                                        List.of("y"),
                                                        "then_branch",
                                                        branch,
                                                        "else_branch",
                                                        branch))
                                        .addOutput(Models.output("y"))
                                        .build())
                        .toByteArray();
        new FileFuzz(folder, DamagedModelsTest::loadAndRun, e -> e instanceof IOException)
                .run("damaged.onnx", List.of(one, two));
    }

    /** A damaged model that can be read may compute something else, or not fit itself. */
    private static void loadAndRun(Path file) throws IOException {
        OnnxModel net = Onnx.load(file);
        try (var off = Autograd.noGrad()) {
            net.forward(Tensors.ones(1, 3));
        } catch (IllegalArgumentException
                | IllegalStateException
                | UnsupportedOperationException
                | IndexOutOfBoundsException
                | ArithmeticException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
