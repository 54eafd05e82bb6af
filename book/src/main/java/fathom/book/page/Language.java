package fathom.book.page;

import java.util.Locale;

/** A language of the book. */
public enum Language {
    /** English. */
    EN("en"),
    /** Chinese, simplified. */
    ZH("zh-CN");

    private final String tag;

    Language(String tag) {
        this.tag = tag;
    }

    /** {@return the language's tag in HTML} */
    public String tag() {
        return tag;
    }

    /** {@return the language's name in the sources of pages: {@code en}, {@code zh}} */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
