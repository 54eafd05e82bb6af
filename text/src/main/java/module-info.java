import org.jspecify.annotations.NullMarked;

/** Language: tokens, vocabularies, sequences and models of them. */
@NullMarked
module fathom.text {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.nn;
    requires transitive fathom.optim;

    exports fathom.text;

    opens fathom.text to
            fathom.nn;
}
