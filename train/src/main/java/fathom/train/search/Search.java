package fathom.train.search;

import fathom.FathomException;
import fathom.train.EpochResult;
import fathom.train.Run;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A search for hyper-parameters: of a grid, at random, or by successive halving.
 *
 * {@snippet :
 * var space = new SearchSpace().logUniform("lr", 1e-4, 1e-1).choice("hidden", 64, 128, 256);
 * var result = Search.random(space, 20, 0)
 *         .epochs(10)
 *         .maximize("test acc")
 *         .folder(Path.of("runs/search"))
 *         .run(trial -> new Trainer(mlp(trial.integer("hidden")), t -> t
 *                 .optimizer(p -> new Adam(p, trial.real("lr"))))
 *             .fit(data, Epochs.of(trial.budget())));
 * IO.println(result);                         // a table, the best trial first
 * IO.println(result.best().parameters());
 * }
 *
 * <p>With a {@link #folder} each result is written as it comes, and a search that was interrupted continues. Several
 * processes that run the same search on the same folder share its trials.
 *
 * <p>A trial that throws an exception, because its loss became NaN for instance, counts as failed, and the search goes
 * on.
 *
 * @see <a href="https://d2l.ai/chapter_hyperparameter-optimization/index.html">Dive into Deep Learning, Hyperparameter
 *     Optimization</a>
 */
public final class Search {
    /** How long to wait before looking again for the results of other processes, in nanoseconds. */
    private static final long WAIT = 200_000_000;

    private final SearchSpace space;
    private final String method;
    private final List<Map<String, Object>> candidates;
    private final long seed;

    /** The factor of successive halving; 1 for a single round. */
    private final int factor;

    private int leastEpochs = 1;
    private int mostEpochs = 1;
    private String score = "test loss";
    private boolean higherIsBetter;
    private @Nullable Path folder;
    private boolean throwsFailures;
    private int parallel = 1;

    private Search(SearchSpace space, String method, List<Map<String, Object>> candidates, long seed, int factor) {
        this.space = space;
        this.method = method;
        this.candidates = candidates;
        this.seed = seed;
        this.factor = factor;
    }

    /** {@return a search of every combination of the {@linkplain SearchSpace#choice choices}} */
    public static Search grid(SearchSpace space) {
        space.checkNotEmpty();
        return new Search(space, "grid", space.grid(), 0, 1);
    }

    /**
     * {@return a search of random choices}
     *
     * @param trials how many
     * @param seed the same seed gives the same choices
     */
    public static Search random(SearchSpace space, int trials, long seed) {
        return new Search(
                space,
                String.format(Locale.ROOT, "random, %d trials, seed %d", trials, seed),
                samples(space, trials, seed),
                seed,
                1);
    }

    /**
     * {@return a search by successive halving: random choices are trained for few epochs; of these one in {@code
     * factor} goes on with {@code factor} times as many, and so on} {@link #epochs(int, int)} sets how many.
     *
     * @param trials the number of choices in the first round
     * @param seed the same seed gives the same choices
     * @param factor usually 3
     * @see <a href="https://arxiv.org/abs/1502.07943">Jamieson and Talwalkar, 2016</a>
     */
    public static Search halving(SearchSpace space, int trials, long seed, int factor) {
        if (factor < 2) {
            throw new IllegalArgumentException("halving: the factor must be at least 2, is " + factor);
        }
        return new Search(
                space,
                String.format(Locale.ROOT, "halving by %d, %d trials, seed %d", factor, trials, seed),
                samples(space, trials, seed),
                seed,
                factor);
    }

    private static List<Map<String, Object>> samples(SearchSpace space, int trials, long seed) {
        space.checkNotEmpty();
        if (trials < 1) {
            throw new IllegalArgumentException("search: expected at least 1 trial, got " + trials);
        }
        var samples = new ArrayList<Map<String, Object>>();
        var random = new SplittableRandom(seed);
        for (int i = 0; i < trials; i++) {
            samples.add(space.sample(random.split())); // a trial's choices do not depend on the number of trials
        }
        return samples;
    }

    /** The number of epochs of a trial, {@link Trial#budget}. Default: 1. */
    public Search epochs(int epochs) {
        return epochs(epochs, epochs);
    }

    /**
     * The numbers of epochs in the first and in the last round of successive halving.
     *
     * @throws IllegalArgumentException unless {@code 1 <= first <= last}
     */
    public Search epochs(int first, int last) {
        if (first < 1 || last < first || factor == 1 && first != last) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "epochs: %d to %d are not the epochs of a search by %s", first, last, method));
        }
        this.leastEpochs = first;
        this.mostEpochs = last;
        return this;
    }

    /** The score to maximise, such as {@code test acc}. */
    public Search maximize(String score) {
        this.score = score;
        this.higherIsBetter = true;
        return this;
    }

    /** The score to minimise. Default: {@code test loss}. */
    public Search minimize(String score) {
        this.score = score;
        this.higherIsBetter = false;
        return this;
    }

    /**
     * The folder of results and checkpoints: a search that was interrupted continues from what is there. Default: none,
     * nothing is written.
     */
    public Search folder(Path folder) {
        this.folder = folder;
        return this;
    }

    /**
     * The number of trials that run at a time, each on a thread of this process. Default: 1, since a single training
     * uses all processors; more is for trials that wait for other machines.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Search parallel(int trials) {
        if (trials < 1) {
            throw new IllegalArgumentException("parallel: expected at least 1 trial at a time, got " + trials);
        }
        this.parallel = trials;
        return this;
    }

    /** Makes a failed trial end the search with its exception. */
    Search throwingFailures() {
        this.throwsFailures = true;
        return this;
    }

    /**
     * Runs the trials, whose scores are those of a run's last epoch: {@code train loss}, {@code test acc} and so on. A
     * run that is interrupted, by Ctrl-C or by a callback, ends the search.
     *
     * @param training trains with the hyper-parameters of a trial
     * @throws CancellationException if a run was interrupted
     * @throws FathomException if the folder has results of another search
     * @throws java.io.UncheckedIOException if the folder cannot be read or written
     */
    public SearchResult run(Function<Trial, Run> training) {
        return evaluate(trial -> {
            Run run = training.apply(trial);
            if (run.ending() == Run.Ending.INTERRUPTED) {
                throw new CancellationException(
                        "the search was interrupted in %s%s"
                                .formatted(trial, folder == null ? "" : "; with the same folder it continues there"));
            }
            EpochResult last = run.last();
            return last.scores();
        });
    }

    /**
     * Runs the trials. Exceptions as for {@link #run}.
     *
     * @param function returns the scores of a trial, by name
     */
    public SearchResult evaluate(Function<Trial, Map<String, Double>> function) {
        TrialStore store =
                folder == null
                        ? null
                        : new TrialStore(
                                folder,
                                String.format(
                                        Locale.ROOT,
                                        "%s, %d to %d epochs, %s",
                                        method,
                                        leastEpochs,
                                        mostEpochs,
                                        space));
        var all = new ArrayList<TrialResult>();
        List<Integer> active = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            active.add(i);
        }
        int epochs = leastEpochs;
        while (true) {
            List<TrialResult> round = round(active, epochs, function, store, all);
            boolean isLast = factor == 1 || active.size() == 1 || epochs == mostEpochs;
            if (isLast) {
                break;
            }
            active =
                    new ArrayList<>(
                            round.stream()
                                    .sorted(SearchResult.order(score, higherIsBetter))
                                    .limit(Math.max(1, active.size() / factor))
                                    .map(TrialResult::index)
                                    .toList());
            epochs = (int) Math.min(mostEpochs, (long) epochs * factor);
        }
        return new SearchResult(all, score, higherIsBetter);
    }

    /**
     * Runs trials with a budget, in their order, leaving out those that other processes work on until they are done.
     */
    private List<TrialResult> round(
            List<Integer> trials,
            int epochs,
            Function<Trial, Map<String, Double>> function,
            @Nullable TrialStore store,
            List<TrialResult> all) {
        var done = new HashMap<Integer, TrialResult>();
        while (true) {
            boolean isAhead = false;
            List<Integer> open = trials.stream().filter(i -> !done.containsKey(i)).toList();
            try (var attempts = new Attempts(open, parallel, i -> one(i, epochs, function, store))) {
                for (int i : open) {
                    TrialResult result = attempts.result(i);
                    if (result != null) {
                        isAhead = true;
                        done.put(i, result);
                        all.add(result);
                        if (store != null) {
                            store.saveTable(new SearchResult(all, score, higherIsBetter));
                        }
                    }
                }
            }
            if (done.size() == trials.size()) {
                return trials.stream().map(done::get).toList();
            }
            if (!isAhead) {
                LockSupport.parkNanos(WAIT);
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("the search was interrupted while it waited for other processes");
                }
            }
        }
    }

    private @Nullable TrialResult one(
            int index, int epochs, Function<Trial, Map<String, Double>> function, @Nullable TrialStore store) {
        return store == null ? tried(index, epochs, function, null) : shared(index, epochs, function, store);
    }

    /** {@return the result of a trial, found or made; null if another process works on it} */
    private @Nullable TrialResult shared(
            int index, int epochs, Function<Trial, Map<String, Double>> function, TrialStore store) {
        TrialResult found = store.result(index, candidates.get(index), epochs);
        if (found != null) {
            return found;
        }
        try (var lock = store.lock(index)) {
            if (lock == null) {
                return null;
            }
            found = store.result(index, candidates.get(index), epochs); // written between the look and the lock
            if (found == null) {
                found = tried(index, epochs, function, store.run(index));
                store.save(found);
            }
            return found;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private TrialResult tried(
            int index, int epochs, Function<Trial, Map<String, Double>> function, @Nullable Path runFolder) {
        long trialSeed = new SplittableRandom(seed ^ index * 0x9E3779B97F4A7C15L).nextLong();
        var trial = new Trial(index, candidates.get(index), epochs, trialSeed, runFolder);
        long start = System.nanoTime();
        Map<String, Double> scores = Map.of();
        String failure = null;
        try {
            scores = function.apply(trial);
        } catch (CancellationException e) {
            throw e;
        } catch (RuntimeException e) {
            if (throwsFailures) {
                throw e;
            }
            failure = e.getMessage() == null ? e.toString() : e.getMessage();
        }
        return new TrialResult(index, trial.parameters(), epochs, scores, (System.nanoTime() - start) * 1e-9, failure);
    }
}
