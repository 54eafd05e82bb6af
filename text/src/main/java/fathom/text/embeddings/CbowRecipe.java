package fathom.text.embeddings;

/** Word vectors by the continuous bag of words with negative sampling: {@code fathom train cbow}. */
public final class CbowRecipe extends WordRecipe.Of {
    /** For {@code fathom train cbow}. */
    public CbowRecipe() {
        super(WordRecipe.CBOW, "cbow", "word vectors by the continuous bag of words with negative sampling", "14.1");
    }
}
