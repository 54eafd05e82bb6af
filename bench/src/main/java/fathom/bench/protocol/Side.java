package fathom.bench.protocol;

import fathom.bench.work.Row;

/** One of the two libraries, as a process of the bench knows it. */
public interface Side {
    /** {@return one line: name, version, threads} */
    String describe();

    /**
     * Makes the operands of a row, from a fixed seed.
     *
     * @return one call of its work
     * @throws UnsupportedOperationException if this side cannot do it, with the reason
     */
    Task open(Row row);

    /** Work with its operands in place. */
    @FunctionalInterface
    interface Task extends AutoCloseable {
        /** Does the work once. */
        void run();

        /** Gives the operands back. */
        @Override
        default void close() {}
    }
}
