package fathom.text.embeddings;

/** Word vectors by the skip-gram model with negative sampling: {@code fathom train word2vec}. */
public final class Word2VecRecipe extends WordRecipe.Of {
    /** For {@code fathom train word2vec}. */
    public Word2VecRecipe() {
        super(WordRecipe.WORD2VEC, "word2vec", "word vectors by the skip-gram model with negative sampling", "14.4");
    }
}
