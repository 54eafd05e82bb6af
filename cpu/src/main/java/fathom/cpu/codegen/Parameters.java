package fathom.cpu.codegen;

/**
 * Layout of the parameter block of a {@link Code}: {@code n}, {@code rows}, a scratch address, then address and row
 * stride in bytes of each input and then each output, then each scalar as a double's bits and as a long.
 */
public final class Parameters {
    /** Elements per row. */
    public static final int N = 0;

    /** Rows. */
    public static final int ROWS = 1;

    /** Address of {@link #SCRATCH_BYTES} bytes of scratch memory for row reductions. */
    public static final int SCRATCH = 2;

    private static final int FIRST_OPERAND = 3;

    /** Size of the scratch area. */
    public static final int SCRATCH_BYTES = 4 * 64;

    private Parameters() {}

    /** {@return the index of operand {@code k}'s address; its row stride follows} */
    public static int address(int k) {
        return FIRST_OPERAND + 2 * k;
    }

    /** {@return the index of operand {@code k}'s row stride in bytes} */
    public static int rowStride(int k) {
        return FIRST_OPERAND + 2 * k + 1;
    }

    /** {@return the index of scalar {@code slot} as a double's bits; the long follows} */
    public static int scalar(int operands, int slot) {
        return FIRST_OPERAND + 2 * operands + 2 * slot;
    }

    /** {@return the length of the block} */
    public static int length(int operands, int scalars) {
        return FIRST_OPERAND + 2 * operands + 2 * scalars;
    }

    /** Writes the scalars into a block. */
    public static void putScalars(long[] block, int operands, Number[] scalars) {
        for (int s = 0; s < scalars.length; s++) {
            int index = scalar(operands, s);
            block[index] = Double.doubleToRawLongBits(scalars[s].doubleValue());
            block[index + 1] = scalars[s].longValue();
        }
    }
}
