package fathom;

import java.io.UncheckedIOException;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A failure for which Java has no more specific exception. */
public class FathomException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Exceptions that can be recreated with another message. */
    private static final Map<Class<?>, Function<String, RuntimeException>> BY_CLASS =
            Map.of(
                    IllegalArgumentException.class, IllegalArgumentException::new,
                    IndexOutOfBoundsException.class, IndexOutOfBoundsException::new,
                    IllegalStateException.class, IllegalStateException::new,
                    ArithmeticException.class, ArithmeticException::new,
                    UnsupportedOperationException.class, UnsupportedOperationException::new,
                    NoSuchElementException.class, NoSuchElementException::new,
                    NullPointerException.class, NullPointerException::new,
                    FathomException.class, FathomException::new);

    /** An exception with a message that says what was wrong, where, and what to do. */
    public FathomException(String message) {
        super(message);
    }

    /** An exception with the failure that caused it. */
    public FathomException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * An exception of the same class, with the same stack trace, cause and suppressed exceptions, but another message:
     * for saying where in a larger whole (a network, a data set) something went wrong, without changing the class that
     * callers catch.
     *
     * @return null for classes other than this one and those of the JDK that operations throw
     */
    public static @Nullable RuntimeException withMessage(RuntimeException e, String message) {
        RuntimeException copy = sameClass(e, message);
        if (copy == null) {
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

    private static @Nullable RuntimeException sameClass(RuntimeException e, String message) {
        if (e.getClass() == UncheckedIOException.class) {
            return new UncheckedIOException(message, ((UncheckedIOException) e).getCause());
        }
        Function<String, RuntimeException> make = BY_CLASS.get(e.getClass());
        return make == null ? null : make.apply(message);
    }
}
