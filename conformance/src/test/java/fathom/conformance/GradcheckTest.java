package fathom.conformance;

import fathom.DType;
import fathom.Index;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.primitive.Ops;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.Window;
import fathom.testkit.Gradcheck;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every differentiable operation against central differences in float64, first and second order. */
class GradcheckTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private void add(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
        tests.add(DynamicTest.dynamicTest(name, () -> Gradcheck.checkTwice(f, inputs)));
    }

    private void one(String name, UnaryOperator<Tensor> f, Tensor input) {
        add(name, t -> f.apply(t[0]), input);
    }

    /** Values between {@code low} and {@code high}, all distinct and none within 0.01 of an integer or half-integer. */
    static Tensor between(double low, double high, long seed, long... shape) {
        var random = new SplittableRandom(seed);
        Tensor t = Tensors.zeros(DType.FLOAT64, shape);
        double[] values =
                random.doubles(t.numel(), low, high)
                        .map(v -> Math.abs(2 * v - Math.rint(2 * v)) < 0.04 ? v + 0.03 : v)
                        .toArray();
        return values.length == 0 ? t : Tensors.tensor(values, DType.FLOAT64).reshape(shape);
    }

    static Tensor any(long seed, long... shape) {
        return between(-2, 2, seed, shape);
    }

    @TestFactory
    Stream<DynamicTest> functionsOfOne() {
        Tensor all = any(1, 2, 5);
        Tensor positive = between(0.2, 3, 2, 2, 5);
        Tensor unit = between(-0.9, 0.9, 3, 2, 5);
        Tensor above = between(1.1, 3, 4, 2, 5);
        one("neg", Tensor::neg, all);
        one("abs", Tensor::abs, all);
        one("sqrt", Tensor::sqrt, positive);
        one("rsqrt", Tensor::rsqrt, positive);
        one("reciprocal", Tensor::reciprocal, positive);
        one("square", Tensor::square, all);
        one("exp", Tensor::exp, all);
        one("exp2", Tensor::exp2, all);
        one("expm1", Tensor::expm1, all);
        one("log", Tensor::log, positive);
        one("log2", Tensor::log2, positive);
        one("log10", Tensor::log10, positive);
        one("log1p", Tensor::log1p, positive);
        one("sin", Tensor::sin, all);
        one("cos", Tensor::cos, all);
        one("tan", Tensor::tan, unit);
        one("asin", Tensor::asin, unit);
        one("acos", Tensor::acos, unit);
        one("atan", Tensor::atan, all);
        one("sinh", Tensor::sinh, all);
        one("cosh", Tensor::cosh, all);
        one("tanh", Tensor::tanh, all);
        one("asinh", Tensor::asinh, all);
        one("acosh", Tensor::acosh, above);
        one("atanh", Tensor::atanh, unit);
        one("sigmoid", Tensor::sigmoid, all);
        one("logit", Tensor::logit, between(0.1, 0.9, 5, 6));
        one("erf", Tensor::erf, all);
        one("erfc", Tensor::erfc, all);
        one("erfinv", Tensor::erfinv, unit);
        one("lgamma", Tensor::lgamma, positive);
        tests.add(DynamicTest.dynamicTest("digamma", () -> Gradcheck.check(t -> t[0].digamma(), positive)));
        one("frac", Tensor::frac, all);
        one("relu", Tensor::relu, all);
        one("relu6", Tensor::relu6, all);
        one("leakyRelu", t -> t.leakyRelu(0.1), all);
        one("elu", t -> t.elu(0.7), all);
        one("celu", t -> t.celu(1.3), all);
        one("selu", Tensor::selu, all);
        one("gelu", Tensor::gelu, all);
        one("geluTanh", Tensor::geluTanh, all);
        one("silu", Tensor::silu, all);
        one("mish", Tensor::mish, all);
        one("softplus", Tensor::softplus, all);
        one("softplus, far", t -> t.mul(10).softplus(2, 1000), all);
        one("logit, near the ends", Tensor::logit, between(0.01, 0.05, 6, 6));
        one("acosh, near 1", Tensor::acosh, between(1.01, 1.05, 7, 6));
        one("elu, far", t -> t.mul(10).elu(), all);
        one("max of log", t -> t.log().maximum(Tensors.tensor(-1.0)), positive);
        one("min of exp", t -> t.exp().minimum(t.square().add(1)), all);
        one("abs of sinh", t -> t.sinh().abs(), all);
        one("softplus(2, 1)", t -> t.softplus(2, 1), all);
        one("logsigmoid", Tensor::logsigmoid, all);
        one("softsign", Tensor::softsign, all);
        one("tanhshrink", Tensor::tanhshrink, all);
        one("softshrink", t -> t.softshrink(0.5), all);
        one("hardshrink", t -> t.hardshrink(0.5), all);
        one("hardtanh", t -> t.hardtanh(-1, 1.5), all);
        one("hardsigmoid", Tensor::hardsigmoid, all);
        one("hardswish", Tensor::hardswish, all);
        one("threshold", t -> t.threshold(0.5, 3), all);
        one("clamp", t -> t.clamp(-1, 0.5), all);
        one("nanToNum", Tensor::nanToNum, all);
        one("pow(3)", t -> t.pow(3), all);
        one("pow(2.5)", t -> t.pow(2.5), positive);
        one("pow(-1)", t -> t.pow(-1), positive);
        one("rpow", t -> t.rpow(1.7), all);
        one("rdiv", t -> t.rdiv(2.0), positive);
        one("rsub", t -> t.rsub(2.0), all);
        one("a chain", t -> t.mul(0.5).add(1).tanh().mul(t).exp().div(3), all);
        one("to float64", t -> t.mul(2).to(DType.FLOAT64), all);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> functionsOfTwo() {
        Tensor a = any(1, 3, 4);
        Tensor b = between(0.3, 2, 2, 4);
        Tensor column = between(0.3, 2, 3, 3, 1);
        for (var e : BinaryGoldenTest.FUNCTIONS.entrySet()) {
            if (List.of(
                            "add",
                            "sub",
                            "mul",
                            "div",
                            "maximum",
                            "minimum",
                            "atan2",
                            "hypot",
                            "remainder",
                            "fmod",
                            "copysign")
                    .contains(e.getKey())) {
                add(e.getKey(), t -> e.getValue().apply(t[0], t[1]), a, b);
                add(e.getKey() + ", column", t -> e.getValue().apply(t[1], t[0]), column, a.abs());
                add(e.getKey() + ", number", t -> e.getValue().apply(t[0], t[1]), between(0.3, 2, 4), a.abs());
            }
        }
        add("pow", t -> t[0].pow(t[1]), between(0.3, 2, 5, 3, 4), any(6, 4));
        add("x * x", t -> t[0].mul(t[0]), a);
        add("lerp", t -> t[0].lerp(t[1], t[2]), a, any(7, 4), column);
        add("lerp number", t -> t[0].lerp(t[1], 0.3), a, any(7, 4));
        add("addcmul", t -> t[0].addcmul(t[1], t[2], 0.7), a, b, column);
        add("addcdiv", t -> t[0].addcdiv(t[1], t[2], 0.7), a, b, column);
        add("where", t -> t[0].where(a.gt(0), t[1]), a, b);
        add("clamp tensors", t -> t[0].clamp(t[1], t[2]), a, any(8, 4).sub(1), any(9, 4).add(1));
        add("prelu", t -> t[0].prelu(t[1]), any(10, 2, 3, 4), between(0.1, 0.9, 11, 3));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> reductions() {
        Tensor x = any(1, 2, 3, 4);
        KeepDim keep = KeepDim.KEEP_DIM;
        KeepDim drop = KeepDim.DROP_DIM;
        one("sum", Tensor::sum, x);
        one("sum over 1", t -> t.sum(1), x);
        one("sum of squares over 0 and 2", t -> t.square().sum(new int[] {0, 2}, keep), x);
        one("mean", t -> t.mean(new int[] {0, 2}), x);
        one("var", t -> t.var(1), x);
        one("var of all", Tensor::var, x);
        one("var, biased", t -> t.var(new int[] {0, 1}, 0, keep), x);
        one("std", t -> t.std(1), x);
        one("norm", Tensor::norm, x);
        one("norm 1", t -> t.norm(1, 1), x);
        one("norm 0.5", t -> t.norm(0.5, 1), x);
        one("norm -1", t -> t.norm(-1, 1), x);
        one("std, biased", t -> t.std(new int[] {0, 2}, 0, drop), x);
        one("std across", t -> t.transpose(0, 2).std(0), x);
        one("normalize", t -> Tensors.normalize(t, 1), x);
        one("normalize 3", t -> Tensors.normalize(t, 3, 2, 1e-12), x);
        add("cosineSimilarity", t -> Tensors.cosineSimilarity(t[0], t[1], 1), x, any(5, 2, 3, 4));
        add("cosineSimilarity, broadcast", t -> Tensors.cosineSimilarity(t[0], t[1], 1), x, any(6, 1, 1, 4));
        add("cosineSimilarity, longer", t -> Tensors.cosineSimilarity(t[0], t[1], -1), x, any(7, 4));
        one("norm 3", t -> t.norm(3, new int[] {0, 2}, keep), x);
        one("norm infinite", t -> t.norm(Double.POSITIVE_INFINITY, 1), x);
        one("logsumexp", t -> t.logsumexp(1), x);
        one("logsumexp of all", t -> t.logsumexp(new int[] {0, 1, 2}, drop), x);
        one("amax", t -> t.amax(new int[] {0, 2}, drop), x);
        one("amin", t -> t.amin(1), x);
        one("max", t -> t.max(1).values(), x);
        one("max of all", Tensor::max, x);
        one("min", t -> t.min(2).values(), x);
        one("prod", Tensor::prod, any(2, 2, 3));
        one("prod over 1", t -> t.prod(1), x);
        one("prod with a zero", t -> t.prod(1), Tensors.tensor(new double[][] {{1, 0, 3}, {0, 0, 2}}, DType.FLOAT64));
        one("cumsum", t -> t.cumsum(1), x);
        one("cumsum of squares", t -> t.square().cumsum(1), x);
        one("cumprod", t -> t.cumprod(1), x);
        one("softmax", t -> t.softmax(1), x);
        one("logSoftmax", t -> t.logSoftmax(-1), x);
        one("sort", t -> t.sort(1, true).values(), x);
        one("topk", t -> t.topk(2, 2, true).values(), x);
        one("kthvalue", t -> t.kthvalue(2, 2).values(), x);
        one("median", t -> t.median(1).values(), x);
        one("of a single number", t -> t.sum().mul(t.norm()), between(1, 2, 3));
        one("of nothing", t -> t.sum(0).add(1), any(1, 0, 2));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> movement() {
        Tensor x = any(1, 2, 3, 4);
        one("reshape", t -> t.reshape(4, 6).square(), x);
        one("transpose and reshape", t -> t.transpose(0, 2).reshape(2, 12).square(), x);
        one("permute", t -> t.permute(2, 0, 1).exp(), x);
        one("expand", t -> t.expand(5, 2, 3, 4).cumsum(0), x);
        one("slice", t -> t.get("1, ::2, 1:3").square(), x);
        one("select", t -> t.select(1, -1).square(), x);
        one("diagonal", t -> t.diagonal(1, 1, 2).square(), x);
        one("unfold", t -> t.unfold(2, 3, 1).square(), x);
        one("flip", t -> t.flip(0, 2).square(), x);
        one("roll", t -> t.roll(2, 1).square(), x);
        one("roll, two dimensions", t -> t.roll(new long[] {1, -1}, new int[] {0, 2}).square(), x);
        one("repeat", t -> t.repeat(2, 1, 3).square(), x);
        one("repeatInterleave", t -> t.repeatInterleave(2, 1).square(), x);
        one("asStrided, overlapping", t -> t.asStrided(new long[] {3, 3}, new long[] {2, 1}, 1).square(), x);
        one("cat", t -> Tensors.cat(List.of(t, t.square()), 1), x);
        one("stack", t -> Tensors.stack(List.of(t, t.square()), -1), x);
        one("split", t -> t.split(2, 2).get(1).square(), x);
        one("contiguous", t -> t.transpose(0, 1).contiguous().square(), x);
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> indexing() {
        Tensor x = any(1, 4, 3);
        Tensor rows = Tensors.tensor(2L, 0, 2);
        Tensor places = Tensors.tensor(new long[][] {{0, 2, 1}, {3, 1, 0}});
        Tensor src = any(2, 2, 3);
        Tensor mask = x.gt(0.1);
        one("rows", t -> t.get((Index) rows).square(), x);
        one("pairs", t -> t.get(rows, Tensors.tensor(0L, 1, 0)).square(), x);
        one("mask", t -> t.maskedSelect(mask).square(), x);
        one("indexSelect", t -> t.indexSelect(0, rows).square(), x);
        one("gather", t -> t.gather(0, places).square(), x);
        one("take", t -> t.take(Tensors.tensor(0L, 5, -1)).square(), x);
        one("maskedFill", t -> t.maskedFill(mask, 2).square(), x);
        add("scatterAdd", t -> t[0].scatterAdd(0, places, t[1]).square(), x, src);
        add("scatter", t -> t[0].scatter(0, places, t[1]).square(), x, src);
        add("indexAdd", t -> t[0].indexAdd(0, rows, t[1]).square(), x, any(3, 3, 3));
        add("maskedScatter", t -> t[0].maskedScatter(mask, t[1]).square(), x, any(4, 12));
        add(
                "set a slice",
                t -> {
                    Tensor copy = t[0].clone();
                    copy.set(t[1], "1:3, :");
                    return copy.square();
                },
                x,
                src);
        add(
                "set rows",
                t -> {
                    Tensor copy = t[0].mul(2);
                    copy.set(t[1], Tensors.tensor(3L, 1));
                    return copy.square();
                },
                x,
                src);
        add(
                "write into a view",
                t -> {
                    Tensor copy = t[0].mul(2);
                    copy.select(1, 1).mul_(t[1]);
                    return copy.mul(copy);
                },
                x,
                any(5, 4));
        add(
                "in place, again and again",
                t -> {
                    Tensor y = t[0].mul(2);
                    y.add_(t[1]).mul_(t[1]).sigmoid_();
                    return y;
                },
                x,
                any(6, 4, 3));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> contractions() {
        add("matmul", t -> t[0].matmul(t[1]), any(1, 2, 3), any(2, 3, 4));
        add("matmul, batched and broadcast", t -> t[0].matmul(t[1]), any(1, 2, 1, 2, 3), any(2, 3, 3, 2));
        add("vector and matrix", t -> t[0].matmul(t[1]), any(1, 3), any(2, 3, 2));
        add("matrix and vector", t -> t[0].matmul(t[1]), any(1, 2, 3), any(2, 3));
        add("dot", t -> t[0].dot(t[1]), any(1, 4), any(2, 4));
        add("with itself", t -> t[0].matmul(t[0].t()), any(1, 2, 3));
        for (int groups : new int[] {1, 2}) {
            var w = Window.ofImages(2, 1, 1, 0, 1, 2);
            Tensor x = any(3, 2, 4, 5, 6);
            Tensor weight = any(4, 4, 4 / groups, 3, 2);
            add("conv2d, groups " + groups, t -> Ops.apply(new Convolution(w, groups), t), x, weight, any(5, 4));
            Tensor y = Ops.apply(new Convolution(w, groups), x, weight);
            Tensor g = any(6, y.shape().dims());
            add(
                    "conv2d by input, groups " + groups,
                    t -> Ops.apply(new ConvolutionInputGrad(w, groups, 5, 6), t),
                    g,
                    weight);
            add(
                    "conv2d by weight, groups " + groups,
                    t -> Ops.apply(new ConvolutionWeightGrad(w, groups, 3, 2), t),
                    g,
                    x);
        }
        var rows = new PoolAxis.Sliding(3, 2, 1, 1, 3);
        var columns = new PoolAxis.Sliding(2, 2, 0, 1, 3);
        for (boolean pad : new boolean[] {true, false}) {
            one(
                    "average pool, " + pad,
                    t -> Ops.apply(Pool.ofImages(Pool.Kind.AVG, rows, columns, pad), t),
                    any(7, 1, 2, 5, 6));
        }
        one("maximum pool", t -> Ops.apply(Pool.ofImages(Pool.Kind.MAX, rows, columns, false), t), any(8, 1, 2, 5, 6));
        var adaptive = new PoolAxis.Adaptive(5, 3);
        one(
                "adaptive pool",
                t -> Ops.apply(Pool.ofImages(Pool.Kind.AVG, adaptive, columns, false), t),
                any(9, 1, 2, 5, 6));
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> linearAlgebra() {
        Tensor a = any(1, 2, 3, 3).add(Tensors.eye(3, 3, DType.FLOAT64).mul(3));
        Tensor b = any(2, 2, 3, 2);
        UnaryOperator<Tensor> definite = t -> t.matmul(t.transpose(-1, -2)).add(Tensors.eye(3, 3, DType.FLOAT64));
        UnaryOperator<Tensor> symmetric = t -> t.add(t.transpose(-1, -2));
        one("outer", t -> t.outer(t.square()), any(3, 4));
        add("addmm", t -> t[0].addmm(t[1], t[2], 0.5, 2), any(3, 2), any(4, 3, 4), any(5, 4, 2));
        add("baddbmm", t -> t[0].baddbmm(t[1], t[2], 0.5, 2), any(3, 2, 3, 2), any(4, 2, 3, 4), any(5, 2, 4, 2));
        add(
                "einsum",
                t -> Tensors.einsum("bij,bjk,k->bi", t[0], t[1], t[2]),
                any(3, 2, 3, 2),
                any(4, 2, 2, 4),
                any(5, 4));
        add("einsum, traces", t -> Tensors.einsum("ii,i->i", t[0], t[1]), any(3, 3, 3), any(4, 3));
        add("tensordot", t -> Tensors.tensordot(t[0], t[1], 2), any(3, 2, 3, 4), any(4, 3, 4, 2));
        add("kron", t -> t[0].kron(t[1]), any(3, 2, 3), any(4, 3, 1));
        add("cross", t -> t[0].cross(t[1], 1), any(3, 2, 3), any(4, 2, 3));
        one("trace", t -> t.square().trace(), any(3, 3, 4));
        one("tril", t -> t.tril(1).square(), any(3, 3, 4));
        one("triu", t -> t.triu(-1).square(), any(3, 3, 4));
        one("diag", t -> t.diag(1).square(), any(3, 3, 4));
        one("diagEmbed", t -> t.diagEmbed().square(), any(3, 2, 3));
        one("inv", Tensor::inv, a);
        one("det", Tensor::det, a);
        add("solve", t -> t[0].solve(t[1]), a, b);
        one("cholesky", t -> definite.apply(t).cholesky(), any(6, 3, 3));
        one("q of qr", t -> t.qr().q(), any(7, 4, 3));
        one("r of qr", t -> t.qr().r(), any(7, 4, 3));
        one("singular values", t -> t.svd().s(), any(8, 4, 3));
        one("polar factor by svd", t -> t.svd().u().matmul(t.svd().vh()), any(8, 4, 3));
        one("eigenvalues", t -> symmetric.apply(t).eigh().eigenvalues(), a);
        one(
                "projector by eigh",
                t -> {
                    Tensor v = symmetric.apply(t).eigh().eigenvectors().narrow(-1, 0, 1);
                    return v.matmul(v.transpose(-1, -2));
                },
                a);
        return tests.stream();
    }
}
