package fathom.primitive;

import org.jspecify.annotations.Nullable;

/**
 * Where a convolution's kernel falls: strides, symmetric zero padding and dilation, per axis.
 *
 * @param strideH rows from one position to the next, at least 1
 * @param strideW columns from one position to the next, at least 1
 * @param padH rows of zeros above and below
 * @param padW columns of zeros left and right
 * @param dilationH rows from one tap of the kernel to the next, at least 1
 * @param dilationW columns from one tap to the next, at least 1
 */
public record Window(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW) {

    /** {@return the rows of the result of a kernel of {@code kernel} rows over {@code in} rows} */
    public long outH(long in, long kernel) {
        return (in + 2L * padH - dilationH * (kernel - 1) - 1) / strideH + 1;
    }

    /** {@return the columns of the result of a kernel of {@code kernel} columns over {@code in} columns} */
    public long outW(long in, long kernel) {
        return (in + 2L * padW - dilationW * (kernel - 1) - 1) / strideW + 1;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof Window e
                        && strideH == e.strideH
                        && strideW == e.strideW
                        && padH == e.padH
                        && padW == e.padW
                        && dilationH == e.dilationH
                        && dilationW == e.dilationW;
    }

    @Override
    public int hashCode() {
        return 31 * (31 * (31 * (31 * (31 * strideH + strideW) + padH) + padW) + dilationH) + dilationW;
    }
}
