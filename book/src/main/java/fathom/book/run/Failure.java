package fathom.book.run;

/**
 * Why a cell ended before its end.
 *
 * @param kind what happened
 * @param message for the reader: of an exception, its name and message
 */
public record Failure(Kind kind, String message) {
    /** What may happen. */
    public enum Kind {
        /** An exception was thrown. */
        THROWN,
        /** The code was refused by the compiler. */
        COMPILE,
        /** The cell ended its JVM. */
        EXITED,
        /** The cell ran longer than it may. */
        TIME,
        /** The cell filled the memory that it may have. */
        MEMORY,
        /** The cell printed more than it may. */
        OUTPUT,
        /** The reader stopped the cell. */
        STOPPED,
        /** The session had ended before. */
        NOT_RUN
    }

    /** {@return whether the session has ended with the cell} */
    public boolean endsSession() {
        return switch (kind) {
            case EXITED, TIME, MEMORY, NOT_RUN -> true;
            case THROWN, COMPILE, OUTPUT, STOPPED -> false;
        };
    }
}
