package fathom.capture;

import fathom.primitive.Broadcasting;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The mapping from the index space of a reading kernel to that of the kernel that wrote the operand.
 *
 * @param out the operand as written
 * @param read the operand as read
 * @param from per dimension of the reader, that of the writer; -1 if the reader broadcasts; null if the mapping is not
 *     dimension by dimension
 */
record View(BufferOperand out, BufferOperand read, int @Nullable [] from) {

    /** {@return the mapping; null unless the buffer is written entirely, in a dense order} */
    static @Nullable View of(BufferOperand out, BufferOperand read) {
        if (out.dtype() != read.dtype() || !out.coversBuffer() || !Broadcasting.isDense(out.shape(), out.strides())) {
            return null;
        }
        return new View(out, read, dimensions(out, read));
    }

    private static int @Nullable [] dimensions(BufferOperand out, BufferOperand read) {
        if (read.offset() != out.offset()) {
            return null;
        }
        var from = new int[read.shape().length];
        var taken = new boolean[out.shape().length];
        for (int d = 0; d < from.length; d++) {
            from[d] = -1;
            if (read.shape()[d] > 1 && read.strides()[d] != 0) {
                for (int e = 0; e < taken.length && from[d] < 0; e++) {
                    if (!taken[e] && out.shape()[e] == read.shape()[d] && out.strides()[e] == read.strides()[d]) {
                        from[d] = e;
                        taken[e] = true;
                    }
                }
                if (from[d] < 0) {
                    return null;
                }
            }
        }
        for (int e = 0; e < taken.length; e++) {
            if (!taken[e] && out.shape()[e] > 1) {
                return null;
            }
        }
        return from;
    }

    /** {@return an operand of the writer, in the reader's index space; null if it cannot be expressed as an operand} */
    @Nullable BufferOperand of(BufferOperand in) {
        long[] strides = new long[read.shape().length];
        if (in.isSingle()) {
            return new BufferOperand(in.buffer(), in.dtype(), in.offset(), read.shape(), strides);
        }
        if (Arrays.equals(in.shape(), out.shape()) && in.sameStrides(out.strides())) {
            long offset = in.offset() + read.offset() / out.dtype().size() * in.dtype().size();
            return new BufferOperand(in.buffer(), in.dtype(), offset, read.shape(), read.strides());
        }
        if (from == null) {
            return null;
        }
        for (int d = 0; d < strides.length; d++) {
            strides[d] = from[d] < 0 ? 0 : in.strides()[from[d]];
        }
        return new BufferOperand(in.buffer(), in.dtype(), in.offset(), read.shape(), strides);
    }
}
