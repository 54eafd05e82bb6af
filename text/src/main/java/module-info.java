import org.jspecify.annotations.NullMarked;

/** Language: tokens, vocabularies, sequences and models of them. */
@NullMarked
module fathom.text {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.nn;

    exports fathom.text;

    opens fathom.text to
            fathom.nn;
}
