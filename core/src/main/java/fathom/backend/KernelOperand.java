package fathom.backend;

import fathom.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * An operand and its memory, for the length of {@link ComputeBackend#compute}, or, in a captured step, for as long as
 * the step may be replayed. Element {@code i} of {@code layout} lies at element {@code start + i} of the memory.
 *
 * @param layout its type, shape and strides
 * @param memory the elements in the machine's byte order, those between the first and the last among them; read-only of
 *     inputs. Of a device whose memory the host cannot address it is empty, and its address is the device's own, of the
 *     element at index 0, ..., 0
 * @param start the number of elements in the memory before the one at index 0, ..., 0; above 0 where strides are
 *     negative
 */
public record KernelOperand(OperandLayout layout, MemorySegment memory, long start) {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.nativeOrder());

    /** {@return the type of the elements} */
    public DType dtype() {
        return layout.dtype();
    }

    /**
     * {@return the element of float32 at an index}
     *
     * @throws IndexOutOfBoundsException if the index is not within the shape
     */
    public float getFloat(long... index) {
        return memory.getAtIndex(FLOAT, start + layout.offset(index));
    }

    /**
     * Writes the element of float32 at an index.
     *
     * @throws IndexOutOfBoundsException if the index is not within the shape
     */
    public void setFloat(float value, long... index) {
        memory.setAtIndex(FLOAT, start + layout.offset(index), value);
    }
}
