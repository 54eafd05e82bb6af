package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;

/**
 * A convolution's kernel for one group, [O, C, taps] with any strides (in bytes), and copies of it in other layouts.
 *
 * @param address address of element (0, 0, first tap)
 */
record Weights(
        long address,
        int outputs,
        int channels,
        int kernelRows,
        int kernelColumns,
        long outputStep,
        long channelStep,
        long rowStep,
        long columnStep) {
    private static final long CHUNK = 16 * 1024;

    /** {@return a range of output channels of an operand [O, C, kH, kW], which is read as images} */
    static Weights of(Images kernel, int firstOutput, int outputs) {
        return new Weights(
                kernel.address() + firstOutput * kernel.imageStep(),
                outputs,
                kernel.channels(),
                kernel.height(),
                kernel.width(),
                kernel.imageStep(),
                kernel.channelStep(),
                kernel.rowStep(),
                kernel.columnStep());
    }

    /** {@return the matrix [taps x C, O], row-major, at an address: the right operand of patches} */
    Weights tapsFirst(long at, int size) {
        long c = (long) outputs * size;
        return dense(at, size, c, channels * c);
    }

    /**
     * {@return the matrix [O, taps x C], row-major, at an address: its product with gradients yields the patches'
     * gradients}
     */
    Weights outputsFirst(long at, int size) {
        return dense(at, (long) kernelRows * kernelColumns * channels * size, size, (long) channels * size);
    }

    /** {@return the matrix [taps x O, C], row-major, at an address, with the taps in reverse order} */
    Weights reversed(long at, int size) {
        long o = (long) channels * size;
        long tap = outputs * o;
        int taps = kernelRows * kernelColumns;
        var forward = dense(at + (taps - 1) * tap, o, size, -tap);
        return forward;
    }

    private Weights dense(long at, long outputStep, long channelStep, long tapStep) {
        return new Weights(
                at,
                outputs,
                channels,
                kernelRows,
                kernelColumns,
                outputStep,
                channelStep,
                tapStep * kernelColumns,
                tapStep);
    }

    /** Copies all elements to another layout, on all threads. */
    void copyTo(Elem elem, Weights to) {
        long perTap = (long) outputs * channels;
        Parallel.forRange(
                (long) kernelRows * kernelColumns,
                Math.max(1, CHUNK / Math.max(1, perTap)),
                (first, last) -> {
                    for (long tap = first; tap < last; tap++) {
                        long row = tap / kernelColumns;
                        long column = tap % kernelColumns;
                        copyTap(
                                elem,
                                address + row * rowStep + column * columnStep,
                                to,
                                to.address + row * to.rowStep + column * to.columnStep);
                    }
                });
    }

    private void copyTap(Elem elem, long from, Weights to, long at) {
        boolean outputsInside = to.outputStep < to.channelStep;
        int outer = outputsInside ? channels : outputs;
        int inner = outputsInside ? outputs : channels;
        long fromOuter = outputsInside ? channelStep : outputStep;
        long fromInner = outputsInside ? outputStep : channelStep;
        long toOuter = outputsInside ? to.channelStep : to.outputStep;
        long toInner = outputsInside ? to.outputStep : to.channelStep;
        for (int i = 0; i < outer; i++) {
            long source = from + i * fromOuter;
            long target = at + i * toOuter;
            if (elem == Elem.FLOAT) {
                for (int j = 0; j < inner; j++) {
                    Memory.setInt(target + j * toInner, Memory.getInt(source + j * fromInner));
                }
            } else {
                for (int j = 0; j < inner; j++) {
                    Memory.setLong(target + j * toInner, Memory.getLong(source + j * fromInner));
                }
            }
        }
    }
}
