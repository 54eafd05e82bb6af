package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;

/**
 * One text, or two, as the tokens that BERT reads: {@code <cls> a <sep>} or {@code <cls> a <sep> b <sep>}, with the
 * special tokens of the course, for vocabularies of words.
 *
 * {@snippet :
 * var pair = SentencePair.of(List.of("a", "crane", "driver", "came"), List.of("he", "just", "left"));
 * BertOutput out = bert.forward(pair.ids(vocabulary), i -> i.types(pair.typeIds()));
 * }
 *
 * @param tokens the tokens
 * @param types 0 for the tokens of the first text, 1 for those of the second
 */
public record SentencePair(List<String> tokens, List<Integer> types) {
    /** The token that fills sequences. */
    public static final String PAD = "<pad>";

    /** The token that stands for one that is to be predicted. */
    public static final String MASK = "<mask>";

    /** The token that begins a text. */
    public static final String CLS = "<cls>";

    /** The token that ends a text. */
    public static final String SEP = "<sep>";

    /** Takes copies of the lists. */
    public SentencePair {
        tokens = List.copyOf(tokens);
        types = List.copyOf(types);
        if (tokens.size() != types.size()) {
            throw new IllegalArgumentException(
                    "SentencePair: %s tokens have %s types".formatted(tokens.size(), types.size()));
        }
    }

    /** {@return a single text} */
    public static SentencePair of(List<String> text) {
        return of(text, List.of());
    }

    /** {@return a pair of texts; a single one if the second is empty} */
    public static SentencePair of(List<String> first, List<String> second) {
        var tokens = new ArrayList<String>();
        tokens.add(CLS);
        tokens.addAll(first);
        tokens.add(SEP);
        var types = new ArrayList<Integer>();
        tokens.forEach(t -> types.add(0));
        if (!second.isEmpty()) {
            tokens.addAll(second);
            tokens.add(SEP);
            while (types.size() < tokens.size()) {
                types.add(1);
            }
        }
        return new SentencePair(tokens, types);
    }

    /** {@return the ids of the tokens, int64 {@code [1, L]}} */
    public Tensor ids(Vocabulary vocabulary) {
        return vocabulary.indices(tokens).unsqueeze(0);
    }

    /** {@return the types of the tokens, int64 {@code [1, L]}} */
    public Tensor typeIds() {
        return Tensors.tensor(types.stream().mapToLong(t -> t).toArray()).unsqueeze(0);
    }
}
