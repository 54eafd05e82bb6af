package fathom.data.hub;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A data set that is not on this machine and could not be downloaded. */
public final class DataUnavailableException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * An exception whose message says what is missing, why, and what to do.
     *
     * @param reason why it is not available, in a few words for a notice
     */
    public DataUnavailableException(String message, String reason, IOException cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** {@return why it is not available, in a few words} */
    public String reason() {
        return reason;
    }
}
