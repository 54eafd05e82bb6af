package fathom.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * "The Time Machine" by H. G. Wells (1895), the training text of the course's language models. It is in the public
 * domain.
 *
 * <p>The edition has titles of chapters ("II. The Machine"), which the course's file lacks, and other line breaks. So
 * it has 3,151 lines where the course's has 3,221; 171,083 characters as {@link Tokens} cuts them (32 tokens with the
 * unknown one, since letters with accents stay) where the course, which keeps a to z, counts 170,580 (28 tokens); and
 * 32,817 words where the course, which splits words at letters with accents, has 32,775; "the" 2,273 times instead of
 * 2,261. The course trains on the first 10,000 characters.
 */
public final class TimeMachine {
    private TimeMachine() {}

    /** {@return the full text} */
    public static String text() {
        try (var in = TimeMachine.class.getResourceAsStream("the-time-machine.txt")) {
            if (in == null) {
                throw new IllegalStateException(
                        "the-time-machine.txt is missing beside " + TimeMachine.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
