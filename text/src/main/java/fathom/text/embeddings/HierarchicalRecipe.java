package fathom.text.embeddings;

/** Word vectors by the skip-gram model with a hierarchical softmax: {@code fathom train word2vec-hs}. */
public final class HierarchicalRecipe extends WordRecipe.Of {
    /** For {@code fathom train word2vec-hs}. */
    public HierarchicalRecipe() {
        super(
                WordRecipe.HIERARCHICAL,
                "word2vec-hs",
                "word vectors by the skip-gram model with a hierarchical softmax",
                "14.2");
    }
}
