import org.jspecify.annotations.NullMarked;

/** The course's example programs. */
@NullMarked
module fathom.course {
    requires static org.jspecify;
    requires fathom;
}
