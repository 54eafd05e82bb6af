import org.jspecify.annotations.NullMarked;

/** Text: tokenisers, vocabularies, batches of subsequences and language models. */
@NullMarked
module fathom.text {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.nn;
    requires transitive fathom.train;
    requires tools.jackson.databind;

    exports fathom.text;
    exports fathom.text.datasets;
    exports fathom.text.tokenizers;

    opens fathom.text to
            fathom.nn;

    provides fathom.train.recipe.Recipe with
            fathom.text.GRULanguageModel.Recipe;
}
