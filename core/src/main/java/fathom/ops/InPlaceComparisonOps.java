package fathom.ops;

import fathom.Tensor;
import fathom.composition.Rewriting;
import java.util.function.UnaryOperator;

/**
 * The comparisons of {@link ComparisonOps}, written into the receiver as ones and zeros; it keeps its shape and type
 * and is returned.
 */
public sealed interface InPlaceComparisonOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor rewrite(String name, UnaryOperator<Tensor> function) {
        return Rewriting.rewrite(name, self(), function);
    }

    /** Writes whether elements are equal to those of {@code other}. */
    default Tensor eq_(Tensor other) {
        return rewrite("eq_", x -> x.eq(other));
    }

    /** Writes whether elements are equal to a number. */
    default Tensor eq_(Number other) {
        return rewrite("eq_", x -> x.eq(other));
    }

    /** Writes whether elements are not equal to those of {@code other}. */
    default Tensor ne_(Tensor other) {
        return rewrite("ne_", x -> x.ne(other));
    }

    /** Writes whether elements are not equal to a number. */
    default Tensor ne_(Number other) {
        return rewrite("ne_", x -> x.ne(other));
    }

    /** Writes whether elements are less than those of {@code other}. */
    default Tensor lt_(Tensor other) {
        return rewrite("lt_", x -> x.lt(other));
    }

    /** Writes whether elements are less than a number. */
    default Tensor lt_(Number other) {
        return rewrite("lt_", x -> x.lt(other));
    }

    /** Writes whether elements are at most those of {@code other}. */
    default Tensor le_(Tensor other) {
        return rewrite("le_", x -> x.le(other));
    }

    /** Writes whether elements are at most a number. */
    default Tensor le_(Number other) {
        return rewrite("le_", x -> x.le(other));
    }

    /** Writes whether elements are greater than those of {@code other}. */
    default Tensor gt_(Tensor other) {
        return rewrite("gt_", x -> x.gt(other));
    }

    /** Writes whether elements are greater than a number. */
    default Tensor gt_(Number other) {
        return rewrite("gt_", x -> x.gt(other));
    }

    /** Writes whether elements are at least those of {@code other}. */
    default Tensor ge_(Tensor other) {
        return rewrite("ge_", x -> x.ge(other));
    }

    /** Writes whether elements are at least a number. */
    default Tensor ge_(Number other) {
        return rewrite("ge_", x -> x.ge(other));
    }

    /** Writes whether both elements are nonzero. */
    default Tensor logicalAnd_(Tensor other) {
        return rewrite("logicalAnd_", x -> x.logicalAnd(other));
    }

    /** Writes whether at least one element is nonzero. */
    default Tensor logicalOr_(Tensor other) {
        return rewrite("logicalOr_", x -> x.logicalOr(other));
    }

    /** Writes whether exactly one element is nonzero. */
    default Tensor logicalXor_(Tensor other) {
        return rewrite("logicalXor_", x -> x.logicalXor(other));
    }

    /** Writes whether elements are zero. */
    default Tensor logicalNot_() {
        return rewrite("logicalNot_", Tensor::logicalNot);
    }
}
