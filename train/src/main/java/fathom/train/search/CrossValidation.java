package fathom.train.search;

import fathom.train.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Cross-validation: a training per fold, and the means of their scores. Prints as a table.
 *
 * {@snippet :
 * var result = CrossValidation.run(KFold.of(5).split(data),
 *         fold -> new Trainer(net(), t -> t.loss(new MSELoss())).fit(fold, Epochs.of(100)));
 * IO.println(result.mean("test loss") + " +- " + result.std("test loss"));
 * }
 */
public final class CrossValidation {
    private final List<Map<String, Double>> folds;

    private CrossValidation(List<Map<String, Double>> folds) {
        this.folds = folds;
    }

    /**
     * {@return the scores of the folds, those of the last epoch of each run}
     *
     * @param training trains on a fold; with a network of its own
     * @throws java.util.concurrent.CancellationException if a run was interrupted
     */
    public static CrossValidation run(List<DataFold> folds, Function<DataFold, Run> training) {
        return of(search(folds, null).run(t -> training.apply(folds.get(t.integer("fold")))));
    }

    /**
     * As {@link #run(List, Function)}, with the results of finished folds in a folder: an interrupted cross-validation
     * continues, and several processes share the folds.
     */
    public static CrossValidation run(List<DataFold> folds, Path folder, Function<DataFold, Run> training) {
        return of(search(folds, folder).run(t -> training.apply(folds.get(t.integer("fold")))));
    }

    /** {@return the scores of the folds, by a function that returns those of one} */
    public static CrossValidation evaluate(List<DataFold> folds, Function<DataFold, Map<String, Double>> function) {
        return of(search(folds, null).evaluate(t -> function.apply(folds.get(t.integer("fold")))));
    }

    private static Search search(List<DataFold> folds, @Nullable Path folder) {
        Object[] indices = folds.stream().map(DataFold::index).toArray();
        Search search = Search.grid(new SearchSpace().choice("fold", indices)).throwingFailures();
        return folder == null ? search : search.folder(folder);
    }

    private static CrossValidation of(SearchResult result) {
        return new CrossValidation(
                result.results().stream()
                        .sorted(Comparator.comparingInt(TrialResult::index))
                        .map(TrialResult::scores)
                        .toList());
    }

    /** {@return the scores of each fold, by name} */
    public List<Map<String, Double>> folds() {
        return folds;
    }

    /**
     * {@return the mean of a score over the folds}
     *
     * @throws NoSuchElementException if a fold lacks it
     */
    public double mean(String score) {
        return values(score).stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }

    /**
     * {@return the standard deviation of a score over the folds, with a divisor of their number}
     *
     * @throws NoSuchElementException if a fold lacks it
     */
    public double std(String score) {
        double mean = mean(score);
        return Math.sqrt(values(score).stream().mapToDouble(v -> (v - mean) * (v - mean)).average().orElse(Double.NaN));
    }

    private List<Double> values(String score) {
        return folds.stream()
                .map(f -> {
                    Double value = f.get(score);
                    if (value == null) {
                        throw new NoSuchElementException("no score is named %s, only %s".formatted(score, f.keySet()));
                    }
                    return value;
                })
                .toList();
    }

    @Override
    public String toString() {
        Set<String> names = new LinkedHashSet<>();
        folds.forEach(f -> names.addAll(f.keySet()));
        var head = new ArrayList<>(List.of("fold"));
        head.addAll(names);
        var table = new TextTable(head);
        for (int i = 0; i < folds.size(); i++) {
            Map<String, Double> fold = folds.get(i);
            var row = new ArrayList<>(List.of(Integer.toString(i + 1)));
            names.forEach(n -> row.add(TextTable.text(fold.getOrDefault(n, Double.NaN))));
            table.add(row);
        }
        var mean = new ArrayList<>(List.of("mean"));
        var std = new ArrayList<>(List.of("std"));
        for (String n : names) {
            boolean isComplete = folds.stream().allMatch(f -> f.containsKey(n));
            mean.add(isComplete ? TextTable.text(mean(n)) : "");
            std.add(isComplete ? TextTable.text(std(n)) : "");
        }
        table.add(mean);
        table.add(std);
        return table.toString();
    }
}
