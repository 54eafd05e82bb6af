package fathom.cuda.window;

import fathom.DType;
import fathom.primitive.Operand;

/**
 * An operand {@code [N, C, (D, (H,)) W]} as one of three spatial dimensions.
 *
 * @param type the element type
 * @param address the address of the first element
 * @param shape {@code [N, C, D, H, W]}
 * @param strides in elements; 0 along dimensions of size 1
 */
record Volume(DType type, long address, long[] shape, long[] strides) {
    static final int RANK = 5;

    static Volume of(Operand o) {
        var shape = new long[RANK];
        var strides = new long[RANK];
        int missing = RANK - o.rank();
        for (int d = 0; d < RANK; d++) {
            int from = d < 2 ? d : d - missing;
            boolean isHere = d < 2 || from >= 2;
            shape[d] = isHere ? o.shape()[from] : 1;
            strides[d] = isHere && o.shape()[from] != 1 ? o.strides()[from] : 0;
        }
        return new Volume(o.dtype(), o.address(), shape, strides);
    }

    /** {@return three sizes of axes, of which there are one to three} */
    static long[] axes(long[] given, long fill) {
        long[] all = {fill, fill, fill};
        System.arraycopy(given, 0, all, 3 - given.length, given.length);
        return all;
    }

    long numel() {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        return n;
    }

    long channels() {
        return shape[1];
    }

    long images() {
        return shape[0];
    }

    /** {@return the positions of an image or volume} */
    long positions() {
        return shape[2] * shape[3] * shape[4];
    }

    /** {@return whether channels are neighbours in memory, or the operand has no better order than that} */
    boolean isChannelsLast() {
        return shape[1] > 1 && strides[1] == 1;
    }

    /** {@return whether offsets and indices fit into 32 bits, with room for a tile beyond the end} */
    boolean isSmall() {
        long reach = 0;
        for (int d = 0; d < RANK; d++) {
            reach += Math.abs(strides[d]) * Math.max(0, shape[d] - 1);
        }
        return Math.max(reach, numel()) < Integer.MAX_VALUE - (1 << 16);
    }

    /** {@return whether channels can be accessed in groups of {@code width}, each by one aligned access} */
    boolean hasGroups(int width) {
        if (width == 1) {
            return true;
        }
        if (!isChannelsLast() || shape[1] % width != 0 || address % ((long) width * type.size()) != 0) {
            return false;
        }
        for (int d = 0; d < RANK; d++) {
            if (d != 1 && strides[d] % width != 0) {
                return false;
            }
        }
        return true;
    }
}
