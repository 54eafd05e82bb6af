package fathom.train.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;

/** The results of a search. Prints as a table, the best trial first. */
public final class SearchResult {
    private final List<TrialResult> results;
    private final String score;
    private final boolean higherIsBetter;

    SearchResult(List<TrialResult> results, String score, boolean higherIsBetter) {
        this.score = score;
        this.higherIsBetter = higherIsBetter;
        this.results = results.stream().sorted(order(score, higherIsBetter)).toList();
    }

    /** The largest budgets first; of these the best scores, NaN last; then by number. */
    static Comparator<TrialResult> order(String score, boolean higherIsBetter) {
        Comparator<TrialResult> byScore = Comparator.comparingDouble(r -> loss(r, score, higherIsBetter));
        return Comparator.comparingInt(TrialResult::budget)
                .reversed()
                .thenComparing(byScore)
                .thenComparingInt(TrialResult::index);
    }

    private static double loss(TrialResult r, String score, boolean higherIsBetter) {
        double value = r.score(score);
        return Double.isNaN(value) ? Double.POSITIVE_INFINITY : higherIsBetter ? -value : value;
    }

    /** {@return all results: those with the largest budget first, of these the best first} */
    public List<TrialResult> results() {
        return results;
    }

    /**
     * {@return the best trial, of those with the largest budget}
     *
     * @throws NoSuchElementException if every trial failed or has a score of NaN
     */
    public TrialResult best() {
        TrialResult best = results.getFirst();
        if (Double.isNaN(best.score(score))) {
            throw new NoSuchElementException(
                    "no trial has a score named %s: %s"
                            .formatted(score, best.failure() != null ? best.failure() : best.scores().keySet()));
        }
        return best;
    }

    /** {@return the name of the score that decides} */
    public String score() {
        return score;
    }

    /** {@return whether higher scores are better} */
    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** {@return the results as comma-separated values, with a row of names} */
    public String csv() {
        var csv = new StringBuilder();
        for (List<String> row : rows(false)) {
            csv.append(String.join(",", row.stream().map(SearchResult::quoted).toList())).append('\n');
        }
        return csv.toString();
    }

    private static String quoted(String text) {
        return text.matches("[^,\"\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    /** {@return the table} */
    @Override
    public String toString() {
        List<List<String>> rows = rows(true);
        var table = new TextTable(rows.getFirst());
        rows.subList(1, rows.size()).forEach(table::add);
        return table.toString();
    }

    private List<List<String>> rows(boolean isRounded) {
        Set<String> parameters = new LinkedHashSet<>();
        Set<String> scores = new LinkedHashSet<>();
        scores.add(score);
        results.forEach(r -> {
            parameters.addAll(r.parameters().keySet());
            scores.addAll(r.scores().keySet());
        });
        boolean hasFailures = results.stream().anyMatch(r -> r.failure() != null);
        var rows = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("trial"));
        head.addAll(parameters);
        head.add("epochs");
        head.addAll(scores);
        head.add("seconds");
        if (hasFailures) {
            head.add("failure");
        }
        rows.add(head);
        for (TrialResult r : results) {
            var row = new ArrayList<>(List.of(Integer.toString(r.index())));
            parameters.forEach(p -> row.add(cell(r.parameters().getOrDefault(p, ""), isRounded)));
            row.add(Integer.toString(r.budget()));
            scores.forEach(s -> row.add(cell(r.score(s), isRounded)));
            row.add(cell(r.seconds(), isRounded));
            if (hasFailures) {
                row.add(r.failure() == null ? "" : r.failure());
            }
            rows.add(row);
        }
        return rows;
    }

    private static String cell(Object value, boolean isRounded) {
        return isRounded ? TextTable.text(value) : String.valueOf(value);
    }
}
