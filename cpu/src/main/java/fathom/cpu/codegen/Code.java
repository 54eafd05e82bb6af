package fathom.cpu.codegen;

/**
 * A compiled kernel: runs one tile of {@code rows x n} elements described by a block of {@link Parameters}. Elements of
 * a row lie side by side, or are one and the same where the kernel was compiled for a uniform operand.
 */
public interface Code {
    /**
     * Runs one tile, in vector code where there is any. The parameters are only read. A tile of rows without elements
     * does nothing.
     */
    void run(long[] parameters);

    /**
     * Runs one tile in scalar code, to the same bits. The interpreter and the first compiler run that a hundred times
     * faster than vector code.
     */
    void plain(long[] parameters);

    /** {@return whether there is vector code} */
    boolean isVector();
}
