package fathom.train;

import fathom.Autograd;
import fathom.Device;
import fathom.FathomException;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import fathom.train.metric.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The loop of one training run, from the first batch or a checkpoint to its end. */
final class TrainingLoop implements TrainingCallback.Progress {
    private static final System.Logger LOG = System.getLogger(TrainingLoop.class.getName());

    private final Layer net;
    private final TrainerOptions options;
    private final DataLoader train;
    private final @Nullable DataLoader test;
    private final int epochs;
    private final List<Tensor> parameters;
    private final Optimizer optimizer;
    private final @Nullable LRScheduler schedule;
    private @Nullable RunFolder folder;
    private final TrainingStep step;
    private final List<String> warnings = new ArrayList<>();
    private TrainingState state = new TrainingState();

    /** Weights and buffers that were not finite initially, such as masks with infinities. */
    private Set<String> notFinite = Set.of();

    private boolean hasWarnedOfTest;
    private int number = 1;
    private double lastLoss = Double.NaN;
    private final StopRequest stopRequest = new StopRequest();

    /** The generator of this run's random numbers: its own if it has a seed. */
    private final Generator generator;

    TrainingLoop(Layer net, TrainerOptions options, DataLoader train, @Nullable DataLoader test, int epochs) {
        this.net = net;
        this.options = options;
        this.train = train;
        this.test = test;
        this.epochs = epochs;
        if (options.device != null) {
            net.to(options.device);
        }
        this.parameters = net.parameters();
        this.optimizer = options.optimizer.apply(parameters);
        this.schedule = options.schedule == null ? null : options.schedule.apply(optimizer);
        this.generator = options.seed == null ? Generator.current() : new Generator(options.seed);
        this.step = new TrainingStep(net, options, parameters, optimizer, this::check);
    }

