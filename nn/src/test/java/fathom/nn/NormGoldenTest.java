package fathom.nn;

import static fathom.testkit.TensorAssert.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.BatchNormOptions;
import fathom.testkit.GoldenCase;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Normalisations and embeddings, forward and backward, as PyTorch has them. */
class NormGoldenTest {
    private static final Map<String, Goldens.Operation> OPERATIONS =
            Map.of(
                    "batchNorm",
                    NormGoldenTest::batchNorm,
                    "layerNorm",
                    (c, in) ->
                            Tensors.layerNorm(in[0], shape(c), at(in, 1), at(in, 2), Double.parseDouble(c.get("eps"))),
                    "rmsNorm",
                    (c, in) -> Tensors.rmsNorm(in[0], shape(c), at(in, 1), Double.parseDouble(c.get("eps"))),
                    "groupNorm",
                    (c, in) -> Tensors.groupNorm(in[0], c.getInt("groups"), at(in, 1), at(in, 2), 1e-5),
                    "instanceNorm",
                    (c, in) -> Tensors.instanceNorm(in[0], o -> o.weight(at(in, 1)).bias(at(in, 2))),
                    "instanceNormTracked",
                    NormGoldenTest::instanceNormTracked,
                    "embeddingMaxNorm",
                    NormGoldenTest::embeddingMaxNorm,
                    "embedding",
                    (c, in) ->
                            c.has("paddingIdx")
                                    ? Tensors.embedding(c.tensor("index"), in[0], c.getInt("paddingIdx"))
                                    : Tensors.embedding(c.tensor("index"), in[0]));

    private static Tensor batchNorm(GoldenCase c, Tensor[] in) {
        return tracked(c, (mean, var, o) -> Tensors.batchNorm(in[0], mean, var, o), in);
    }

    private static Tensor instanceNormTracked(GoldenCase c, Tensor[] in) {
        return tracked(c, (mean, var, o) -> Tensors.instanceNorm(in[0], mean, var, o), in);
    }

    @FunctionalInterface
    private interface Norm {
        Tensor of(Tensor mean, Tensor var, Consumer<BatchNormOptions> options);
    }

    private static Tensor tracked(GoldenCase c, Norm norm, Tensor[] in) {
        Tensor mean = c.tensor("mean");
        Tensor var = c.tensor("var");
        boolean training = c.get("training").equals("true");
        Tensor y =
                norm.of(
                        mean,
                        var,
                        o ->
                                o.weight(at(in, 1))
                                        .bias(at(in, 2))
                                        .training(training)
                                        .momentum(Double.parseDouble(c.get("momentum")))
                                        .eps(Double.parseDouble(c.get("eps"))));
        assertThat(mean).isCloseTo(c.tensor(training ? "meanAfter" : "mean"), 1e-12, 1e-12);
        assertThat(var).isCloseTo(c.tensor(training ? "varAfter" : "var"), 1e-12, 1e-12);
        return y;
    }

    private static Tensor embeddingMaxNorm(GoldenCase c, Tensor[] in) {
        Tensor table = in[0];
        Tensor index = c.tensor("index");
        var same =
                Tensors.embeddingRenorm_(
                        table, index, Double.parseDouble(c.get("maxNorm")), Double.parseDouble(c.get("normType")));
        org.assertj.core.api.Assertions.assertThat(same).isSameAs(table);
        assertThat(table.detach()).isCloseTo(c.tensor("tableAfter"), 1e-12, 1e-12);
        return Tensors.embedding(index, table);
    }

    private static @Nullable Tensor at(Tensor[] in, int i) {
        return i < in.length ? in[i] : null;
    }

    private static long[] shape(GoldenCase c) {
        return java.util.Arrays.stream(Goldens.ints(c, "shape")).asLongStream().toArray();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.tests("golden/norm.safetensors", OPERATIONS);
    }
}
