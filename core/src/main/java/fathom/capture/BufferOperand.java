package fathom.capture;

import fathom.DType;
import fathom.primitive.Broadcasting;
import fathom.primitive.Operand;
import java.util.Arrays;

/**
 * An operand of an instruction.
 *
 * @param buffer the memory
 * @param dtype the element type
 * @param offset bytes from the buffer's start to the element at index 0, ..., 0
 * @param shape the shape
 * @param strides the strides, in elements
 */
public record BufferOperand(Buffer buffer, DType dtype, long offset, long[] shape, long[] strides) {

    /** {@return the current address of the element at index 0, ..., 0} */
    public long address() {
        return buffer.address() + offset;
    }

    /** {@return the index of the input that it is part of; -1 for other memory} */
    public int input() {
        return buffer.input;
    }

    /** {@return whether it is in memory created in the step that outlives it} */
    public boolean isEscaped() {
        return buffer.escaped;
    }

    Operand operand() {
        return new Operand(dtype, address(), shape, strides, buffer.lasting());
    }

    static Operand[] operands(BufferOperand[] places) {
        var operands = new Operand[places.length];
        for (int i = 0; i < operands.length; i++) {
            operands[i] = places[i].operand();
        }
        return operands;
    }

    BufferOperand in(Buffer other) {
        return new BufferOperand(other, dtype, offset, shape, strides);
    }

    long numel() {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return n;
    }

    /** {@return the bytes of the distinct elements} */
    long bytes() {
        long n = dtype.size();
        for (int d = 0; d < shape.length; d++) {
            n *= strides[d] == 0 ? 1 : shape[d];
        }
        return n;
    }

    /** {@return whether every byte of the buffer belongs to an element} */
    boolean coversBuffer() {
        return offset == 0 && numel() * dtype.size() == buffer.bytes && Broadcasting.isDense(shape, strides);
    }

    /** {@return whether both denote the same elements in the same order} */
    boolean sameElements(BufferOperand other) {
        return buffer == other.buffer && offset == other.offset && sameGeometry(other);
    }

    boolean sameGeometry(BufferOperand other) {
        return dtype == other.dtype && Arrays.equals(shape, other.shape) && sameStrides(other.strides);
    }

    /** {@return whether the strides are equal in every dimension of more than one element} */
    boolean sameStrides(long[] steps) {
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] > 1 && strides[d] != steps[d]) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether all indices denote one element} */
    boolean isSingle() {
        return sameStrides(new long[shape.length]);
    }
}
