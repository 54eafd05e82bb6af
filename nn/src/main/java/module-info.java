import org.jspecify.annotations.NullMarked;

/** Layers, losses and initialisers. */
@NullMarked
module fathom.nn {
    requires static org.jspecify;
    requires transitive fathom.core;

    exports fathom.nn;
}
