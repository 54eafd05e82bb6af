package fathom.book.run;

/** Something that a cell shows. */
public sealed interface CellOutput {
    /** {@return the output as plain text} */
    String text();

    /** What the cell prints on standard output. */
    record Printed(String text) implements CellOutput {}

    /** What is written to standard error: the library's warnings. */
    record Noted(String text) implements CellOutput {}

    /**
     * A value.
     *
     * @param html how a page shows it
     */
    record Value(String html, String text) implements CellOutput {}

    /**
     * A figure.
     *
     * @param light SVG for light pages
     * @param dark SVG for dark pages
     * @param html what stands below it; may be empty
     */
    record Figure(String light, String dark, String html, String text) implements CellOutput {}
}
