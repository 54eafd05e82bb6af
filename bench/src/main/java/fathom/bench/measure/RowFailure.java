package fathom.bench.measure;

/** A row that cannot be measured; others can. */
public sealed class RowFailure extends RuntimeException permits SideFailure {
    private static final long serialVersionUID = 1;

    /** For a reason. */
    public RowFailure(String reason) {
        super(reason);
    }

    RowFailure(String reason, Throwable cause) {
        super(reason, cause);
    }
}
