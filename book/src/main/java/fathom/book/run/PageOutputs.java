package fathom.book.run;

import java.util.List;
import java.util.Map;

/**
 * What a page showed when it was run.
 *
 * @param digest of the page's cells, {@link fathom.book.page.Page#digest}: later cells have other outputs
 * @param made when, where and how
 * @param cells a result for each cell
 * @param values the numbers for each component, by the component's line of order and the variable: {@code 0.A}
 */
public record PageOutputs(String digest, Made made, List<CellResult> cells, Map<String, ShownValues> values) {
    /**
     * When, where and how outputs were made.
     *
     * @param speed {@code checked} or {@code full}
     * @param date as {@code 2026-01-31}
     * @param machine processor and number of cores
     * @param java the JVM
     * @param seconds how long the page ran
     */
    public record Made(String speed, String date, String machine, String java, double seconds) {}

    /** {@return all that the page shows as text, for searching what it prints} */
    public String text() {
        var text = new StringBuilder();
        for (CellResult cell : cells) {
            cell.outputs().forEach(o -> text.append(o.text()).append('\n'));
            cell.failure().ifPresent(f -> text.append(f.message()).append('\n'));
        }
        return text.toString();
    }
}
