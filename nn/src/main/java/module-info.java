import org.jspecify.annotations.NullMarked;

/** Layers, losses and initialisers. */
@NullMarked
module fathom.nn {
    requires static org.jspecify;
    requires transitive fathom.core;

    exports fathom.nn;
    exports fathom.nn.activation;
    exports fathom.nn.attention;
    exports fathom.nn.architecture;
    exports fathom.nn.conv;
    exports fathom.nn.loss;
    exports fathom.nn.norm;
    exports fathom.nn.pool;
    exports fathom.nn.recurrent;
    exports fathom.nn.transformer;
}
