package fathom.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tokenisers. Lines are preprocessed as in the course: runs of non-letters become one space, leading and trailing
 * spaces are removed, and letters are lower-cased.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/text-sequence.html">Dive into Deep Learning,
 *     Converting Raw Text into Sequence Data</a>
 */
public enum Tokens {
    /** One token per character, including spaces. */
    CHARACTERS,
    /** One token per word, split at spaces. */
    WORDS;

    private static final Pattern OTHERS = Pattern.compile("\\P{L}+");
    private static final Pattern BLANK = Pattern.compile(" ");

    /** {@return the tokens of all lines, concatenated} */
    public List<String> of(String text) {
        var tokens = new ArrayList<String>();
        text.lines()
                .map(Tokens::cleaned)
                .filter(l -> !l.isEmpty())
                .forEach(line -> {
                    if (this == WORDS) {
                        tokens.addAll(List.of(BLANK.split(line)));
                    } else {
                        line.codePoints().mapToObj(Character::toString).forEach(tokens::add);
                    }
                });
        return tokens;
    }

    private static String cleaned(String line) {
        return OTHERS.matcher(line).replaceAll(" ").strip().toLowerCase(Locale.ROOT);
    }
}
