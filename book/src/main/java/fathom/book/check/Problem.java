package fathom.book.check;

import fathom.book.page.PageException;
import java.util.Locale;

/**
 * Something wrong with a page.
 *
 * @param file its source
 * @param line the line, counted from 1
 * @param text what is wrong
 */
public record Problem(String file, int line, String text) {
    /** {@return a mistake in the source as a problem} */
    static Problem of(PageException e) {
        String message = String.valueOf(e.getMessage());
        return new Problem(e.file(), e.line(), message.substring(message.indexOf(": ") + 2));
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s:%d: %s", file, line, text);
    }
}
