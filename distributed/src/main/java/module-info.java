import org.jspecify.annotations.NullMarked;

/** Process groups, over MPI and over threads of one process, and data parallel training with them. */
@NullMarked
module fathom.distributed {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.nn;
    requires transitive fathom.optim;

    exports fathom.distributed;
    exports fathom.distributed.parallel;

    opens fathom.distributed.parallel to
            fathom.nn;
}
