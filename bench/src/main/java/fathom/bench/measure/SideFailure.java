package fathom.bench.measure;

/** A side's process that is of no use any more. */
public final class SideFailure extends RowFailure {
    private static final long serialVersionUID = 1;

    /** For a reason. */
    public SideFailure(String reason) {
        super(reason);
    }

    SideFailure(String reason, Throwable cause) {
        super(reason, cause);
    }
}
