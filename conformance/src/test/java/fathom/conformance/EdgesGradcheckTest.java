package fathom.conformance;

import static fathom.Tensors.FLOAT64;
import static fathom.Tensors.eye;
import static fathom.Tensors.tensor;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.PadMode;
import fathom.testkit.Gradcheck;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** First- and second-order gradients where they are easily wrong: zeros in products, shared indices, symmetry. */
class EdgesGradcheckTest {
    private static final Tensor INDEX = tensor(new long[][] {{0, 2, 1}, {0, 0, 1}, {2, 2, 1}});

    private static Tensor some() {
        return tensor(new double[][] {{0.3, -1.2, 2.1}, {0.7, 1.6, -0.4}, {-0.9, 0.2, 1.4}}, FLOAT64);
    }

    private static Tensor others() {
        return tensor(new double[][] {{1.1, 0.6, -1.7}, {-0.8, 2.3, 0.9}, {0.5, -0.1, 1.9}}, FLOAT64);
    }

    private static DynamicTest twice(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
        return DynamicTest.dynamicTest(name, () -> Gradcheck.checkTwice(f, inputs));
    }

    @TestFactory
    Stream<DynamicTest> scattered() {
        return Stream.of("sum", "prod", "mean", "amax", "amin")
                .flatMap(reduce ->
                        Stream.of(true, false)
                                .map(include ->
                                        twice(
                                                "%s, %s".formatted(reduce, include),
                                                t -> t[0].scatterReduce(0, INDEX, t[1], reduce, include).square(),
                                                some(),
                                                others())));
    }

    @TestFactory
    Stream<DynamicTest> productsWithZeros() {
        Supplier<Tensor> oneZero =
                () -> tensor(new double[][] {{1.1, 0, -1.7}, {-0.8, 2.3, 0}, {0.5, -0.1, 1.9}}, FLOAT64);
        Supplier<Tensor> twoZeros = () -> tensor(new double[][] {{0, 0.6, -1.7}, {-0.8, 2.3, 0}, {0.5, 0, 0}}, FLOAT64);
        Supplier<Tensor> threeZeros = () -> tensor(new double[][] {{0, 0.6, 0}, {0, 2.3, 0}, {0.5, 0, 0}}, FLOAT64);
        Function<Tensor[], Tensor> scatter = t -> t[0].scatterReduce(0, INDEX, t[1], "prod");
        Function<Tensor[], Tensor> index = t -> t[0].indexReduce(1, tensor(2, 0, 2), t[1], "prod");
        return Stream.of(
                twice("one zero in the source", scatter, some(), oneZero.get()),
                twice("two zeros at one place", scatter, some(), twoZeros.get()),
                twice("three zeros at one place", scatter, some(), threeZeros.get()),
                twice("zeros on both sides", scatter, oneZero.get(), twoZeros.get()),
                twice("slices", index, oneZero.get(), twoZeros.get()));
    }

    @TestFactory
    Stream<DynamicTest> matrices() {
        Tensor a = some().add(eye(3, 3, FLOAT64).mul(2));
        Tensor negative = some().sub(eye(3, 3, FLOAT64).mul(3));
        Tensor batch = Tensors.stack(java.util.List.of(a, others()));
        return Stream.of(
                twice("slogdet", t -> t[0].slogdet().logabsdet(), batch),
                twice("slogdet of a negative determinant", t -> t[0].slogdet().logabsdet(), negative),
                twice("logdet", t -> t[0].matmul(t[0].t()).logdet(), a),
                twice("solve, a vector per matrix", t -> t[0].solve(t[1]), batch, others().narrow(0, 0, 2)),
                twice(
                        "eigh",
                        t -> {
                            var e = t[0].add(t[0].t()).eigh();
                            return e.eigenvectors().square().mul(others()).add(e.eigenvalues());
                        },
                        a));
    }

    @TestFactory
    Stream<DynamicTest> negativePads() {
        Tensor x = some().reshape(1, 3, 3);
        return Stream.of(PadMode.values())
                .map(mode -> twice("pad " + mode, t -> Tensors.pad(t[0], new long[] {-1, 2}, mode).square(), x));
    }

    @TestFactory
    Stream<DynamicTest> transposedConvolution() {
        return Stream.of(
                twice(
                        "outputPadding beyond the stride",
                        t ->
                                Tensors.convTranspose2d(
                                        t[0], t[1], null, o -> o.stride(2).padding(3).outputPadding(3).dilation(4)),
                        some().reshape(1, 1, 3, 3),
                        others().reshape(1, 1, 3, 3).narrow(2, 0, 2)));
    }
}
