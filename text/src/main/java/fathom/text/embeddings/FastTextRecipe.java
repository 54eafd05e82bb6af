package fathom.text.embeddings;

/** Word vectors with subwords: skip-gram of character n-grams: {@code fathom train fasttext}. */
public final class FastTextRecipe extends WordRecipe.Of {
    /** For {@code fathom train fasttext}. */
    public FastTextRecipe() {
        super(WordRecipe.FASTTEXT, "fasttext", "word vectors with subwords: skip-gram of character n-grams", "14.6");
    }
}
