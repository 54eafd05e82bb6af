import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked
module fathom.cli {
    requires static org.jspecify;
    requires fathom;
    requires fathom.board;
    requires fathom.book;
    requires info.picocli;

    opens fathom.cli to
            info.picocli;
}
