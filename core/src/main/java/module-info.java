import org.jspecify.annotations.NullMarked;

/** Tensors, automatic differentiation, primitives and files: what everything else stands on. */
@NullMarked
module fathom.core {
    requires static transitive org.jspecify;
    requires ejml.core;
    requires ejml.ddense;
    requires tools.jackson.databind;
}
