package fathom.distributed;

import fathom.FathomException;
import java.util.Locale;
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

    /** {@return the failure of a rank for the others: itself if it is one of a group already} */
    static DistributedException of(int rank, int size, Throwable cause) {
        return cause instanceof DistributedException d
                ? d
                : new DistributedException(
                        String.format(Locale.ROOT, "rank %d of %d failed: %s", rank, size, cause), cause);
    }

    /** A failure with its cause. */
    public DistributedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
