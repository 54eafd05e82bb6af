package fathom.backend;

import java.util.List;

/**
 * A backend of one's own: it computes some operations on some operands, in place of Fathom's own backends, which
 * compute the others. It is used wherever such operations occur, in captured steps and in gradients too.
 *
 * {@snippet :
 * public final class TinyProducts implements ComputeBackend {
 *     @Override
 *     public String name() {
 *         return "tiny";
 *     }
 *
 *     @Override
 *     public double cost(Operation operation, List<OperandLayout> in, List<OperandLayout> out) {
 *         boolean fits = operation instanceof Operation.MatrixProduct(boolean hasBias)
 *                 && !hasBias
 *                 && in.getFirst().rank() == 2
 *                 && out.getFirst().dtype() == DType.FLOAT32
 *                 && out.getFirst().numel() <= 16;
 *         return fits ? 0.5 : ComputeBackend.NOT_SUPPORTED;
 *     }
 *
 *     @Override
 *     public void compute(Operation operation, List<KernelOperand> in, List<KernelOperand> out) {
 *         KernelOperand a = in.get(0);
 *         KernelOperand b = in.get(1);
 *         KernelOperand c = out.get(0);
 *         for (long i = 0; i < c.layout().size(0); i++) {
 *             for (long j = 0; j < c.layout().size(1); j++) {
 *                 float sum = 0;
 *                 for (long k = 0; k < a.layout().size(1); k++) {
 *                     sum += a.getFloat(i, k) * b.getFloat(k, j);
 *                 }
 *                 c.setFloat(sum, i, j);
 *             }
 *         }
 *     }
 * }
 * }
 *
 * It is a service: found on the class path if the file {@code META-INF/services/fathom.backend.ComputeBackend} names
 * the class, and on the module path if {@code module-info} says {@code provides fathom.backend.ComputeBackend with
 * TinyProducts}. One that fails to load is left out with a warning. {@code fathom info} lists it, and profiles name it.
 * With the system property {@code fathom.accelerator=none} none is used; with {@code fathom.backend} only the one of
 * that name.
 *
 * <p>{@link #cost} and {@link #compute} are called by several threads at a time. Results should depend neither on the
 * number of threads nor on the call, so that training stays reproducible.
 */
public interface ComputeBackend {
    /** The cost of what a backend does not compute. */
    double NOT_SUPPORTED = Double.POSITIVE_INFINITY;

    /** {@return a short name, such as {@code mkl}} */
    String name();

    /** {@return the {@linkplain fathom.device.DeviceType#name type} of the devices that it computes on; the CPU's} */
    default String deviceType() {
        return "cpu";
    }

    /** {@return whether it can be used in this process; called once, before the first use} */
    default boolean isAvailable() {
        return true;
    }

    /** {@return one line for {@code fathom info}: a version, or why it is not available} */
    default String status() {
        return getClass().getName();
    }

    /**
     * {@return the expected time relative to that of Fathom's own backends, which is 1; {@link #NOT_SUPPORTED} where it
     * cannot compute the operation on such operands}
     *
     * <p>The backend of the least cost below 1 computes; one of a greater cost does so only on devices for which there
     * is no other. The answer must be the same each time, whatever the scalars of the operation are. It is asked for at
     * each operation outside of captured steps, so it should take a few comparisons only.
     *
     * @param operation the operation; a later version may have further kinds
     */
    double cost(Operation operation, List<OperandLayout> inputs, List<OperandLayout> outputs);

    /**
     * Computes every element of the outputs, whose memory is there. An output may be the very memory of an input of the
     * same layout; otherwise they do not overlap. Called only with what {@link #cost} was asked for.
     */
    void compute(Operation operation, List<KernelOperand> inputs, List<KernelOperand> outputs);
}
