import org.jspecify.annotations.NullMarked;

/** Language: tokens, vocabularies, sequences and models of them. */
@NullMarked
module fathom.text {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.nn;
    requires transitive fathom.train;

    exports fathom.text;

    opens fathom.text to
            fathom.nn;

    provides fathom.train.recipe.Recipe with
            fathom.text.GRULanguageModel.Recipe;
}
