package fathom.bench.measure;

/** A side with an open row, which runs its workload a given number of times. */
@FunctionalInterface
interface Runner {
    /** {@return the total time of {@code times} calls, in nanoseconds} */
    long run(long times);
}
