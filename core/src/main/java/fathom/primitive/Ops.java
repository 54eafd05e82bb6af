package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.Kernel;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The dispatcher that every tensor operation goes through, for the modules of this project: infer, run on a backend,
 * record if a gradient is wanted.
 */
public final class Ops {
    private Ops() {}

    private static final Dispatcher DISPATCHER = Dispatchers.get();

    /** {@return the first output of the primitive} */
    public static Tensor apply(Primitive primitive, Tensor... inputs) {
        return DISPATCHER.apply(primitive, inputs)[0];
    }

    /** {@return all outputs of the primitive} */
    public static Tensor[] applyAll(Primitive primitive, Tensor... inputs) {
        return DISPATCHER.apply(primitive, inputs);
    }

    /**
     * {@return the types, shapes and strides of the outputs of any primitive, composed ones and views included; nothing
     * is computed}
     *
     * @throws IllegalArgumentException where the inputs do not fit, naming operation and shapes
     */
    public static Spec[] infer(Primitive primitive, Spec... inputs) {
        return DISPATCHER.infer(primitive, inputs);
    }

    /**
     * Tells that an operation will be wanted soon, as layers do when they are made: what it needs is made ready
     * meanwhile.
     *
     * @param operation the kind of primitive
     * @param weight the extents of its second input
     */
    public static void expect(Class<? extends Primitive> operation, long... weight) {
        DISPATCHER.expect(operation, weight);
    }

    /**
     * Writes output 0 of the primitive into the memory of {@code self}.
     *
     * @return {@code self}
     */
    public static Tensor applyInPlace(Primitive primitive, Tensor self, Tensor... inputs) {
        return DISPATCHER.applyInPlace(primitive, self, inputs);
    }

    /**
     * Runs one kernel over many sets of tensors, in place and without gradients: an optimiser's update of all
     * parameters.
     *
     * @param kernel one expression per output tensor of a set
     * @param scalars asked for the numbers for its slots; in a captured step, at each replay
     * @param inputs per set, the input tensors
     * @param outputs per set, the tensors written; may be among the inputs
     */
    public static void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        DISPATCHER.update(kernel, scalars, inputs, outputs);
    }

    /** As {@link #update(Kernel, ScalarSource, List, List)}, with numbers that are the same at each step. */
    public static void update(Kernel kernel, Number[] scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        DISPATCHER.update(kernel, new ScalarSource.Fixed(scalars), inputs, outputs);
    }

    /**
     * Looks at the number in a tensor of one element: for refusing bad values. A captured step looks at each replay.
     *
     * @param number of one element
     * @param refusal throws where the number is not as it should be
     */
    public static void check(Tensor number, DoubleConsumer refusal) {
        DISPATCHER.check(number, refusal);
    }

    /** {@return whether the step that runs on this thread is being captured: whether to ask for guards} */
    public static boolean isTracing() {
        return DISPATCHER.isTracing();
    }

    /**
     * Says that what is done in the step that is being captured, if one is, depends on something in Java: it is
     * replayed only while {@code condition} holds.
     *
     * @param name what it is, for messages
     */
    public static void guard(BooleanSupplier condition, String name) {
        DISPATCHER.guard(condition, name);
    }

    /** Notes a block or an optimiser at work: the step that is being captured, if one is, depends on its state. */
    public static void met(Object owner) {
        DISPATCHER.met(owner);
    }

    /** Notes a block or an optimiser that is being made: the state of one that is made in a step is no matter. */
    public static void made(Object owner) {
        DISPATCHER.made(owner);
    }

    /**
     * Says that something in Java is being changed: the step that does it, if one is being captured, is not replayed.
     *
     * @param what completes "it changes ..."
     */
    public static void changing(String what) {
        DISPATCHER.changing(what);
    }

    /**
     * {@return the leaf's gradient, as {@link Tensor#grad()} does, but borrowed: not to be retained, since its memory
     * goes back when the leaf drops it}
     */
    public static @Nullable Tensor gradient(Tensor leaf) {
        return DISPATCHER.gradient(leaf);
    }

    /** {@return the tensor's extents, not to be modified} */
    public static long[] shape(Tensor t) {
        return DISPATCHER.shape(t);
    }

    /** {@return the tensor's strides, not to be modified} */
    public static long[] strides(Tensor t) {
        return DISPATCHER.strides(t);
    }

    /** {@return the tensors' types, in order} */
    public static List<DType> types(Tensor... tensors) {
        var types = new DType[tensors.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = tensors[i].dtype();
        }
        return List.of(types);
    }
}
