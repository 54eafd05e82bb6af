package fathom.bench.measure;

/** The failure of a side's process. */
public final class SideFailure extends RowFailure {
    private static final long serialVersionUID = 1;

    /** A failure with a reason. */
    public SideFailure(String reason) {
        super(reason);
    }

    SideFailure(String reason, Throwable cause) {
        super(reason, cause);
    }
}
