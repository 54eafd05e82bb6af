package fathom.text.classification;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.text.TokenEmbedding;
import fathom.text.Vocabulary;

/**
 * The vectors of a vocabulary's words with which networks begin.
 *
 * @param vectors {@code [words, D]}
 * @param isFrozen whether {@link #embedding} is not trained
 */
record WordTable(Tensor vectors, boolean isFrozen) {
    /** The components of GloVe's vectors are about as large. */
    private static final double DEVIATION = 0.4;

    static WordTable random(long words, long dimensions, boolean isFrozen) {
        return new WordTable(Tensors.randn(words, dimensions).mul(DEVIATION), isFrozen);
    }

    /** {@return pretrained vectors; those of words that have none are zero, as in the course} */
    static WordTable of(TokenEmbedding pretrained, Vocabulary vocabulary, boolean isFrozen) {
        return new WordTable(pretrained.get(vocabulary.tokens()), isFrozen);
    }

    long dimensions() {
        return vectors.size(1);
    }

    /** {@return a new layer, which is not trained if the table is frozen} */
    Embedding embedding() {
        return Embedding.fromPretrained(vectors.clone(), isFrozen);
    }

    /** {@return a new layer that is trained} */
    Embedding trained() {
        return Embedding.fromPretrained(vectors.clone(), false);
    }
}
