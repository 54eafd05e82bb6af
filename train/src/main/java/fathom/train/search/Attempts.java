package fathom.train.search;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Trials of a round, on the caller's thread as their results are asked for, or on several threads of their own. */
final class Attempts implements AutoCloseable {
    private final IntFunction<@Nullable TrialResult> trial;
    private final Map<Integer, FutureTask<Optional<TrialResult>>> tasks = new HashMap<>();
    private final ConcurrentLinkedQueue<FutureTask<Optional<TrialResult>>> waiting = new ConcurrentLinkedQueue<>();

    /**
     * @param trials their numbers
     * @param threads how many may run at a time; 1: on the caller's thread
     * @param trial the result of a trial; null if another process works on it
     */
    Attempts(List<Integer> trials, int threads, IntFunction<@Nullable TrialResult> trial) {
        this.trial = trial;
        if (threads == 1) {
            return;
        }
        for (int i : trials) {
            var task = new FutureTask<>(() -> Optional.ofNullable(trial.apply(i)));
            tasks.put(i, task);
            waiting.add(task);
        }
        for (int t = 0; t < Math.min(threads, trials.size()); t++) {
            Thread.ofPlatform()
                    .daemon()
                    .name(String.format(Locale.ROOT, "trials %d", t))
                    .start(() -> {
                        for (var task = waiting.poll(); task != null; task = waiting.poll()) {
                            task.run();
                        }
                    });
        }
    }

    /** {@return the result of a trial, which is waited for; null if another process works on it} */
    @Nullable TrialResult result(int index) {
        if (tasks.isEmpty()) {
            return trial.apply(index);
        }
        try {
            return Objects.requireNonNull(tasks.get(index)).get().orElse(null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("the search was interrupted");
        }
    }

    /** Begins no further trials. */
    @Override
    public void close() {
        waiting.clear();
    }
}
