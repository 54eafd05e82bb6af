package fathom.dispatch;

import fathom.Tensor;
import fathom.ir.Kernel;
import fathom.primitive.Primitive;
import fathom.primitive.ScalarSource;
import fathom.primitive.Spec;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Applies primitives to tensors; package {@code fathom} implements it, {@link fathom.primitive.Ops} calls it. */
public interface Dispatcher {
    /** {@return all outputs of the primitive} */
    Tensor[] apply(Primitive primitive, Tensor[] inputs);

    /** {@return the types, shapes and strides of the outputs of any primitive, nothing being computed} */
    Spec[] infer(Primitive primitive, Spec[] inputs);

    /** Writes output 0 into the memory of {@code self}, whose gradient history takes note. */
    Tensor applyInPlace(Primitive primitive, Tensor self, Tensor[] inputs);

    /** Runs one kernel over many sets of tensors, without gradients. */
    void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs);

    /** Has {@code refusal} look at a number, now and at each replay of the step that is being captured. */
    void check(Tensor number, DoubleConsumer refusal);

    /** Tells backends of an operation to come. */
    void expect(Class<? extends Primitive> operation, long[] weight);

    /** {@return whether the step that runs on this thread is being captured} */
    boolean isTracing();

    /** Makes the plan of the step that is being captured depend on a condition. */
    void guard(BooleanSupplier condition, String name);

    /** Notes a block or an optimiser at work in the step that is being captured. */
    void met(Object owner);

    /** Notes a block or an optimiser that is being made. */
    void made(Object owner);

    /** Refuses the capture of a step that changes something in Java. */
    void changing(String what);

    /** {@return the leaf's gradient, for who does not hold on to it} */
    @Nullable Tensor gradient(Tensor leaf);

    /** {@return the tensor's extents, not to be modified} */
    long[] shape(Tensor t);

    /** {@return the tensor's strides, not to be modified} */
    long[] strides(Tensor t);
}
