package fathom.book.page;

/** What a cell is for. */
public enum CellKind {
    /** {@code java}: shown with its outputs. */
    PLAIN("java"),
    /** {@code java error}: must fail; its message is part of the page. */
    ERROR("java error"),
    /** {@code java check}: not shown; asserts what the text claims. */
    CHECK("java check"),
    /** {@code java slow}: trains; shown with its outputs, and runs when the reader asks for it alone. */
    SLOW("java slow");

    private final String info;

    CellKind(String info) {
        this.info = info;
    }

    /** {@return what stands behind the fence in the source} */
    public String info() {
        return info;
    }
}
