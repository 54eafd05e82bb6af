package fathom.onednn;

import fathom.FathomException;

/** The failure of a oneDNN call; the message names the function and its status. */
final class DnnlException extends FathomException {
    private static final long serialVersionUID = 1;

    DnnlException(String function, int status) {
        super("oneDNN: " + function + ": " + name(status));
    }

    DnnlException(String message) {
        super(message);
    }

    private static String name(int status) {
        return switch (status) {
            case 1 -> "out of memory";
            case 2 -> "invalid arguments";
            case 3 -> "not implemented for these shapes and types";
            case 4 -> "no further implementation";
            case 5 -> "failed at run time";
            case 6 -> "not required";
            default -> "status " + status;
        };
    }
}
