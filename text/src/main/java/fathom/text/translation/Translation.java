package fathom.text.translation;

import java.util.List;

/**
 * A translated sentence.
 *
 * @param source the tokens of the sentence, cut off at the model's number of steps, with the one that ends it
 * @param tokens the tokens of the translation
 * @param score the score of {@link BeamSearch.Hypothesis}
 */
public record Translation(List<String> source, List<String> tokens, double score) {
    /** Takes copies of the lists. */
    public Translation {
        source = List.copyOf(source);
        tokens = List.copyOf(tokens);
    }

    /** {@return the tokens of the translation, separated by spaces} */
    public String text() {
        return String.join(" ", tokens);
    }
}
