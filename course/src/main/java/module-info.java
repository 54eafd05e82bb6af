import org.jspecify.annotations.NullMarked;

/** The examples of the course, each a small program. */
@NullMarked
module fathom.course {
    requires static org.jspecify;
    requires fathom;
}
