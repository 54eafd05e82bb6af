package fathom.train.recipe;

import fathom.Device;
import fathom.Generator;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.distributed.LocalProcessGroup;
import fathom.distributed.ProcessGroup;
import fathom.distributed.parallel.SyncBatchNorm;
import fathom.distributed.parallel.ZeroRedundancyOptimizer;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.optim.ExponentialLR;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.train.EpochResult;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.TensorBoardEvents;
import fathom.train.Trainer;
import fathom.train.TrainerOptions;
import fathom.train.TrainingCallback;
import fathom.train.metric.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Training by a recipe: the user's options override those of a resumed run, which override the recipe's. */
final class RecipeTraining {
    /** A training with less than the recipe's number of updates divided by this is warned of. */
    private static final int FEW_UPDATES = 10;

    private final Recipe recipe;
    private final RecipeOptions options;
    private final @Nullable TrainedRun before;
    private final HyperParameters hyper;
    private final int limit;
    private final long seed;
    private final Precision precision;
    private final @Nullable String data;
    private final Map<String, String> own;
    private int trainedEpochs;

    /**
     * @param before the run to resume; null for a new one
     */
    RecipeTraining(Recipe recipe, RecipeOptions options, @Nullable TrainedRun before) {
        this.recipe = recipe;
        this.options = options;
        this.before = before;
        if (before != null) {
            checkResumed(before);
        }
        HyperParameters ours = before == null ? recipe.hyperParameters() : before.hyperParameters();
        hyper =
                new HyperParameters(
                        options.epochs != null ? options.epochs : ours.epochs(),
                        options.batchSize != null ? options.batchSize : ours.batchSize(),
                        options.optimizer != null ? options.optimizer : ours.optimizer(),
                        options.lr != null ? options.lr : ours.lr(),
                        ours.decay(),
                        ours.clipNorm());
        if (!Optimizers.names().contains(hyper.optimizer())
                && !hyper.optimizer().equals(recipe.hyperParameters().optimizer())) {
            throw new RecipeException(
                    "optimizer",
                    "there is no %s; there are %s".formatted(hyper.optimizer(), String.join(", ", Optimizers.names())));
        }
        int limitBefore = before == null ? TaskOptions.ALL : before.limit();
        limit = options.limit != null ? options.limit : limitBefore;
        if (limit < 1) {
            throw new RecipeException("limit", String.format(Locale.ROOT, "must be at least 1, is %d", limit));
        }
        long seedBefore = before == null ? 0 : before.seed();
        seed = options.seed != null ? options.seed : seedBefore;
        Precision precisionBefore = before == null ? Precision.FLOAT32 : before.precision();
        precision = options.precision != null ? options.precision : precisionBefore;
        precision
                .slowReason()
                .ifPresent(why -> {
                    throw new RecipeException("precision", why);
                });
        String dataBefore = before == null ? null : before.data();
        data = options.data != null ? options.data : dataBefore;
        own = before == null ? OptionValues.of(recipe, options.own) : before.own();
    }

    private void checkResumed(TrainedRun run) {
        if (options.overwrite) {
            throw new RecipeException("overwrite", "a run that is resumed is not overwritten");
        }
        if (options.folder != null && !options.folder.equals(run.folder())) {
            throw new RecipeException("folder", "a run that is resumed stays in its folder, " + run.folder());
        }
        if (options.seed != null && options.seed != run.seed()) {
            throw new RecipeException(
                    "seed",
                    String.format(
                            Locale.ROOT,
                            "a run that is resumed goes on with its own random numbers, of seed %d",
                            run.seed()));
        }
        String rule = run.hyperParameters().optimizer();
        if (options.optimizer != null && !options.optimizer.equals(rule)) {
            throw new RecipeException("optimizer", "a run that is resumed goes on with its own optimizer, " + rule);
        }
        Map<String, String> kept = run.own();
        options.own.forEach((name, value) -> {
            if (!value.equals(kept.get(name))) {
                throw new RecipeException(
                        name,
                        "a run that is resumed goes on with its own options%s"
                                .formatted(kept.containsKey(name) ? ": here " + kept.get(name) : ""));
            }
        });
        if (!run.hasCheckpoint()) {
            throw new RecipeException(run.folder() + " has no checkpoint.safetensors to go on from");
        }
    }

    RecipeResult run() {
        if (options.group == null && options.devices.size() < 2) {
            mustBeShared("syncBatchNorm", options.syncBatchNorm);
            mustBeShared("compressGradients", options.compressGradients);
            mustBeShared("shardOptimizer", options.shardOptimizer);
        }
        if (options.devices.size() < 2) {
            Device only = options.devices.isEmpty() ? options.device : options.devices.getFirst();
            return run(options.group, only);
        }
        if (options.group != null || options.device != null) {
            throw new RecipeException(
                    "devices", "with several devices neither one device nor several processes can be chosen");
        }
        var results = new RecipeResult[options.devices.size()];
        LocalProcessGroup.run(
                results.length,
                g -> {
                    // each device's random numbers are drawn on its own thread
                    try (var _ = new Generator(seed).open()) {
                        results[g.rank()] = run(g, options.devices.get(g.rank()));
                    }
                });
        return results[0];
    }

    private static void mustBeShared(String option, boolean isSet) {
        if (isSet) {
            throw new RecipeException(option, "needs several devices or processes, which share the training");
        }
    }

