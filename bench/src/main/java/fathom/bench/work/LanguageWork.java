package fathom.bench.work;

/** Models of sequences and of language. Their operands are {@link LanguageData}'s, the same for all sides. */
public sealed interface LanguageWork extends Work {
    /**
     * {@return the number of parameters of the model}
     *
     * <p>Each side compares it with that of its own model.
     */
    long parameters();

    /**
     * Training steps of one of the course's translators: a batch of each of {@link LanguageData#LENGTHS} lengths in
     * turn, with masked cross-entropy, gradients clipped to a norm of 1, and Adam.
     *
     * @param model the translator
     * @param batch the number of pairs of sentences in a batch
     */
    record Translation(Translator model, int batch) implements LanguageWork {
        @Override
        public long parameters() {
            return model.parameters();
        }

        @Override
        public int examples() {
            return LanguageData.LENGTHS * batch;
        }
    }

    /**
     * Forward of an encoder of tokens without gradients, in evaluation mode.
     *
     * @param model the sizes
     * @param batch the number of texts
     * @param tokens the number of tokens of each, without padding
     * @param bfloat16 whether the weights are bfloat16
     */
    record Encoding(EncoderSize model, int batch, int tokens, boolean bfloat16) implements LanguageWork {
        @Override
        public long parameters() {
            return model.parameters();
        }

        @Override
        public double flops() {
            return model.forwardFlops(batch, tokens);
        }

        @Override
        public int examples() {
            return batch;
        }
    }

    /**
     * A training step of a masked language model: an encoder with BERT's head, cross-entropy of 15 % of the tokens,
     * AdamW.
     *
     * @param model the sizes
     * @param batch the number of texts
     * @param tokens the number of tokens of each, without padding
     */
    record MaskedLanguageStep(EncoderSize model, int batch, int tokens) implements LanguageWork {
        @Override
        public long parameters() {
            return model.parameters() + model.headParameters();
        }

        @Override
        public double flops() {
            return 3 * (model.forwardFlops(batch, tokens) + model.headFlops(batch, tokens));
        }

        @Override
        public int examples() {
            return batch;
        }
    }

    /**
     * Reading a prompt with a decoder: its keys and values enter a cache, and the last token's logits give a token.
     *
     * @param model the sizes
     * @param tokens the number of tokens of the prompt
     * @param bfloat16 whether weights and cache are bfloat16
     */
    record Prefill(DecoderSize model, int tokens, boolean bfloat16) implements LanguageWork {
        @Override
        public long parameters() {
            return model.parameters();
        }

        @Override
        public double flops() {
            return model.prefillFlops(tokens);
        }

        @Override
        public int examples() {
            return tokens;
        }
    }

    /**
     * One token, the most probable one, from a cache of keys and values with room for {@link #CAPACITY} tokens. After
     * the last one the next call continues behind the first {@link #PROMPT} again.
     *
     * @param model the sizes
     * @param bfloat16 whether weights and cache are bfloat16
     */
    record Decoding(DecoderSize model, boolean bfloat16) implements LanguageWork {
        /** The tokens that the cache holds at least. */
        public static final int PROMPT = 64;

        /** The tokens that the cache holds at most. */
        public static final int CAPACITY = 128;

        @Override
        public long parameters() {
            return model.parameters();
        }

        /** {@inheritDoc} All weights are read once; a tied embedding as the head's. */
        @Override
        public double bytes() {
            return (bfloat16 ? 2.0 : 4.0) * model.parameters();
        }

        @Override
        public int examples() {
            return 1;
        }
    }

    /**
     * Training steps of skip-gram with negative sampling on batches of {@link LanguageData#WORDS_PER_BATCH} centre
     * words. The rule is Adam on dense gradients, the course's, or SGD on sparse gradients.
     *
     * @param sparse whether the tables have sparse gradients
     */
    record WordVectors(boolean sparse) implements LanguageWork {
        /** The width of the vectors. */
        public static final int DIMENSIONS = 100;

        @Override
        public long parameters() {
            return 2L * LanguageData.VOCABULARY * DIMENSIONS;
        }

        @Override
        public int examples() {
            return LanguageData.BATCHES * LanguageData.WORDS_PER_BATCH;
        }
    }

    /**
     * Verifies that all sides have the same model.
     *
     * @param count the number of parameters of a side's model
     * @throws IllegalStateException if it differs from {@link #parameters}
     */
    default void checkParameters(long count) {
        ParameterCount.check(this, parameters(), count);
    }
}
