package fathom.memory;

/** What method handles throw, for callers that declare nothing. */
public final class Failures {
    private Failures() {}

    /**
     * Rethrows errors and unchecked exceptions as they are: a {@link StackOverflowError} or an {@link OutOfMemoryError}
     * that strikes within a native call must reach the user under its own name.
     *
     * @return a checked exception wrapped, for the caller to throw
     */
    public static RuntimeException unchecked(Throwable thrown) {
        return switch (thrown) {
            case Error e -> throw e;
            case RuntimeException e -> e;
            default -> new IllegalStateException(thrown);
        };
    }
}
