package fathom.cpu.codegen;

/**
 * A compiled kernel: runs one tile of {@code rows x n} elements described by a block of {@link Parameters}. Elements of
 * a row lie side by side, or are one and the same where the kernel was compiled for a uniform operand.
 */
public interface Code {
    /** Runs one tile. The parameters are only read. */
    void run(long[] parameters);
}
