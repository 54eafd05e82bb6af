package fathom.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * "The Time Machine" by H. G. Wells (1895), the training text of the course's language models. It is in the public
 * domain.
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
