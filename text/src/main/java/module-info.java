import org.jspecify.annotations.NullMarked;

/** Text: tokenisers, vocabularies, batches of subsequences and language models. */
@NullMarked
module fathom.text {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires fathom.interop;
    requires transitive fathom.nn;
    requires transitive fathom.train;
    requires tools.jackson.databind;

    exports fathom.text;
    exports fathom.text.bert;
    exports fathom.text.classification;
    exports fathom.text.datasets;
    exports fathom.text.decoder;
    exports fathom.text.embeddings;
    exports fathom.text.generation;
    exports fathom.text.pretrained;
    exports fathom.text.sentences;
    exports fathom.text.tokenizers;
    exports fathom.text.translation;

    opens fathom.text.bert to
            fathom.nn,
            fathom.train;
    opens fathom.text.classification to
            fathom.nn;
    opens fathom.text.decoder to
            fathom.nn,
            fathom.train;
    opens fathom.text.embeddings to
            fathom.nn,
            fathom.train;
    opens fathom.text.sentences to
            fathom.nn;
    opens fathom.text to
            fathom.nn;
    opens fathom.text.translation to
            fathom.nn;

    provides fathom.train.recipe.Recipe with
            fathom.text.GRULanguageModel.Recipe,
            fathom.text.bert.BertRecipe,
            fathom.text.embeddings.Word2VecRecipe,
            fathom.text.embeddings.HierarchicalRecipe,
            fathom.text.embeddings.CbowRecipe,
            fathom.text.embeddings.FastTextRecipe,
            fathom.text.embeddings.GloveRecipe,
            fathom.text.generation.GptRecipe,
            fathom.text.LanguageModelRecipe.Simple,
            fathom.text.LanguageModelRecipe.Gated,
            fathom.text.LanguageModelRecipe.LongShortTerm,
            fathom.text.LanguageModelRecipe.Deep,
            fathom.text.LanguageModelRecipe.Bidirectional,
            fathom.text.translation.TranslationRecipe.Seq2Seq,
            fathom.text.translation.TranslationRecipe.Bahdanau,
            fathom.text.translation.TranslationRecipe.Attention,
            fathom.text.classification.TextClassificationRecipe.Recurrent,
            fathom.text.classification.TextClassificationRecipe.Convolutional,
            fathom.text.classification.TextClassificationRecipe.Attention,
            fathom.text.classification.BertClassificationRecipe.Sentiment,
            fathom.text.classification.BertClassificationRecipe.Entailment;
}
