package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.Kernel;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The entry point to the dispatcher for the modules of this project: every tensor operation infers, runs on a backend,
 * and is recorded by autograd if required.
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
     * {@return the specs of the outputs of any primitive, composed ones and views included, without computing them}
     *
     * @throws IllegalArgumentException if the inputs do not match, naming operation and shapes
     */
    public static Spec[] infer(Primitive primitive, Spec... inputs) {
        return DISPATCHER.infer(primitive, inputs);
    }

    /**
     * Announces that an operation will be needed soon, as layers do when they are constructed, so that backends can
     * prepare it concurrently.
     *
     * @param operation the class of the primitive
     * @param weight the shape of its second input
     */
    public static void announce(Class<? extends Primitive> operation, long... weight) {
        DISPATCHER.announce(operation, weight);
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
     * Runs one kernel over many sets of tensors, in place and without autograd: an optimiser's update of all
     * parameters.
     *
     * @param kernel one expression per output tensor of a set
     * @param scalars supplies the kernel's scalars; in a captured step, at each replay
     * @param inputs per set, the input tensors
     * @param outputs per set, the tensors written; may be among the inputs
     */
    public static void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        DISPATCHER.update(kernel, scalars, inputs, outputs);
    }

    /** As {@link #update(Kernel, ScalarSource, List, List)}, with constant scalars. */
    public static void update(Kernel kernel, Number[] scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        DISPATCHER.update(kernel, new ScalarSource.Fixed(scalars), inputs, outputs);
    }

    /**
     * Checks the number in a tensor of one element, to reject invalid values. A captured step checks at each replay.
     *
     * @param number a tensor of one element
     * @param reject throws if the number is invalid
     */
    public static void check(Tensor number, DoubleConsumer reject) {
        DISPATCHER.check(number, reject);
    }

    /** {@return whether the step running on this thread is being captured, and guards are needed} */
    public static boolean isTracing() {
        return DISPATCHER.isTracing();
    }

    /**
     * Runs {@code body}, whose operations on this thread the listener observes.
     *
     * @return the result of {@code body}
     * @throws IllegalStateException if a step is being captured on this thread, or another listener is active
     */
    public static <T> T listen(OperationListener listener, Supplier<T> body) {
        return DISPATCHER.listen(listener, body);
    }

    /** {@return the tensor's storage, as an identity: views share it} */
    public static Object storage(Tensor t) {
        return DISPATCHER.storage(t);
    }

    /**
     * Makes the step being captured, if any, depend on a condition in Java: it is replayed only while {@code condition}
     * holds.
     *
     * @param name a description, for messages
     */
    public static void guard(BooleanSupplier condition, String name) {
        DISPATCHER.guard(condition, name);
    }

    /** Records that the step being captured, if any, uses a block or an optimiser, and so depends on its state. */
    public static void recordUse(Object owner) {
        DISPATCHER.recordUse(owner);
    }

    /** Records the creation of a block or an optimiser: the state of one created in a step needs no guards. */
    public static void recordCreation(Object owner) {
        DISPATCHER.recordCreation(owner);
    }

    /**
     * Reports that state in Java is being modified: a step being captured that does so is not replayed.
     *
     * @param what completes "it changes ..."
     */
    public static void reportSideEffect(String what) {
        DISPATCHER.reportSideEffect(what);
    }

    /**
     * {@return the leaf's gradient, as {@link Tensor#grad()} does, but borrowed: do not retain it, as its memory is
     * recycled when the leaf drops it}
     */
    public static @Nullable Tensor gradient(Tensor leaf) {
        return DISPATCHER.gradient(leaf);
    }

    /** {@return the tensor's shape, not to be modified} */
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
