import org.jspecify.annotations.NullMarked;

/** What a user's module looks like that extends Fathom. */
@NullMarked
module fathom.outside {
    requires static org.jspecify;
    requires fathom;
}
