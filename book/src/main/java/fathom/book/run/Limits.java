package fathom.book.run;

/**
 * What the JVM of a page may use.
 *
 * @param seconds the longest that one cell may run
 * @param heapMegabytes the largest Java heap
 * @param tensorMegabytes the memory of tensors
 * @param outputCharacters what one cell may print
 */
public record Limits(int seconds, int heapMegabytes, int tensorMegabytes, int outputCharacters) {
    /** Limits for pages that are checked: 1 GB of heap, 4 GB of tensors, 64,000 characters a cell. */
    public static Limits ofSeconds(int seconds) {
        return new Limits(seconds, 1024, 4096, 64_000);
    }
}
