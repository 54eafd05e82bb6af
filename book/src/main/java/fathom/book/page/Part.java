package fathom.book.page;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part of a page, in the order of the source. */
public sealed interface Part {
    /** {@return the part's first line in the source, counted from 1} */
    int line();

    /**
     * A heading, with one anchor for both languages, so that links and the language switch keep their place.
     *
     * @param level 2 for a section of the page, 3 for a part of one
     */
    record Heading(int line, int level, String anchor, Both<String> title) implements Part {}

    /** Markdown, written for the readers of each language. */
    record Prose(int line, Both<Text> text) implements Part {}

    /**
     * Markdown of one language.
     *
     * @param line its first line in the source
     */
    record Text(int line, String markdown) {}

    /**
     * Java code.
     *
     * @param number its place among the cells of the page, counted from 0
     */
    record Cell(int line, int number, CellKind kind, String code) implements Part {}

    /**
     * A picture that a reader moves.
     *
     * @param name the component's name, as {@code AxisSum}
     * @param attributes what it is given; {@code values} names variables of the cells before it
     */
    record Component(int line, String name, Map<String, String> attributes) implements Part {
        /** {@return the variables whose values it shows} */
        public List<String> variables() {
            String values = attributes.get("values");
            return values == null ? List.of() : List.of(values.strip().split("[\\s,]+"));
        }
    }

    /** Questions at the end of a page, as many in each language. */
    record Exercises(int line, Both<List<Exercise>> exercises) implements Part {}

    /**
     * A question.
     *
     * @param line its first line in the source
     * @param question Markdown
     * @param hint Markdown that unfolds
     * @param answer Markdown that unfolds
     */
    record Exercise(int line, String question, Optional<String> hint, Optional<String> answer) {}
}
