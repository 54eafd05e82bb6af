package fathom.text.embeddings;

/** Word vectors by global co-occurrences (GloVe): {@code fathom train glove}. */
public final class GloveRecipe extends WordRecipe.Of {
    /** For {@code fathom train glove}. */
    public GloveRecipe() {
        super(WordRecipe.GLOVE, "glove", "word vectors by global co-occurrences (GloVe)", "14.5");
    }
}
