package fathom.primitive;

import fathom.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Runs primitives on the devices of one type. Backends are loaded as services, from the module path and the class path;
 * one that fails to load is skipped with a warning. Each call is run by the backend of highest priority that
 * {@linkplain #supports supports} it.
 */
public interface Backend {

    /** {@return a short name: {@code cpu}, {@code onednn}} */
    String name();

    /** {@return the priority among backends: higher ones are asked first; the plain Java backend has 0} */
    int priority();

    /**
     * {@return the {@linkplain fathom.device.DeviceType#name type} of the devices on which it computes; operands'
     * addresses are theirs}
     */
    default String deviceType() {
        return "cpu";
    }

    /**
     * {@return the backend for the device of this index: by default this one, for all of them}
     *
     * <p>Called once for each device in use, after {@link #isAvailable}.
     */
    default Backend on(int index) {
        return this;
    }

    /** {@return whether this backend can be used in this process; called before the first use} */
    default boolean isAvailable() {
        return true;
    }

    /** {@return one line for {@code fathom info}: version, or why it is not available} */
    String status();

    /** {@return the number of threads that it computes on} */
    default int threads() {
        return 1;
    }

    /** Sets the number of threads, if configurable. Results must not depend on it. */
    default void setThreads(int threads) {}

    /** {@return why matrix products in {@code type} are slower here than in float32; null if they are faster} */
    default @Nullable String slowIn(DType type) {
        return "backend %s has no faster algorithm for %s".formatted(name(), type);
    }

    /**
     * Announces that an operation will be needed soon, so that slow preparations (loading a library, compiling code)
     * can run concurrently. Returns at once, and promises nothing.
     *
     * @param operation the class of the primitive
     * @param weight the shape of its second input
     */
    default void announce(Class<? extends Primitive> operation, long[] weight) {}

    /** {@return whether this backend can run the primitive on such operands, and is the best choice for their sizes} */
    boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs);

    /**
     * Selects what is to run the primitive on such operands. A backend overrides this where it finds out in {@link
     * #supports} what {@link #run} needs.
     *
     * @return this backend, or one with a prepared plan for operands of these types, shapes and strides, valid for such
     *     calls alone; null if {@link #supports} returns false
     */
    default @Nullable Backend select(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return supports(primitive, inputs, outputs) ? this : null;
    }

    /**
     * Computes the outputs, whose memory is allocated with the shapes and types inferred by the primitive. An output
     * may share the memory of an input of the same layout (in-place pointwise operations), and never overlaps one
     * otherwise.
     */
    void run(Primitive primitive, Operand[] inputs, Operand[] outputs);

    /**
     * Prepares a primitive on operands with fixed addresses to be run many times: whatever {@link #run} derives from
     * primitive and operands can be derived once.
     *
     * @return runs it
     */
    default Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return () -> run(primitive, inputs, outputs);
    }

    /**
     * {@return the calls of a plan that follow each other, as one}
     *
     * <p>A backend overrides this if many short calls cost less when they are submitted together, as with CUDA graphs.
     *
     * @param bound what {@link #bind} of this backend returned, in order
     */
    default Runnable sequence(List<Runnable> bound) {
        return () -> bound.forEach(Runnable::run);
    }

    /** {@return whether {@link #sequence} is better than one call after the other} */
    default boolean hasSequences() {
        return false;
    }

    /**
     * Runs one primitive on many sets of operands, each as {@link #run} would: an update of all parameters of a model.
     * A backend overrides this if it can do better than one set after another.
     */
    default void runEach(Primitive primitive, Operand[][] inputs, Operand[][] outputs) {
        for (int i = 0; i < inputs.length; i++) {
            run(primitive, inputs[i], outputs[i]);
        }
    }
}
