package fathom.primitive;

import fathom.Tensor;
import fathom.ir.Kernel;
import java.util.List;

/**
 * The door that every tensor operation goes through, for the modules of this project: infer, run on a backend, put on
 * the tape if a gradient is wanted.
 */
public final class Ops {
    private Ops() {}

    /** What stands behind the door; package {@code fathom} implements it. */
    public interface Door {
        /** {@return all outputs of the primitive} */
        Tensor[] apply(Primitive primitive, Tensor[] inputs);

        /** Writes output 0 into the memory of {@code self}, whose gradient history takes note. */
        Tensor applyInPlace(Primitive primitive, Tensor self, Tensor[] inputs);

        /** Runs one kernel over many sets of tensors, without gradients. */
        void update(Kernel kernel, Number[] scalars, List<Tensor[]> inputs, List<Tensor[]> outputs);

        /** {@return the tensor's extents, not to be modified} */
        long[] shape(Tensor t);

        /** {@return the tensor's strides, not to be modified} */
        long[] strides(Tensor t);
    }

    private static final Door DOOR = fathom.Tensor.door();

    /** {@return the first output of the primitive} */
    public static Tensor apply(Primitive primitive, Tensor... inputs) {
        return DOOR.apply(primitive, inputs)[0];
    }

    /** {@return all outputs of the primitive} */
    public static Tensor[] applyAll(Primitive primitive, Tensor... inputs) {
        return DOOR.apply(primitive, inputs);
    }

    /**
     * Writes output 0 of the primitive into the memory of {@code self}.
     *
     * @return {@code self}
     */
    public static Tensor applyInPlace(Primitive primitive, Tensor self, Tensor... inputs) {
        return DOOR.applyInPlace(primitive, self, inputs);
    }

    /**
     * Runs one kernel over many sets of tensors, in place and without gradients: an optimiser's update of all
     * parameters.
     *
     * @param kernel one expression per output tensor of a set
     * @param scalars the numbers for its slots
     * @param inputs per set, the input tensors
     * @param outputs per set, the tensors written; may be among the inputs
     */
    public static void update(Kernel kernel, Number[] scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        DOOR.update(kernel, scalars, inputs, outputs);
    }

    /** {@return the tensor's extents, not to be modified} */
    public static long[] shape(Tensor t) {
        return DOOR.shape(t);
    }

    /** {@return the tensor's strides, not to be modified} */
    public static long[] strides(Tensor t) {
        return DOOR.strides(t);
    }
}
