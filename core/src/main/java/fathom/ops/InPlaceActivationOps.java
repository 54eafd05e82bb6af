package fathom.ops;

import fathom.Tensor;
import fathom.composition.Rewriting;
import java.util.function.UnaryOperator;

/**
 * The activation functions of {@link ActivationOps}, written into the receiver, which keeps its shape and type and is
 * returned.
 */
public sealed interface InPlaceActivationOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor rewrite(String name, UnaryOperator<Tensor> function) {
        return Rewriting.rewrite(name, self(), function);
    }

    /** Clamps to [0, 6]. */
    default Tensor relu6_() {
        return rewrite("relu6_", Tensor::relu6);
    }

    /** Applies {@link ActivationOps#selu}. */
    default Tensor selu_() {
        return rewrite("selu_", Tensor::selu);
    }

    /** Applies {@link ActivationOps#gelu}. */
    default Tensor gelu_() {
        return rewrite("gelu_", Tensor::gelu);
    }

    /** Applies {@link ActivationOps#geluTanh}. */
    default Tensor geluTanh_() {
        return rewrite("geluTanh_", Tensor::geluTanh);
    }

    /** Multiplies by its sigmoid. */
    default Tensor silu_() {
        return rewrite("silu_", Tensor::silu);
    }

    /** Applies {@link ActivationOps#mish}. */
    default Tensor mish_() {
        return rewrite("mish_", Tensor::mish);
    }

    /** Computes log(1 + exp(x)). */
    default Tensor softplus_() {
        return rewrite("softplus_", Tensor::softplus);
    }

    /** Computes the logarithm of the sigmoid. */
    default Tensor logsigmoid_() {
        return rewrite("logsigmoid_", Tensor::logsigmoid);
    }

    /** Computes x / (1 + |x|). */
    default Tensor softsign_() {
        return rewrite("softsign_", Tensor::softsign);
    }

    /** Computes x - tanh(x). */
    default Tensor tanhshrink_() {
        return rewrite("tanhshrink_", Tensor::tanhshrink);
    }

    /** Applies {@link ActivationOps#hardsigmoid}. */
    default Tensor hardsigmoid_() {
        return rewrite("hardsigmoid_", Tensor::hardsigmoid);
    }

    /** Applies {@link ActivationOps#hardswish}. */
    default Tensor hardswish_() {
        return rewrite("hardswish_", Tensor::hardswish);
    }

    /** Divides negative elements by 100. */
    default Tensor leakyRelu_() {
        return rewrite("leakyRelu_", Tensor::leakyRelu);
    }

    /** Computes exp(x) - 1 where x is negative. */
    default Tensor elu_() {
        return rewrite("elu_", Tensor::elu);
    }

    /** Computes exp(x) - 1 where x is negative. */
    default Tensor celu_() {
        return rewrite("celu_", Tensor::celu);
    }

    /** Clamps to [-1, 1]. */
    default Tensor hardtanh_() {
        return rewrite("hardtanh_", Tensor::hardtanh);
    }

    /** Moves elements towards zero by 1/2; zero within 1/2. */
    default Tensor softshrink_() {
        return rewrite("softshrink_", Tensor::softshrink);
    }

    /** Writes zero where elements are within 1/2. */
    default Tensor hardshrink_() {
        return rewrite("hardshrink_", Tensor::hardshrink);
    }

    /** Multiplies negative elements by {@code slope}. */
    default Tensor leakyRelu_(double slope) {
        return rewrite("leakyRelu_", x -> x.leakyRelu(slope));
    }

    /** Multiplies negative elements by a weight: one number or one per channel (dimension 1). */
    default Tensor prelu_(Tensor weight) {
        return rewrite("prelu_", x -> x.prelu(weight));
    }

    /** Computes {@code alpha (exp(x) - 1)} where x is negative. */
    default Tensor elu_(double alpha) {
        return rewrite("elu_", x -> x.elu(alpha));
    }

    /** Computes {@code alpha (exp(x / alpha) - 1)} where x is negative. */
    default Tensor celu_(double alpha) {
        return rewrite("celu_", x -> x.celu(alpha));
    }

    /** Computes log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold. */
    default Tensor softplus_(double beta, double threshold) {
        return rewrite("softplus_", x -> x.softplus(beta, threshold));
    }

    /** Moves elements towards zero by {@code lambda}; zero within {@code lambda}. */
    default Tensor softshrink_(double lambda) {
        return rewrite("softshrink_", x -> x.softshrink(lambda));
    }

    /** Writes zero where elements are within {@code lambda}. */
    default Tensor hardshrink_(double lambda) {
        return rewrite("hardshrink_", x -> x.hardshrink(lambda));
    }

    /** Clamps to [{@code min}, {@code max}]. */
    default Tensor hardtanh_(double min, double max) {
        return rewrite("hardtanh_", x -> x.hardtanh(min, max));
    }

    /** Writes {@code value} where elements do not exceed the threshold. */
    default Tensor threshold_(double threshold, double value) {
        return rewrite("threshold_", x -> x.threshold(threshold, value));
    }
}
