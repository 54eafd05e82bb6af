package fathom.book.page;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a page says of itself before its text.
 *
 * @param section its number in the course, as {@code 2.3}
 * @param title its title
 * @param can what a reader can do afterwards
 * @param prints texts that the outputs of its cells contain
 * @param differs why a figure of the course is not reached
 * @param seconds the time that the checked run takes
 * @param checked values of variables in the checked run, in place of those that the cells declare: fewer epochs, say
 */
public record FrontMatter(
        String section,
        Both<String> title,
        Both<String> can,
        List<String> prints,
        Optional<Both<String>> differs,
        int seconds,
        Map<String, String> checked) {}
