package fathom;

import java.io.UncheckedIOException;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Something that Fathom could not do and for which Java has no better exception. */
public class FathomException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** With a message that says what was wrong, where, and what to do. */
    public FathomException(String message) {
        super(message);
    }

    /** With the failure that led to this one. */
    public FathomException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * An exception of the same class, with the same stack trace, cause and suppressed exceptions, but another message:
     * for saying where in a larger whole (a net, a data set) something went wrong, without changing what a caller
     * catches.
     *
     * @return null for classes that are neither this one nor among those of the JDK that operations throw
     */
    public static @Nullable RuntimeException withMessage(RuntimeException e, String message) {
        RuntimeException copy;
        Class<?> c = e.getClass();
        if (c == IllegalArgumentException.class) {
            copy = new IllegalArgumentException(message);
        } else if (c == IndexOutOfBoundsException.class) {
            copy = new IndexOutOfBoundsException(message);
        } else if (c == IllegalStateException.class) {
            copy = new IllegalStateException(message);
        } else if (c == ArithmeticException.class) {
            copy = new ArithmeticException(message);
        } else if (c == UnsupportedOperationException.class) {
            copy = new UnsupportedOperationException(message);
        } else if (c == NoSuchElementException.class) {
            copy = new NoSuchElementException(message);
        } else if (c == NullPointerException.class) {
            copy = new NullPointerException(message);
        } else if (c == FathomException.class) {
            copy = new FathomException(message);
        } else if (e instanceof UncheckedIOException io && c == UncheckedIOException.class) {
            copy = new UncheckedIOException(message, io.getCause());
        } else {
            return null;
        }
        if (copy.getCause() == null && e.getCause() != null) {
            copy.initCause(e.getCause());
        }
        copy.setStackTrace(e.getStackTrace());
        for (Throwable t : e.getSuppressed()) {
            copy.addSuppressed(t);
        }
        return copy;
    }
}
