package fathom.cpu.parallel;

/** The body of a parallel loop, called per chunk from several threads concurrently. */
@FunctionalInterface
public interface RangeBody {
    /**
     * Processes the indices {@code from <= i < to}.
     *
     * @param from first index, a multiple of the loop's grain (so {@code from / grain} numbers the chunk)
     * @param to one past the last index
     */
    void run(long from, long to);
}