    Run run() {
        if (train.size() == 0) {
            throw new IllegalArgumentException("fit: the training data has no batch");
        }
        try (stopRequest;
                var _ = generator.open();
                var opened =
                        options.folder == null
                                ? null
                                : RunFolder.open(options.folder, options.resume, options.overwrite)) {
            folder = opened;
            begin();
            try (var display =
                    new ProgressDisplay(options.progress, epochs, state.epoch, train.size() * train.batchSize())) {
                options.callbacks.forEach(c -> c.onStart(this));
                Run.Ending ending = epochs(display);
                writeCurves();
                Device device = parameters.isEmpty() ? Device.current() : parameters.getFirst().device();
                var run = new Run(state.history, ending, state.bestEpoch, options.folder, warnings, device);
                options.callbacks.forEach(c -> c.onEnd(run));
                return run;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void begin() throws IOException {
        state.loaderSeed = train.seed();
        state.loaderEpoch = train.epoch();
        if (folder != null && folder.isResumed()) {
            state = folder.load(net, optimizer, this::checkLoaded);
            train.seed(state.loaderSeed);
            generator.setState(state.random);
        }
        if (options.lr != null) {
            if (schedule == null) {
                optimizer.setLr(options.lr);
            } else {
                schedule.setLr(options.lr);
            }
        }
        state.batchSize = train.batchSize();
        state.trainingExamples = train.dataset().size();
        notFinite = NonFinite.weights(net, Set.of()).keySet();
        // the epoch that was just finished, if any
        number = state.batch == 0 && state.epoch > 0 ? state.epoch : state.epoch + 1;
        if (folder != null) {
            folder.writeConfig(config());
            folder.warnIfFull(net, this::warn);
        }
    }

    /** Validates a checkpoint against this run's loader, metrics and schedule. */
    private void checkLoaded(TrainingState loaded, Map<String, Double> scheduleState) {
        if (loaded.batch > 0) {
            long examples = train.dataset().size();
            boolean isKnown = loaded.batchSize > 0;
            if (loaded.batch >= train.size()
                    || isKnown && (loaded.batchSize != train.batchSize() || loaded.trainingExamples != examples)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "resume: the checkpoint is after batch %d of epoch %d%s, and this loader has %d batches of %d out of %d examples: an unfinished epoch can only be resumed with the same batches",
                                loaded.batch,
                                loaded.epoch + 1,
                                isKnown
                                        ? String.format(
                                                Locale.ROOT,
                                                ", of batches of %d out of %d examples",
                                                loaded.batchSize,
                                                loaded.trainingExamples)
                                        : "",
                                train.size(),
                                train.batchSize(),
                                examples));
            }
            if (loaded.tallies.size() != options.metrics.size()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "resume: the checkpoint is within an epoch, with the state of %d metrics; this trainer has %d",
                                loaded.tallies.size(),
                                options.metrics.size()));
            }
            for (int i = 0; i < loaded.tallies.size(); i++) {
                restore(options.metrics.get(i), options.metrics.get(i).start(), loaded.tallies.get(i));
            }
        }
        if (schedule != null) {
            schedule.loadStateDict(scheduleState);
        }
    }

    private static Metric.Tally restore(Metric metric, Metric.Tally tally, double[] values) {
        try {
            tally.restore(values);
            return tally;
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "resume: the metric %s cannot restore the %d numbers that the checkpoint has for it: %s",
                            metric.name(),
                            values.length,
                            e.getMessage()),
                    e);
        }
    }

    /** Writes the curves; a failure to draw them only warns, so that the training is not lost. */
    private void writeCurves() {
        if (folder == null) {
            return;
        }
        try {
            folder.writeCurves(state.history);
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String why = root instanceof IOException && root.getMessage() != null ? root.getMessage() : root.toString();
            warn("the curves in %s could not be drawn: %s".formatted(folder.path(), why));
        }
    }

    private Map<String, Object> config() {
        var config = new LinkedHashMap<>(options.config);
        config.put("network", net.getClass().getSimpleName());
        config.put("parameters", parameters.stream().mapToLong(Tensor::numel).sum());
        config.put("loss", options.lossName);
        config.put("optimizer", optimizer.getClass().getSimpleName());
        config.put("optimizerSettings", optimizer.groups().getFirst().values());
        config.put("epochs", epochs);
        config.put("batchSize", train.batchSize());
        config.put("trainingExamples", train.dataset().size());
        if (test != null) {
            config.put("testExamples", test.dataset().size());
        }
        if (schedule != null) {
            config.put("schedule", schedule.getClass().getSimpleName());
        }
        config.put("accumulate", options.accumulate);
        config.put("precision", options.precision.name());
        if (options.device != null) {
            config.put("device", options.device.toString());
        }
        if (options.seed != null) {
            config.put("seed", options.seed);
        }
        config.put("java", Runtime.version().toString());
        return config;
    }

    private Run.Ending epochs(ProgressDisplay display) throws IOException {
        while (state.epoch < epochs) {
            if (isOutOfPatience()) {
                return Run.Ending.NO_IMPROVEMENT;
            }
            if (!trainEpoch(display)) {
                checkWeights();
                try {
                    checkpoint();
                } catch (IOException e) {
                    throw lost(String.format(Locale.ROOT, "the progress of epoch %d", state.epoch + 1), state.epoch, e);
                }
                return Run.Ending.INTERRUPTED;
            }
            finishEpoch(display);
            if (stopRequest.isStopped() && state.epoch < epochs) {
                return Run.Ending.INTERRUPTED;
            }
        }
        return Run.Ending.FINISHED;
    }

    private boolean isOutOfPatience() {
        return options.patience > 0 && state.epoch - state.bestEpoch >= options.patience;
    }

    /** {@return whether the epoch was finished} */
    private boolean trainEpoch(ProgressDisplay display) {
        var tallies = options.metrics.stream().map(Metric::start).toList();
        for (int i = 0; state.batch > 0 && i < state.tallies.size(); i++) {
            restore(options.metrics.get(i), tallies.get(i), state.tallies.get(i));
        }
        net.train();
        optimizer.zeroGrad();
        long batches = train.size();
        number = state.epoch + 1;
        if (state.batch == 0) {
            options.callbacks.forEach(c -> c.onEpochStart(this));
        }
        int group = 0;
        long groupExamples = 0;
        try (var iterator = train.epoch(state.loaderEpoch).iterator(state.batch)) {
            long before = System.nanoTime();
            while (state.batch < batches) {
                try (var _ = Scope.open()) {
                    Batch batch = Evaluator.on(options.device, iterator.next());
                    List<Tensor> results = step.of(batch.x(), batch.y());
                    lastLoss = results.get(1).item();
                    state.batch++;
                    groupExamples += batch.size();
                    if (++group == options.accumulate || state.batch == batches) {
                        if (options.accumulate > 1) {
                            step.update(groupExamples);
                        }
                        updated();
                        group = 0;
                        groupExamples = 0;
                    }
                    state.lossSum += lastLoss * batch.size();
                    state.examples += batch.size();
                    try (var _ = Autograd.noGrad()) {
                        Tensor output = Evaluator.forMetrics(results.getFirst());
                        tallies.forEach(t -> t.add(output, batch.y()));
                    }
                }
                long now = System.nanoTime();
                state.seconds += (now - before) * 1e-9;
                before = now;
                display.batch(state.epoch + 1, (state.epoch * batches + state.batch) * train.batchSize(), lastLoss);
                if (!options.callbacks.isEmpty()) {
                    options.callbacks.forEach(c -> c.onBatch(this));
                    before = System.nanoTime();
                }
                if (group == 0 && state.batch < batches && stopRequest.isStopped()) {
                    break;
                }
            }
        }
        state.tallies = new ArrayList<>(tallies.stream().map(Metric.Tally::state).toList());
        if (state.batch < batches) {
            return false;
        }
        var measured = new LinkedHashMap<String, Double>();
        for (int i = 0; i < tallies.size(); i++) {
            measured.put(options.metrics.get(i).name(), tallies.get(i).value());
        }
        trained = measured;
        return true;
    }

    private Map<String, Double> trained = Map.of();

    private void check(double loss) {
        if (!Double.isFinite(loss)) {
            throw new FathomException(
                    String.format(
                            Locale.ROOT,
                            "the loss is %s in epoch %d, batch %d of %d, at learning rate %s: try a smaller learning rate, or clipNorm%s",
                            loss,
                            state.epoch + 1,
                            state.batch + 1,
                            train.size(),
                            optimizer.lr(),
                            keptCheckpoint()));
        }
    }

    /** Checks the weights before they are saved: no later loss would reveal what the last update did to them. */
    private void checkWeights() {
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
                            optimizer.lr(),
                            NonFinite.text(broken),
                            keptCheckpoint()));
        }
    }

    private String keptCheckpoint() {
        return folder != null && folder.hasCheckpoint()
                ? String.format(Locale.ROOT, "; the checkpoint of epoch %d is kept in %s", state.epoch, folder.path())
                : "";
    }

    private void warn(String line) {
        warnings.add(line);
        LOG.log(System.Logger.Level.WARNING, line);
    }

    private void updated() {
        state.step++;
        if (schedule != null && options.scheduleBatches) {
            schedule.step();
        }
    }

    private void finishEpoch(ProgressDisplay display) throws IOException {
        checkWeights();
        var tested = new LinkedHashMap<String, Double>();
        if (test != null) {
            Evaluation e =
                    new Evaluator(
                                    net,
                                    options.loss,
                                    options.metrics,
                                    options.precision,
                                    options.device,
                                    this::warnOfTest)
                            .run(test);
            tested.put("loss", e.loss());
            tested.putAll(e.metrics());
        }
        var result =
                new EpochResult(
                        state.epoch + 1,
                        state.lossSum / state.examples,
                        trained,
                        tested,
                        optimizer.lr(),
                        state.seconds,
                        state.examples);
        state.history.add(result);
        boolean best = isBest(result);
        if (schedule != null && !options.scheduleBatches) {
            schedule.step(tested.getOrDefault("loss", result.loss()));
        }
        state.nextEpoch();
        state.loaderEpoch++;
        if (best) {
            state.bestEpoch = state.epoch;
        }
        keep(best);
        display.epoch(result);
        options.callbacks.forEach(c -> c.onEpoch(this, result));
    }

    /** Warns of the first epoch whose evaluation is not finite; later ones are visible in the results. */
    private void warnOfTest(String line) {
        if (!hasWarnedOfTest) {
            hasWarnedOfTest = true;
            warn(String.format(Locale.ROOT, "epoch %d: %s", state.epoch + 1, line));
        }
    }

    /**
     * {@return whether the epoch is the best so far, by the first metric on the test data, or the loss without
     * metrics}; NaN and infinity are never best.
     */
    private boolean isBest(EpochResult result) {
        double value;
        boolean higher = false;
        if (options.metrics.isEmpty()) {
            value = test == null ? result.loss() : result.test().getOrDefault("loss", Double.NaN);
        } else {
            Metric first = options.metrics.getFirst();
            higher = first.higherIsBetter();
            value = (test == null ? result.train() : result.test()).getOrDefault(first.name(), Double.NaN);
        }
        if (!Double.isFinite(value)) {
            return false;
        }
        double gain = higher ? value - state.bestValue : state.bestValue - value;
        if (state.bestEpoch == 0 || gain > options.minDelta) {
            state.bestValue = value;
            return true;
        }
        return false;
    }

    private void checkpoint() throws IOException {
        if (folder == null) {
            return;
        }
        state.random = generator.getState();
        Map<String, String> s = schedule == null ? Map.of() : OptimizerState.toText(schedule.stateDict());
        if (folder.save(net, optimizer, s, state)) {
            warn(
                    String.format(
                            Locale.ROOT,
                            "%s was deleted meanwhile; it is created again with the state after epoch %d, without the best weights of earlier epochs",
                            folder.path(),
                            state.epoch));
        }
    }

    /** Writes the results of an epoch. */
    private void keep(boolean isBest) throws IOException {
        if (folder == null) {
            return;
        }
        try {
            if (isBest) {
                folder.saveWeights(net, "best.safetensors");
            }
            folder.writeMetrics(state.history);
            checkpoint();
        } catch (IOException e) {
            throw lost("epoch " + state.epoch, state.epoch - 1, e);
        }
    }

    private IOException lost(String what, int kept, IOException e) {
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

    // ---- for callbacks --------------------------------------------------------------------------------------------

    @Override
    public Layer net() {
        return net;
    }

    @Override
    public int epoch() {
        return number;
    }

    @Override
    public long step() {
        return state.step;
    }

    @Override
    public double loss() {
        return lastLoss;
    }

    @Override
    public void stop() {
        stopRequest.stop();
    }
}
