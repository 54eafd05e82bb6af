package fathom.train.callback;

import fathom.train.EpochResult;
import fathom.train.TrainingCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Keeps the weights of the k best epochs in the run's folder, as {@code epoch-7.safetensors}; those of an epoch that is
 * no longer among them are deleted.
 *
 * <p>The best are those with the best value of the first metric, or of the trainer's {@link
 * fathom.train.TrainerOptions#monitor}; of equal ones the earlier. They are found from the results of all epochs, so a
 * resumed training keeps the same files.
 */
public final class BestCheckpoints implements TrainingCallback {
    private final int k;

    /**
     * Keeps the weights of several epochs.
     *
     * @param k how many
     * @throws IllegalArgumentException if less than 1
     */
    public BestCheckpoints(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("BestCheckpoints: expected at least 1, got " + k);
        }
        this.k = k;
    }

    /** {@return the file of an epoch's weights} */
    public static Path file(Path folder, int epoch) {
        return folder.resolve(String.format(Locale.ROOT, "epoch-%d.safetensors", epoch));
    }

    @Override
    public void onStart(Progress progress) {
        if (progress.folder().isEmpty()) {
            throw new IllegalArgumentException("BestCheckpoints: the trainer needs a folder, checkpoints(folder)");
        }
    }

    @Override
    public void onEvaluated(Progress progress, EpochResult result) {
        Path folder = progress.folder().orElseThrow();
        List<EpochResult> history = progress.history();
        List<Integer> kept = best(progress, history);
        try {
            if (kept.contains(result.epoch())) {
                progress.net().stateDict().save(file(folder, result.epoch()));
            }
            for (int epoch : best(progress, history.subList(0, history.size() - 1))) {
                if (!kept.contains(epoch)) {
                    Files.deleteIfExists(file(folder, epoch));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the numbers of the best epochs with a finite value, the best first} */
    private List<Integer> best(Progress progress, List<EpochResult> history) {
        List<EpochResult> finite = new ArrayList<>(history);
        finite.removeIf(e -> Double.isNaN(progress.monitored(e)));
        finite.sort(Comparator.comparingDouble(e -> -progress.monitored(e)));
        return finite.stream().limit(k).map(EpochResult::epoch).toList();
    }
}
