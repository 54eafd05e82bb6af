package fathom.bench.measure;

/** The failure of a single row; others can still be measured. */
public sealed class RowFailure extends RuntimeException permits SideFailure {
    private static final long serialVersionUID = 1;

    /** A failure with a reason. */
    public RowFailure(String reason) {
        super(reason);
    }

    RowFailure(String reason, Throwable cause) {
        super(reason, cause);
    }
}
