package fathom.train;

import fathom.FathomException;
import fathom.data.DataLoader;
import fathom.nn.Block;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Notices what goes wrong in a training run: losses and weights that are not finite, files that cannot be written. */
final class RunProblems {
    private static final System.Logger LOG = System.getLogger(TrainingLoop.class.getName());

    private final Block net;
    private final TrainerOptions options;
    private final DataLoader train;
    private final TrainingPhases<?> phases;
    private final List<String> warnings = new ArrayList<>();
    private TrainingState state = new TrainingState();
    private @Nullable RunFolder folder;

    /** Weights and buffers that were not finite initially, such as masks with infinities. */
    private Set<String> notFinite = Set.of();

    private boolean hasWarnedOfTest;
    private final Set<String> notDrawn = new HashSet<>();

    RunProblems(Block net, TrainerOptions options, DataLoader train, TrainingPhases<?> phases) {
        this.net = net;
        this.options = options;
        this.train = train;
        this.phases = phases;
    }

    /** Takes note of the state in which the training begins. */
    void begin(TrainingState state, @Nullable RunFolder folder) {
        this.state = state;
        this.folder = folder;
        notFinite = NonFinite.weights(net, Set.of()).keySet();
    }

    List<String> warnings() {
        return warnings;
    }

    void warn(String line) {
        warnings.add(line);
        LOG.log(System.Logger.Level.WARNING, line);
    }

    /** Warns of the first epoch whose evaluation is not finite; later ones are visible in the results. */
    void warnOfTest(String line) {
        if (!hasWarnedOfTest) {
            hasWarnedOfTest = true;
            warn(String.format(Locale.ROOT, "epoch %d: %s", state.epoch + 1, line));
        }
    }

    /** Refuses a loss that is not finite. */
    void checkLoss(String name, double loss) {
        if (!Double.isFinite(loss)) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "the loss%s is %s in epoch %d, batch %d of %d, at learning rate %s: try a smaller learning rate, or clipNorm%s",
                            name.equals(Losses.LOSS) ? "" : " " + name,
                            loss,
                            state.epoch + 1,
                            state.batch + 1,
                            train.size(),
                            phases.lr(),
                            keptCheckpoint()));
        }
    }

    /** Checks the weights before they are saved: no later loss would reveal what the last update did to them. */
    void checkWeights() {
        if (!options.checkFinite) {
            return;
        }
        var broken = NonFinite.weights(net, notFinite);
        if (!broken.isEmpty()) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "after batch %d of %d in epoch %d, at learning rate %s, %s: try a smaller rate, or clipNorm%s",
                            state.batch,
                            train.size(),
                            state.epoch + 1,
                            phases.lr(),
                            NonFinite.text(broken),
                            keptCheckpoint()));
        }
    }

    private String keptCheckpoint() {
        return folder != null && folder.hasCheckpoint()
                ? String.format(Locale.ROOT, "; the checkpoint of epoch %d is kept in %s", state.epoch, folder.path())
                : "";
    }

    /** {@return the exception for results that could not be written} */
    IOException lost(String what, int kept, IOException e) {
        return new IOException(
                "%s is lost: %s; %s"
                        .formatted(
                                what,
                                e.getMessage(),
                                kept > 0 && folder != null && folder.hasCheckpoint()
                                        ? String.format(
                                                Locale.ROOT,
                                                "the checkpoint of epoch %d in %s can be resumed",
                                                kept,
                                                folder.path())
                                        : "no earlier checkpoint exists"),
                e);
    }

    /** Draws pictures. */
    @FunctionalInterface
    interface Drawing {
        void draw(RunFolder folder) throws IOException;
    }

    /** Draws into the run's folder, if there is one; a failure only warns, once, so that the training is not lost. */
    void draw(String what, Drawing drawing) {
        if (folder == null) {
            return;
        }
        try {
            drawing.draw(folder);
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String why = root instanceof IOException && root.getMessage() != null ? root.getMessage() : root.toString();
            if (notDrawn.add(what)) {
                warn("%s in %s could not be drawn: %s".formatted(what, folder.path(), why));
            }
        }
    }
}
