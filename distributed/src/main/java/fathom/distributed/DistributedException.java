package fathom.distributed;

import fathom.FathomException;
import org.jspecify.annotations.Nullable;

/**
 * The failure of a process group: a process ended, failed or does not answer, or the processes called different
 * operations. The message names the operation and, where it is known, the rank that failed first.
 */
public final class DistributedException extends FathomException {
    private static final long serialVersionUID = 1;

    /** A failure of a process group. */
    public DistributedException(String message) {
        super(message);
    }

    /** A failure with its cause. */
    public DistributedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
