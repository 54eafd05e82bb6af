import org.jspecify.annotations.NullMarked;

/** Update rules and learning-rate schedules. */
@NullMarked
module fathom.optim {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.nn;

    exports fathom.optim;
}
