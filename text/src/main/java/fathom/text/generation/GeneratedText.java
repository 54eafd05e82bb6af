package fathom.text.generation;

import java.util.List;

/**
 * A text that a network wrote.
 *
 * @param text the text, without the prompt, and up to the stop word
 * @param tokens its tokens, without the one that ended it; those of a stop word are among them
 * @param ending why it ended
 */
public record GeneratedText(String text, List<Integer> tokens, Ending ending) {
    /** Why a text ended. */
    public enum Ending {
        /** By a token that ends texts. */
        STOP_TOKEN,
        /** By a stop word. */
        STOP_WORD,
        /** By the maximum number of tokens, or the number of the network's positions. */
        LENGTH,
        /** Because the caller cancelled it. */
        CANCELLED
    }

    /** Takes a copy of the tokens. */
    public GeneratedText {
        tokens = List.copyOf(tokens);
    }

    @Override
    public String toString() {
        return text;
    }
}
