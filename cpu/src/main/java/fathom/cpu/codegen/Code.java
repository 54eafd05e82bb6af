package fathom.cpu.codegen;

/**
 * A compiled kernel: processes one tile of {@code rows x n} elements described by a {@link Parameters} block. The
 * elements of a row are contiguous, or a single element where the kernel was compiled for a uniform operand.
 */
public interface Code {
    /**
     * Processes one tile, in vector code if there is any. The parameters are not modified. Tiles with empty rows are
     * allowed.
     */
    void run(long[] parameters);

    /**
     * Processes one tile in scalar code, with the same bits as result. The interpreter and C1 run it a hundred times
     * faster than vector code.
     */
    void plain(long[] parameters);

    /** {@return whether there is vector code} */
    boolean isVector();
}
