package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.activation.ReLU;
import fathom.nn.architecture.Architecture;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.Conv3d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.transformer.MultiheadAttention;
import fathom.nn.transformer.TransformerEncoder;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.options.PadMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Low-rank adapters. */
class LoraTest {
    @TempDir Path folder;

    private static final class SelfAttention extends Layer {
        final MultiheadAttention attention;

        SelfAttention(boolean batchFirst) {
            attention = new MultiheadAttention(8, 2, o -> o.batchFirst(batchFirst));
        }

        @Override
        public Tensor forward(Tensor x) {
            return attention.forward(x, x, x, c -> c.needWeights(false)).output();
        }
    }

    /** Queries that are not the keys, which have a width of their own. */
    private static final class CrossAttention extends Layer {
        final MultiheadAttention attention = new MultiheadAttention(8, 2, o -> o.kdim(4).vdim(6));

        @Override
        public Tensor forward(Tensor x) {
            return attention.forward(x, x.narrow(2, 0, 4), x.narrow(2, 2, 6)).output();
        }
    }

    static Stream<Arguments> networks() {
        return Stream.of(
                Arguments.of("linear", new Linear(6, 5), new long[] {3, 6}),
                Arguments.of("linear without bias", new Linear(6, 5, o -> o.bias(false)), new long[] {2, 3, 6}),
                Arguments.of("conv1d", new Conv1d(4, 6, 3, c -> c.padding(1)), new long[] {2, 4, 9}),
                Arguments.of("conv2d", new Conv2d(4, 6, 3, c -> c.stride(2).padding(1)), new long[] {2, 4, 9, 8}),
                Arguments.of(
                        "conv2d, dilated, reflecting",
                        new Conv2d(4, 6, 3, c -> c.dilation(2).padding(2).paddingMode(PadMode.REFLECT)),
                        new long[] {2, 4, 9, 8}),
                Arguments.of("grouped", new Conv2d(4, 6, 3, c -> c.groups(2)), new long[] {2, 4, 9, 8}),
                Arguments.of("depthwise", new Conv2d(4, 8, 3, c -> c.groups(4)), new long[] {2, 4, 9, 8}),
                Arguments.of("conv3d", new Conv3d(3, 4, 2), new long[] {2, 3, 4, 5, 4}),
                Arguments.of("self-attention", new SelfAttention(true), new long[] {2, 5, 8}),
                Arguments.of("self-attention, sequence first", new SelfAttention(false), new long[] {5, 2, 8}),
                Arguments.of("cross-attention", new CrossAttention(), new long[] {5, 2, 8}),
                Arguments.of(
                        "transformer",
                        new TransformerEncoder(new TransformerEncoderLayer(8, 2, o -> o.dropout(0)), 2),
                        new long[] {5, 2, 8}),
                Arguments.of(
                        "residual",
                        new Sequential(
                                new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(64, 2)),
                        new long[] {2, 3, 6, 6}));
    }

    /** Gives B other values than zero. */
    private static void disturb(Lora lora) {
        try (var _ = Autograd.noGrad()) {
            lora.adapters().values().forEach(a -> Init.normal_(a.loraB, 0, 0.3));
        }
    }

