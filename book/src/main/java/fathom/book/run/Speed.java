package fathom.book.run;

/** How much of a page's training is done. */
public enum Speed {
    /** As the page's {@code checked} says: fewer epochs, fewer examples. */
    CHECKED,
    /** As its cells say. */
    FULL
}
