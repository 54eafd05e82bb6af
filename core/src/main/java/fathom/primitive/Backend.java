package fathom.primitive;

import fathom.DType;
import org.jspecify.annotations.Nullable;

/**
 * Something that runs primitives on the devices of one type. Backends are found as services, on the module path and on
 * the class path; one that fails to load is left out with a warning. For each primitive the one of highest priority
 * that {@linkplain #supports supports} the call runs it.
 */
public interface Backend {

    /** {@return a short name: {@code cpu}, {@code onednn}} */
    String name();

    /** {@return the rank among backends: the greater goes first; the plain Java backend has 0} */
    int priority();

    /**
     * {@return the {@linkplain fathom.device.DeviceType#name type} of the devices that it computes on, by whose
     * addresses operands are given}
     */
    default String deviceType() {
        return "cpu";
    }

    /**
     * {@return what computes on the device of an index: this, where one object serves all}
     *
     * <p>Called once for each device that is used, after {@link #isAvailable}.
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

    /** {@return how many threads it computes on} */
    default int threads() {
        return 1;
    }

    /** Sets how many threads it computes on, where it has a choice. Results must not depend on it. */
    default void setThreads(int threads) {}

    /** {@return why products are slower here in {@code type} than in float32; null where they are faster} */
    default @Nullable String slowIn(DType type) {
        return "backend %s has no faster way for %s".formatted(name(), type);
    }

    /**
     * Tells that an operation will be wanted soon, so that what takes long to get (a library, compiled code) can be
     * made ready beside the program's work. Returns at once, and promises nothing.
     *
     * @param operation the kind of primitive
     * @param weight the extents of its second input
     */
    default void expect(Class<? extends Primitive> operation, long[] weight) {}

    /** {@return whether this backend runs the primitive on such operands, and is the right one for their sizes} */
    boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs);

    /**
     * Computes the outputs, whose memory is there and whose shapes and types the primitive has inferred. Outputs may be
     * the very memory of an input of the same layout (in-place pointwise operations), never otherwise overlap.
     */
    void run(Primitive primitive, Operand[] inputs, Operand[] outputs);

    /**
     * Prepares a primitive on operands that stay where they are, to be run many times: what {@link #run} finds out of
     * primitive and operands can be found out once.
     *
     * @return runs it
     */
    default Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return () -> run(primitive, inputs, outputs);
    }

    /**
     * Runs one primitive on many sets of operands, each as {@link #run} would: an update of all parameters of a model.
     * A backend overrides this where it can do better than one set after another.
     */
    default void runEach(Primitive primitive, Operand[][] inputs, Operand[][] outputs) {
        for (int i = 0; i < inputs.length; i++) {
            run(primitive, inputs[i], outputs[i]);
        }
    }
}
