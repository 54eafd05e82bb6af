package fathom;

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
}
