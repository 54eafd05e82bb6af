package fathom.cpu.parallel;

/** The work of a parallel loop on one chunk of its range. It is called from several threads at once. */
@FunctionalInterface
public interface RangeBody {
    /**
     * Does the work of the indices {@code from <= i < to}.
     *
     * @param from first index, a multiple of the loop's grain (so {@code from / grain} numbers the chunk)
     * @param to one past the last index
     */
    void run(long from, long to);
}
