package fathom.book.page;

import java.util.Locale;

/** A mistake in the source of a page, with file and line. */
public final class PageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String file;
    private final int line;

    /**
     * @param file the file's name
     * @param line the line, counted from 1
     * @param problem what is wrong, and what to do
     */
    public PageException(String file, int line, String problem) {
        super(String.format(Locale.ROOT, "%s:%d: %s", file, line, problem));
        this.file = file;
        this.line = line;
    }

    /** {@return the file} */
    public String file() {
        return file;
    }

    /** {@return the line, counted from 1} */
    public int line() {
        return line;
    }
}
