package fathom.train.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.TensorDataset;
import fathom.nn.Linear;
import fathom.nn.loss.MSELoss;
import fathom.optim.SGD;
import fathom.train.Epochs;
import fathom.train.Trainer;
import fathom.train.TrainerOptions;
import fathom.train.TrainingCallback;
import fathom.train.metric.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {
    @TempDir Path folder;

    /** The best learning rate is 0.01; more epochs help all. */
    private static Map<String, Double> quadratic(Trial t) {
        double distance = Math.log10(t.real("lr")) + 2;
        return Map.of("test loss", distance * distance + 1.0 / t.budget());
    }

    private static SearchSpace rates() {
        return new SearchSpace().logUniform("lr", 1e-4, 1);
    }

    @Test
    void aGridTriesEveryCombination() {
        var seen = new ArrayList<Map<String, Object>>();
        var result =
                Search.grid(new SearchSpace().choice("lr", 0.1, 0.01).choice("hidden", 8, 16, 32).choice("bias", true))
                        .epochs(3)
                        .evaluate(t -> {
                            seen.add(t.parameters());
                            assertThat(t.budget()).isEqualTo(3);
                            assertThat(t.folder()).isEmpty();
                            assertThat(t.flag("bias")).isTrue();
                            return Map.of("test loss", t.real("lr") * t.integer("hidden"));
                        });
        assertThat(seen).hasSize(6).doesNotHaveDuplicates();
        assertThat(seen.get(1)).isEqualTo(Map.of("lr", 0.1, "hidden", 16L, "bias", true));
        assertThat(result.best().parameters()).isEqualTo(Map.of("lr", 0.01, "hidden", 8L, "bias", true));
        assertThat(result.toString().lines().toList()).hasSize(7);
        assertThat(result.toString()).startsWith("trial       lr  hidden  bias  epochs  test loss");
        assertThat(result.csv().lines().toList().getFirst()).isEqualTo("trial,lr,hidden,bias,epochs,test loss,seconds");
        assertThat(result.csv()).contains("\n3,0.01,8,true,3,0.08,");
    }

    @Test
    void severalTrialsAtATimeGiveTheSameResult() {
        var together = new java.util.concurrent.CyclicBarrier(3); // passed only if three run at a time
        var parallel =
                Search.random(rates(), 6, 1)
                        .parallel(3)
                        .evaluate(t -> {
                            try {
                                int unused = together.await(30, java.util.concurrent.TimeUnit.SECONDS);
                            } catch (Exception e) {
                                throw new AssertionError(e);
                            }
                            return quadratic(t);
                        });
        var oneByOne = Search.random(rates(), 6, 1).evaluate(SearchTest::quadratic);
        assertThat(parallel.best().parameters()).isEqualTo(oneByOne.best().parameters());
        assertThat(parallel.results().stream().map(TrialResult::index).toList())
                .isEqualTo(oneByOne.results().stream().map(TrialResult::index).toList());
        // a failed trial does not end the search here either, and an interrupted one does
        var failed =
                Search.random(rates(), 4, 1)
                        .parallel(2)
                        .evaluate(t -> {
                            if (t.index() == 1) {
                                throw new IllegalStateException("diverged");
                            }
                            return quadratic(t);
                        });
        assertThat(failed.results()).filteredOn(r -> r.failure() != null).hasSize(1);
        assertThatThrownBy(() ->
                        Search.random(rates(), 4, 1)
                                .parallel(2)
                                .evaluate(t -> {
                                    throw new java.util.concurrent.CancellationException("stopped");
                                }))
                .hasMessage("stopped");
        assertThatThrownBy(() -> Search.random(rates(), 4, 1).parallel(0))
                .hasMessage("parallel: expected at least 1 trial at a time, got 0");
    }

    @Test
    void randomTrialsFollowTheSeedAndStayInTheirRanges() {
        var space =
                new SearchSpace()
                        .logUniform("lr", 1e-4, 1)
                        .uniform("dropout", 0, 0.5)
                        .integer("layers", 1, 3)
                        .choice("act", "relu", "tanh");
        var trials = new ArrayList<Trial>();
        Function<Trial, Map<String, Double>> record =
                t -> {
                    trials.add(t);
                    return Map.of("acc", t.real("dropout"));
                };
        var result = Search.random(space, 40, 7).maximize("acc").evaluate(record);
        for (Trial t : trials) {
            assertThat(t.real("lr")).isBetween(1e-4, 1.0);
            assertThat(t.real("dropout")).isBetween(0.0, 0.5);
            assertThat(t.integer("layers")).isBetween(1, 3);
            assertThat(t.text("act")).isIn("relu", "tanh");
        }
        assertThat(trials.stream().map(t -> t.integer("layers")).distinct()).hasSize(3);
        assertThat(trials.stream().filter(t -> t.real("lr") < 1e-2).count())
                .as("half of the logarithm")
                .isBetween(10L, 30L);
        assertThat(trials.stream().map(Trial::seed).distinct()).hasSize(40);
        assertThat(result.best().score("acc"))
                .isEqualTo(trials.stream().mapToDouble(t -> t.real("dropout")).max().orElseThrow());
        List<Map<String, Object>> first = trials.stream().map(Trial::parameters).toList();
        trials.clear();
        Search.random(space, 20, 7).maximize("acc").evaluate(record);
        assertThat(trials.stream().map(Trial::parameters)).as("fewer, but the same").isEqualTo(first.subList(0, 20));
        trials.clear();
        Search.random(space, 20, 8).maximize("acc").evaluate(record);
        assertThat(trials.stream().map(Trial::parameters).toList()).isNotEqualTo(first.subList(0, 20));
    }

    @Test
    void halvingGoesOnWithTheBestThird() {
        var runs = new ArrayList<int[]>();
        var result =
                Search.halving(rates(), 27, 0, 3)
                        .epochs(1, 20)
                        .evaluate(t -> {
                            runs.add(new int[] {t.index(), t.budget()});
                            return quadratic(t);
                        });
        assertThat(runs.stream().map(r -> r[1]).toList()).containsSubsequence(1, 3, 9, 20).hasSize(27 + 9 + 3 + 1);
        assertThat(runs.stream().filter(r -> r[1] == 3)).hasSize(9);
        assertThat(runs.stream().filter(r -> r[1] == 9)).hasSize(3);
        assertThat(result.best().budget()).isEqualTo(20);
        double closest =
                result.results().stream()
                        .filter(r -> r.budget() == 1)
                        .mapToDouble(r -> r.score("test loss"))
                        .min()
                        .orElseThrow();
        assertThat(result.best().score("test loss")).isCloseTo(closest - 1 + 1.0 / 20, within(1e-12));
    }

    @Test
    void aFailedTrialIsToldAndTheOthersGoOn() {
        var result =
                Search.grid(new SearchSpace().choice("lr", 1.0, 0.1, 0.01))
                        .evaluate(t -> {
                            if (t.index() == 0) {
                                throw new FathomException("the loss is NaN");
                            }
                            return Map.of("test loss", t.index() == 1 ? Double.NaN : 3.0);
                        });
        assertThat(result.best().index()).isEqualTo(2);
        assertThat(result.results().stream().filter(r -> r.failure() != null))
                .singleElement()
                .satisfies(r -> assertThat(r.failure()).isEqualTo("the loss is NaN"));
        assertThat(result.toString()).contains("the loss is NaN");
        var none = Search.grid(new SearchSpace().choice("lr", 1.0)).maximize("acc").evaluate(SearchTest::quadratic);
        assertThatThrownBy(none::best)
                .isInstanceOf(NoSuchElementException.class)
                .hasMessage("no trial has a score named acc: [test loss]");
    }

    @Test
    void anInterruptedSearchContinuesWithWhatItHas() throws IOException {
        var runs = new AtomicInteger();
        Function<Trial, Map<String, Double>> stopping =
                t -> {
                    if (runs.incrementAndGet() == 8) {
                        throw new CancellationException("enough");
                    }
                    assertThat(t.folder()).hasValue(folder.resolve("trial-" + t.index()).resolve("run"));
                    return quadratic(t);
                };
        assertThatThrownBy(() -> Search.halving(rates(), 6, 1, 2).epochs(1, 4).folder(folder).evaluate(stopping))
                .isInstanceOf(CancellationException.class);
        var resumed = Search.halving(rates(), 6, 1, 2).epochs(1, 4).folder(folder).evaluate(stopping);
        assertThat(runs.get()).as("10 trainings and the interrupted one").isEqualTo(11);
        var whole = Search.halving(rates(), 6, 1, 2).epochs(1, 4).evaluate(SearchTest::quadratic);
        assertThat(resumed.results().stream().map(TrialResult::scores).toList())
                .isEqualTo(whole.results().stream().map(TrialResult::scores).toList());
        assertThat(Files.readString(folder.resolve("results.csv"))).isEqualTo(resumed.csv());
        assertThatThrownBy(() -> Search.random(rates(), 6, 1).folder(folder).evaluate(stopping))
                .isInstanceOf(FathomException.class)
                .hasMessageContaining("has results of another search: halving by 2, 6 trials, seed 1");
        Files.writeString(folder.resolve("trial-2").resolve("budget-1.json"), "{\"scores\": {\"test loss\": \"x\"}}");
        assertThatThrownBy(() -> Search.halving(rates(), 6, 1, 2).epochs(1, 4).folder(folder).evaluate(stopping))
                .hasMessageContaining("budget-1.json is damaged");
    }

    @Test
    void severalWorkersShareAFolder() throws Exception {
        var runs = Collections.synchronizedList(new ArrayList<String>());
        var together = new CountDownLatch(2);
        Callable<SearchResult> worker =
                () ->
                        Search.halving(rates(), 8, 1, 2)
                                .epochs(1, 4)
                                .folder(folder)
                                .evaluate(t -> {
                                    runs.add(t.index() + "/" + t.budget());
                                    together.countDown();
                                    try {
                                        together.await(); // each worker has a trial before one of them ends
                                    } catch (InterruptedException e) {
                                        throw new IllegalStateException(e);
                                    }
                                    return quadratic(t);
                                });
        try (var pool = Executors.newFixedThreadPool(2)) {
            var first = pool.submit(worker);
            var second = pool.submit(worker);
            assertThat(first.get().results().stream().map(TrialResult::scores).toList())
                    .isEqualTo(second.get().results().stream().map(TrialResult::scores).toList());
        }
        assertThat(runs).as("no trial twice").hasSize(8 + 4 + 2).doesNotHaveDuplicates();
    }

    @Test
    void whatIsNoSpaceIsRefused() {
        assertThatThrownBy(() -> Search.grid(rates())).hasMessageStartingWith("grid: lr is 1.0E-4 to 1.0, logarithmic");
        assertThatThrownBy(() -> Search.grid(new SearchSpace())).hasMessageContaining("no hyper-parameters");
        assertThatThrownBy(() -> rates().uniform("lr", 0, 1)).hasMessageContaining("given twice");
        assertThatThrownBy(() -> new SearchSpace().logUniform("lr", 0, 1)).hasMessageContaining("0.0 to 1.0");
        assertThatThrownBy(() -> new SearchSpace().choice("x", new Object())).hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> Search.random(rates(), 3, 0).epochs(1, 9)).hasMessageContaining("epochs: 1 to 9");
        assertThatThrownBy(
                        () -> Search.random(rates(), 1, 0).evaluate(t -> Map.of("a", (double) t.integer("lr"))).best())
                .hasMessageContaining("not a Long");
    }

    @Test
    void crossValidationTellsMeanAndDeviation() {
        var folds = KFold.of(4).split(new TensorDataset(Tensors.zeros(8, 1)));
        var result = CrossValidation.evaluate(folds, f -> Map.of("test loss", f.index() + 1.0));
        assertThat(result.mean("test loss")).isEqualTo(2.5);
        assertThat(result.std("test loss")).isCloseTo(Math.sqrt(1.25), within(1e-12));
        assertThat(result.toString())
                .isEqualTo(
                        "fold  test loss\n   1      1.000\n   2      2.000\n   3      3.000\n   4      4.000\nmean      2.500\n std      1.118\n");
        assertThatThrownBy(() -> result.mean("acc")).hasMessageContaining("no score is named acc");
        assertThatThrownBy(() ->
                        CrossValidation.evaluate(
                                folds,
                                f -> {
                                    throw new FathomException("broken");
                                }))
                .hasMessage("broken");
    }

    private static TensorDataset line() {
        Tensor x = Tensors.linspace(-1, 1, 24).unsqueeze(1).keep();
        return new TensorDataset(x, x.mul(2).add(1).keep());
    }

    private static Trainer trainer(double lr, Consumer<TrainerOptions> more) {
        return new Trainer(
                new Linear(1, 1),
                t -> {
                    t.loss(new MSELoss()).optimizer(p -> new SGD(p, lr)).metrics(Metrics.r2()).batchSize(4).seed(0);
                    more.accept(t.progress(false));
                });
    }

    @Test
    void trainersRunOnFoldsAndTrials() {
        var folds = KFold.of(3).shuffle(0).split(line());
        var result = CrossValidation.run(folds, folder, fold -> trainer(0.2, t -> {}).fit(fold, Epochs.of(20)));
        assertThat(result.folds()).hasSize(3);
        assertThat(result.folds().getFirst()).containsOnlyKeys("train loss", "train r2", "test loss", "test r2");
        assertThat(result.mean("test r2")).isBetween(0.99, 1.0);
        var again =
                CrossValidation.run(
                        folds,
                        folder,
                        fold -> {
                            throw new AssertionError("no fold is trained again");
                        });
        assertThat(again.folds()).isEqualTo(result.folds());
        var best =
                Search.halving(new SearchSpace().choice("lr", 1e-6, 0.2), 6, 4, 2)
                        .epochs(1, 4)
                        .folder(folder.resolve("halving"))
                        .run(trial ->
                                trainer(trial.real("lr"), t -> t.checkpoints(trial.folder().orElseThrow()).resume(true))
                                        .fit(folds.getFirst(), Epochs.of(trial.budget())))
                        .best();
        assertThat(best.parameters()).isEqualTo(Map.of("lr", 0.2));
        assertThat(best.budget()).isEqualTo(4);
    }

    @Test
    void anInterruptedTrainingEndsTheSearchWithoutAResult() {
        var stop =
                new TrainingCallback() {
                    @Override
                    public void onBatch(Progress progress) {
                        progress.stop();
                    }
                };
        var search = Search.grid(new SearchSpace().choice("lr", 0.1, 0.2)).folder(folder);
        assertThatThrownBy(() ->
                        search.run(t ->
                                trainer(0.1, o -> o.callbacks(stop))
                                        .fit(KFold.of(2).split(line()).getFirst(), Epochs.of(2))))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("interrupted in trial 0: {lr=0.1}; with the same folder it continues there");
        var tried = new ArrayList<Integer>();
        search.evaluate(t -> {
            tried.add(t.index());
            return quadratic(t);
        });
        assertThat(tried).containsExactly(0, 1);
    }
}
