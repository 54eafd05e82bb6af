package fathom.text.sentences;

/**
 * A piece of a text, as it is embedded and found.
 *
 * @param source where it is from, such as a file's name
 * @param line the number of its first line there, from 1
 * @param heading the headings above it, the outermost first, separated by {@code " > "}; empty if there is none
 * @param text its text
 */
public record Passage(String source, int line, String heading, String text) {
    /** {@return the heading and the text, which are embedded together} */
    public String content() {
        return heading.isEmpty() ? text : heading + "\n" + text;
    }
}