    /**
     * Trains, as one of several processes or alone.
     *
     * @param device where the network is; null for the current one
     */
    private RecipeResult run(@Nullable ProcessGroup group, @Nullable Device device) {
        boolean isMain = group == null || group.rank() == 0;
        boolean shows = options.progress && isMain;
        Consumer<String> notice = isMain ? options.notice : line -> {};
        RecipeTask task =
                recipe.open(
                        new TaskOptions(
                                hyper, data, limit, seed, own, before == null ? Map.of() : before.settings(), notice));
        Tensors.manualSeed(seed);
        Layer net = task.network();
        if (group != null && options.syncBatchNorm) {
            SyncBatchNorm.convert(net, group);
        }
        DataLoader train = task.train();
        DataLoader test = task.test();
        int epochs = hyper.epochs();
        double decay = hyper.decay();
        String longer = "";
        long size = train.dataset().size();
        long wanted = Math.min(limit, Math.max(size, task.wholeSize()));
        if (options.epochs == null && before == null && size < wanted) {
            epochs = Math.toIntExact(Math.ceilDiv(epochs * wanted, size));
            decay = Math.pow(decay, (double) hyper.epochs() / epochs);
            longer =
                    String.format(
                            Locale.ROOT,
                            " (%d epochs, for as many updates as %d of %,d examples)",
                            epochs,
                            hyper.epochs(),
                            wanted);
        }
        Path folder = before != null ? before.folder() : options.folder;
        long updates = epochs * Math.ceilDiv(size, hyper.batchSize());
        if (shows) {
            notice.accept(
                    "%s on %s%s%s"
                            .formatted(recipe.name(), task.data(), longer, folder == null ? "" : ", into " + folder));
            warnOfFewUpdates(updates, Math.max(size, task.wholeSize()));
        }
        double decayOfEpoch = decay;
        var trainer =
                trainer(
                        recipe,
                        task,
                        net,
                        t -> {
                            configure(t, task, net, decayOfEpoch, updates, isMain ? folder : null, shows);
                            if (group != null) {
                                t.distributed(group, r -> r.compressToBfloat16(options.compressGradients));
                                if (options.shardOptimizer) {
                                    t.optimizer(all -> new ZeroRedundancyOptimizer(all, group, this::optimizer));
                                }
                            }
                            if (device != null) {
                                t.device(device);
                            }
                            if (isMain) {
                                t.callbacks(new CountEpochs());
                            }
                        });
        Run run = trainer.fit(train, test, Epochs.of(epochs));
        boolean reports = isMain && run.ending() != Run.Ending.INTERRUPTED;
        List<String> report = reports ? task.report(run, net) : List.of();
        return new RecipeResult(net, run, trainedEpochs, report);
    }

    /** {@return a trainer of the task's own task, or of the network with the recipe's loss and metrics} */
    static Trainer trainer(Recipe recipe, RecipeTask task, Layer net, Consumer<TrainerOptions> options) {
        Task<?> own = task.task(net);
        return own != null
                ? new Trainer(own, options)
                : new Trainer(
                        net,
                        t -> {
                            Loss loss = task.loss();
                            t.loss(loss == null ? recipe.loss() : loss)
                                    .metrics(metrics(recipe, task).toArray(Metric[]::new));
                            options.accept(t);
                        });
    }

    /** Says so if the weights are updated much less often than by the recipe, whose network would hardly learn. */
    private void warnOfFewUpdates(long updates, long wholeSize) {
        HyperParameters own = recipe.hyperParameters();
        long usual = own.epochs() * Math.ceilDiv(wholeSize, own.batchSize());
        if (updates < usual / FEW_UPDATES) {
            options.notice.accept(
                    String.format(
                            Locale.ROOT,
                            "only %,d updates of the weights, and this recipe makes %,d: expect a network that has hardly learned; more epochs, more examples or smaller batches help",
                            updates,
                            usual));
        }
    }

    /** {@return the metrics of the task's data, or the recipe's} */
    static List<Metric> metrics(Recipe recipe, RecipeTask task) {
        List<Metric> metrics = task.metrics();
        return metrics == null ? recipe.metrics() : metrics;
    }

    private Optimizer optimizer(List<Tensor> parameters) {
        return recipe.optimizer(hyper.optimizer(), parameters, hyper.lr());
    }

    private void configure(
            TrainerOptions t,
            RecipeTask task,
            Layer net,
            double decay,
            long updates,
            @Nullable Path folder,
            boolean shows) {
        t.optimizer(this::optimizer)
                .precision(precision)
                .resume(before != null)
                .overwrite(options.overwrite)
                .progress(shows)
                .eager(options.eager)
                .note("model", recipe.name())
                .note("rule", hyper.optimizer())
                .note("lr", hyper.lr())
                .note("seed", seed);
        if (folder != null) {
            t.checkpoints(folder);
            if (options.tensorBoard) {
                t.callbacks(new TensorBoardEvents(folder));
            }
        }
        if (hyper.clipNorm() > 0) {
            t.clipNorm(hyper.clipNorm());
        }
        if (options.lr != null && before != null) {
            t.lr(options.lr);
        }
        if (decay != 1) {
            t.schedule(o -> new ExponentialLR(o, decay)).note("decay", decay);
        }
        Function<Optimizer, LRScheduler> schedule = task.schedule(updates);
        if (schedule != null) {
            t.scheduleBatches(schedule);
        }
        if (limit != TaskOptions.ALL) {
            t.note("limit", limit);
        }
        if (data != null) {
            t.note("data", data);
        }
        if (!own.isEmpty()) {
            t.note(TrainedRun.OPTIONS, own);
        }
        task.configure(t, net, shows ? options.notice : line -> {});
    }

    private final class CountEpochs implements TrainingCallback {
        @Override
        public void onEpoch(Progress progress, EpochResult result) {
            trainedEpochs++;
        }
    }
}