    private static Tensor output(Layer net, Tensor x) {
        try (var _ = Autograd.noGrad()) {
            return net.call(x);
        }
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.sub(expected).abs().max().item()).isLessThan(2e-5);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void aNewAdapterChangesNothingAndAMergedOneComputesTheSame(String name, Layer net, long... shape) {
        net.eval();
        Tensor x = Tensors.randn(shape);
        Tensor before = output(net, x);
        var lora = Lora.apply(net, o -> o.rank(2).alpha(3));
        assertClose(output(net, x), before);
        disturb(lora);
        Tensor adapted = output(net, x);
        assertThat(adapted.sub(before).abs().max().item()).isGreaterThan(1e-3);
        int parameters = net.parameters().size();
        int own = lora.parameters().size();
        lora.merge();
        assertThat(net.parameters()).hasSize(parameters - own).allMatch(Tensor::requiresGrad);
        assertThat(lora.adapters()).isEmpty();
        assertClose(output(net, x), adapted);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void removedAdaptersLeaveTheNetworkAsItWas(String name, Layer net, long... shape) {
        net.eval();
        Tensor x = Tensors.randn(shape);
        float[] before = output(net, x).toFloatArray();
        String printed = net.toString();
        var lora = Lora.apply(net);
        disturb(lora);
        assertThat(net.toString()).contains("LoraAdapter(rank=8, scale=1").isNotEqualTo(printed);
        lora.remove();
        assertThat(net.toString()).isEqualTo(printed);
        assertThat(output(net, x).toFloatArray()).isEqualTo(before);
    }

    @Test
    void theCorrectionIsScaleTimesBA() {
        var net = new Linear(6, 5);
        var lora = Lora.apply(net, o -> o.rank(2).alpha(8));
        disturb(lora);
        LoraAdapter a = lora.adapters().get("");
        assertThat(a.rank()).isEqualTo(2);
        assertThat(a.scale()).isEqualTo(4);
        Tensor x = Tensors.randn(3, 6);
        Tensor weight = net.weight.detach().add(a.loraB.detach().matmul(a.loraA.detach()).mul(4));
        assertClose(output(net, x), Tensors.linear(x, weight, net.bias.detach()));
        assertThat(a.loraA.shape().dims()).containsExactly(2, 6);
        assertThat(a.loraB.shape().dims()).containsExactly(5, 2);
    }

    @Test
    void targetsAreSelectedByNameOrItsEnd() {
        var net = new TransformerEncoder(new TransformerEncoderLayer(8, 2), 2);
        assertThat(Lora.apply(net, o -> o.target("q_proj", "v_proj")).adapters().keySet())
                .containsExactly(
                        "layers.0.self_attn.q_proj",
                        "layers.0.self_attn.v_proj",
                        "layers.1.self_attn.q_proj",
                        "layers.1.self_attn.v_proj");
        assertThat(Lora.apply(net, o -> o.target("layers.1.linear*")).adapters().keySet())
                .containsExactly("layers.1.linear1", "layers.1.linear2");
        assertThat(Lora.apply(net, o -> o.target("0.self_attn.out_proj")).adapters()).hasSize(1);
        assertThatThrownBy(() -> Lora.apply(net, o -> o.target("linear1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layers.1.linear1 has an adapter already");
        assertThatThrownBy(() -> Lora.apply(net, o -> o.target("query")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "no linear layer, convolution or attention projection of TransformerEncoder is named query",
                        "layers.0.self_attn.q_proj");
        assertThatThrownBy(() -> Lora.apply(new ConvTranspose2d(2, 2, 2))).hasMessageContaining("there are none");
        assertThatThrownBy(() -> Lora.apply(net, o -> o.rank(0))).hasMessageContaining("is 0");
    }

    private static Sequential classifier() {
        return new Sequential(
                new Conv2d(2, 4, 3),
                new BatchNorm2d(4),
                new ReLU(),
                new Flatten(),
                new Linear(64, 8),
                new Linear(8, 3));
    }

    /** Some steps of gradient descent. */
    private static double train(Layer net, List<Tensor> parameters, int steps) {
        Tensor x = Tensors.randn(16, 2, 6, 6);
        Tensor y = Tensors.randint(0, 3, 16);
        Tensor loss = Tensors.zeros();
        for (int i = 0; i < steps; i++) {
            net.zeroGrad();
            loss = Tensors.crossEntropy(net.call(x), y);
            loss.backward();
            try (var _ = Autograd.noGrad()) {
                for (Tensor p : parameters) {
                    Tensor g = p.grad();
                    if (g != null) {
                        p.sub_(g.mul(0.5));
                    }
                }
            }
        }
        return loss.item();
    }

    @Test
    void onlyAdaptersAndTheNamedPartsAreTrained() {
        var net = classifier();
        StateDict before = net.stateDict().copy();
        var lora = Lora.apply(net, o -> o.rank(4).trainable("5"));
        assertThat(lora.adapters().keySet()).containsExactly("0", "4");
        assertThat(lora.parameters()).hasSize(6);
        assertThat(net.parameters().stream().filter(Tensor::requiresGrad)).hasSameElementsAs(lora.parameters());
        net.train();
        double loss = train(net, net.parameters(), 60);
        assertThat(loss).isLessThan(0.8);
        before.entries()
                .forEach((name, t) -> {
                    boolean same = t.equal(net.stateDict().get(name));
                    assertThat(same).as(name).isEqualTo(!name.startsWith("5."));
                });
        lora.merge();
        assertThat(net.block("1").isTraining()).isTrue();
        assertThat(net.stateDict().get("4.weight").equal(before.get("4.weight"))).isFalse();
    }

    @Test
    void adaptersAreSavedAndLoadedAlone() throws IOException {
        var net = classifier();
        StateDict base = net.stateDict().copy();
        var lora = Lora.apply(net, o -> o.rank(4).alpha(6).dropout(0.1).trainable("5", "1"));
        train(net, lora.parameters(), 5);
        Tensor x = Tensors.randn(3, 2, 6, 6);
        net.eval();
        Tensor expected = output(net, x);
        for (String file : List.of("adapters.safetensors", "adapters.pth")) {
            lora.save(folder.resolve(file));
            assertThat(StateDict.load(folder.resolve(file)).names())
                    .containsExactlyInAnyOrder(
                            "0.lora_a",
                            "0.lora_b",
                            "4.lora_a",
                            "4.lora_b",
                            "5.weight",
                            "5.bias",
                            "1.weight",
                            "1.bias",
                            "1.running_mean",
                            "1.running_var",
                            "1.num_batches_tracked");
            var again = classifier();
            again.loadStateDict(base);
            again.eval();
            var loaded = Lora.load(again, folder.resolve(file));
            assertThat(output(again, x).equal(expected)).isTrue();
            assertThat(loaded.parameters()).hasSize(lora.parameters().size());
            assertThat(again.parameters().stream().filter(Tensor::requiresGrad)).hasSize(8);
            assertThat(again.block("0.adapter").toString()).isEqualTo("LoraAdapter(rank=4, scale=1.5, dropout=0.1)");
            loaded.merge();
            assertClose(output(again, x), expected);
        }
    }

    @Test
    void adaptersOfAnotherNetworkAreRefusedBeforeAnythingChanges() throws IOException {
        var file = folder.resolve("adapters.safetensors");
        Lora.apply(classifier(), o -> o.rank(4)).save(file);
        var other = new Sequential(new Conv2d(2, 5, 3), new ReLU());
        String before = other.toString();
        assertThatThrownBy(() -> Lora.load(other, file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("adapter of 0 is [4, 2, 3, 3]", "there is no layer or projection 4");
        assertThat(other.toString()).isEqualTo(before);
        assertThat(other.parameters()).allMatch(Tensor::requiresGrad);
        var model = folder.resolve("model.safetensors");
        other.stateDict().save(model);
        assertThatThrownBy(() -> Lora.load(other, model))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it holds no adapters");
        Files.writeString(file, "x");
        assertThatThrownBy(() -> Lora.load(other, file)).isInstanceOf(IOException.class);
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void capturedStepsComputeTheSameBitsAndSeeAdaptersComeAndGo() {
        String allowed = System.getProperty("fathom.bfloat16", "auto");
        System.setProperty("fathom.bfloat16", "always");
        try {
            for (Precision precision : List.of(Precision.FLOAT32, Precision.BFLOAT16)) {
                captured(precision);
            }
        } finally {
            System.setProperty("fathom.bfloat16", allowed);
        }
    }

    private static void captured(Precision precision) {
        try (var _ = precision.open()) {
            Layer net = new TransformerEncoder(new TransformerEncoderLayer(8, 2, o -> o.dropout(0)), 2);
            Tensor x = Tensors.randn(5, 2, 8);
            var step =
                    Captured.of((Tensor in) -> {
                        net.zeroGrad();
                        Tensor loss = net.call(in).square().mean();
                        loss.backward();
                        return loss;
                    });
            for (int i = 0; i < 5; i++) {
                step.call(x);
            }
            var lora = Lora.apply(net, o -> o.rank(2));
            disturb(lora);
            float[] captured = new float[0];
            for (int i = 0; i < 6; i++) {
                captured = step.call(x).toFloatArray();
            }
            List<float[]> gradients = lora.parameters().stream().map(p -> p.grad().toFloatArray()).toList();
            net.zeroGrad();
            Tensor loss = net.call(x).square().mean();
            loss.backward();
            assertThat(captured).isEqualTo(loss.toFloatArray());
            for (int i = 0; i < gradients.size(); i++) {
                assertThat(lora.parameters().get(i).grad().toFloatArray()).isEqualTo(gradients.get(i));
            }
            lora.merge();
            float[] merged = new float[0];
            for (int i = 0; i < 5; i++) {
                merged = step.call(x).toFloatArray();
            }
            assertThat(merged).isEqualTo(net.call(x).square().mean().toFloatArray());
            assertThat(merged[0]).isCloseTo(captured[0], within(precision == Precision.FLOAT32 ? 1e-4f : 0.05f));
        }
    }

    @Test
    void parametersOf16BitsHaveAdaptersOfTheirType() {
        var net = new Linear(6, 5);
        net.to(DType.BFLOAT16);
        var lora = Lora.apply(net, o -> o.rank(2));
        assertThat(lora.parameters()).allMatch(p -> p.dtype() == DType.BFLOAT16);
        disturb(lora);
        Tensor y = net.call(Tensors.randn(3, 6).to(DType.BFLOAT16));
        assertThat(y.dtype()).isEqualTo(DType.BFLOAT16);
        y.to(DType.FLOAT32).sum().backward();
        assertThat(lora.parameters()).allMatch(p -> p.grad() != null);
    }

    @Test
    void gradientsOfAnAdapterAreThoseOfTheWeightsCorrection() {
        // y = W x + s B A x: dA = s B^T dW, dB = s dW A^T, with dW of the merged weight
        var net = new Conv2d(4, 6, 3, c -> c.padding(1).groups(2));
        var lora = Lora.apply(net, o -> o.rank(3).alpha(6));
        disturb(lora);
        LoraAdapter a = lora.adapters().get("");
        Tensor x = Tensors.randn(2, 4, 5, 5);
        net.call(x).square().sum().backward();
        float[] da = a.loraA.grad().toFloatArray();
        float[] db = a.loraB.grad().toFloatArray();
        lora.merge();
        net.zeroGrad();
        net.call(x).square().sum().backward();
        Tensor dw = net.weight.grad().reshape(2, 3, 18);
        Tensor aa = a.loraA.detach().reshape(2, 3, 18);
        Tensor bb = a.loraB.detach().reshape(2, 3, 3);
        assertClose(bb.transpose(1, 2).matmul(dw).mul(2).flatten().div(100), Tensors.tensor(da).div(100));
        assertClose(dw.matmul(aa.transpose(1, 2)).mul(2).flatten().div(100), Tensors.tensor(db).div(100));
    }

    @Test
    void anArchitectureWithAdaptersIsNotDescribed() {
        var net = classifier();
        var lora = Lora.apply(net);
        assertThatThrownBy(() -> Architecture.describe(net))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 0.adapter is an adapter: merge() folds it");
        lora.merge();
        assertThat(Architecture.describe(net)).contains("Conv2d(2, 4");
    }
}
