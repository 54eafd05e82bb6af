package fathom.bench.protocol;

import fathom.bench.work.Row;

/** A library under measurement, as implemented in its process. */
public interface Side {
    /** {@return one line: name, version, threads} */
    String describe();

    /**
     * Creates the operands of a row, from a fixed seed.
     *
     * @return one call of its workload
     * @throws UnsupportedOperationException if this side does not support it; says why
     */
    Task open(Row row);

    /** A workload with its operands. */
    @FunctionalInterface
    interface Task extends AutoCloseable {
        /** Runs the workload once. */
        void run();

        /** Frees the operands. */
        @Override
        default void close() {}
    }
}
