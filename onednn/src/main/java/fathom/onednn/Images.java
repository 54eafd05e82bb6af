package fathom.onednn;

import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Block-wise channels-last access to the images or volumes of a convolution's operand {@code [N, C, ..., W]}. A
 * channels-last operand is used in place; otherwise each task copies its block to its thread's scratch memory before
 * the computation, or back after it.
 */
final class Images implements AutoCloseable {
    private final BlockPartition blocks;
    private final long imageBytes;
    private final long staging;
    private final int slot;
    private final @Nullable Prepared copy;
    private final @Nullable Prepared copyLast;

    /**
     * @param operand the operand
     * @param blocks partition of its images
     * @param slot {@link Scratch} slot of the copies
     * @param output whether the operand is written
     */
    Images(Operand operand, BlockPartition blocks, int slot, boolean output) {
        long[] shape = operand.shape();
        long[] strides = operand.strides();
        this.blocks = blocks;
        this.slot = slot;
        int bytes = operand.dtype().size();
        imageBytes = (shape[0] == 1 ? 0 : strides[0]) * bytes;
        if (isChannelsLast(operand)) {
            staging = 0;
            copy = null;
            copyLast = null;
        } else {
            staging = blocks.size() * (operand.numel() / shape[0]) * bytes;
            copy = copy(operand, blocks.size(), output);
            copyLast = blocks.last() == blocks.size() ? copy : copy(operand, blocks.last(), output);
        }
    }

    /** {@return whether an operand {@code [N, C, ..., W]} is dense and channels last} */
    static boolean isChannelsLast(Operand operand) {
        long[] shape = operand.shape();
        long[] strides = operand.strides();
        if (shape[1] != 1 && strides[1] != 1) {
            return false;
        }
        long step = shape[1];
        for (int d = shape.length - 1; d >= 2; d--) {
            if (shape[d] != 1 && strides[d] != step) {
                return false;
            }
            step *= shape[d];
        }
        return shape[0] == 1 || strides[0] == step;
    }

    private static Prepared copy(Operand operand, long n, boolean output) {
        long[] shape = operand.shape().clone();
        shape[0] = n;
        int type = Types.of(operand.dtype());
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] > 1 && operand.strides()[d] <= 0) {
                throw new DnnlException("expanded and flipped dimensions are not supported");
            }
        }
        try (var descs = new Descs()) {
            long strided = descs.strided(type, shape, positive(operand.strides()));
            long dense = descs.channelsLast(type, n, shape[1], Arrays.copyOfRange(shape, 2, shape.length));
            return Reorder.prepare(output ? dense : strided, output ? strided : dense);
        }
    }

    /** {@return strides with arbitrary strides of one-element dimensions made positive, as oneDNN requires} */
    private static long[] positive(long[] strides) {
        var positive = strides.clone();
        for (int d = 0; d < positive.length; d++) {
            positive[d] = Math.max(1, positive[d]);
        }
        return positive;
    }

    @Override
    public void close() {
        Plan.close(copy, copyLast);
    }

    /** {@return whether blocks are copied} */
    boolean isStaged() {
        return copy != null;
    }

    /** {@return the address at which a task reads or writes a block's images} */
    long address(long base) {
        return staging == 0 ? base : Scratch.address(slot, staging);
    }

    /** {@return the address of a block of the operand} */
    long start(long base, long block) {
        return base + blocks.start(block) * imageBytes;
    }

    /** Copies a block if necessary; {@return the address at which a task reads it} */
    long read(long base, long block) {
        long strided = start(base, block);
        var reorder = blocks.length(block) == blocks.size() ? copy : copyLast;
        if (reorder == null) {
            return strided;
        }
        long dense = Scratch.address(slot, staging);
        reorder.run(strided, dense);
        return dense;
    }

    /** Copies a block that was written at {@link #address} to the operand, if necessary. */
    void write(long base, long block) {
        var reorder = blocks.length(block) == blocks.size() ? copy : copyLast;
        if (reorder != null) {
            reorder.run(Scratch.address(slot, staging), start(base, block));
        }
    }
}
