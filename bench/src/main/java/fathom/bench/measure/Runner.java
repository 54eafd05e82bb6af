package fathom.bench.measure;

/** One side with a row open: does its work so often and tells how long all of it took. */
@FunctionalInterface
interface Runner {
    /** {@return nanoseconds that {@code times} calls took} */
    long run(long times);
}
