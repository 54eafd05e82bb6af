package fathom.train;

import fathom.Autograd;
import fathom.Device;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.distributed.LocalProcessGroup;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.nn.norm.BatchNorm;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import fathom.plot.Plot;
import fathom.train.metric.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The loop of one training run, from the first batch or a checkpoint to its end. */
final class TrainingLoop<B> implements TrainingCallback.Progress {
    private static final StepResult NONE = new StepResult(Double.NaN, Map.of(), 0, null, null);

    private final Task<B> task;
    private final Block net;
    private final TrainerOptions options;
    private final DataLoader train;
    private final @Nullable DataLoader test;
    private final int epochs;
    private final List<Tensor> parameters;
    private final TrainingPhases<B> phases;
    private final TrainingStep<B> step;
    private final Evaluator<B> evaluator;
    private final RunProblems problems;
    private final List<TrainingCallback> callbacks = new ArrayList<>();
    private final CallbackStates callbackStates;
    private final Peers peers;
    private @Nullable RunFolder folder;
    private @Nullable StepLog log;
    private TrainingState state = new TrainingState();
    private int number = 1;
    private StepResult last = NONE;
    private final StopRequest stopRequest;

    /** The generator of this run's random numbers: its own if it has a seed. */
    private final Generator generator;

    TrainingLoop(Task<B> task, TrainerOptions options, DataLoader train, @Nullable DataLoader test, int epochs) {
        this.task = task;
        this.net = task.net();
        this.options = options;
        this.train = train;
        this.test = test;
        this.epochs = epochs;
        this.parameters = net.parameters();
        this.peers = new Peers(options.group);
        this.stopRequest = new StopRequest(peers.isMain() || !(options.group instanceof LocalProcessGroup));
        callbacks.add(task);
        callbacks.addAll(options.callbacks);
        this.callbackStates = new CallbackStates(callbacks);
        boolean needsNorm = callbacks.stream().anyMatch(TrainingCallback::needsGradientNorm);
        this.phases = new TrainingPhases<>(task, options, needsNorm);
        this.generator = peers.generator(options.seed == null ? Generator.current() : new Generator(options.seed));
        this.problems = new RunProblems(net, options, train, phases);
        this.step = new TrainingStep<>(task, options, phases, problems::checkLoss);
        this.evaluator = new Evaluator<>(task, options);
    }

    Run run() {
        if (train.size() == 0) {
            throw new IllegalArgumentException("fit: the training data has no batch");
        }
        try (stopRequest;
                var _ = generator.open();
                var opened =
                        options.folder == null || !peers.isMain()
                                ? null
                                : RunFolder.open(options.folder, options.resume, options.overwrite)) {
            folder = opened;
            StateDict callbacksBefore = begin();
            boolean shows = options.progress && peers.isMain();
            try (var display = new ProgressDisplay(shows, epochs, state.epoch, train.size() * train.batchSize())) {
                callbacks.forEach(c -> c.onStart(this));
                if (callbacksBefore != null) {
                    callbackStates.load(callbacksBefore, this);
                }
                Run.Ending ending = epochs(display);
                if (log != null) {
                    log.end();
                }
                problems.draw("the curves", f -> f.writeCurves(state.history));
                writeEnding(ending);
                Device device = parameters.isEmpty() ? Device.current() : parameters.getFirst().device();
                var run = new Run(state.history, ending, state.bestEpoch, options.folder, problems.warnings(), device);
                callbacks.forEach(c -> c.onEnd(run));
                return run;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        } finally {
            train.shard(0, 1);
        }
    }

    /** {@return the states of callbacks in the checkpoint that is resumed; null if none is} */
    private @Nullable StateDict begin() throws IOException {
        state.loaderSeed = peers.isMain() ? train.seed() : 0;
        state.loaderSeed = peers.ofMain(state.loaderSeed);
        train.seed(state.loaderSeed);
        state.loaderEpoch = train.epoch();
        train.shard(peers.rank(), peers.size());
        StateDict callbacksBefore = null;
        boolean isResumed = folder != null && folder.isResumed();
        Path copy = peers.distribute(isResumed && folder != null ? folder.checkpoint() : null);
        if (isResumed || copy != null) {
            callbacksBefore = copy == null ? load(java.util.Objects.requireNonNull(folder)) : loadCopy(copy);
            train.seed(state.loaderSeed);
            peers.loadRandom(state, generator);
            if (test != null && state.testSeed != null) {
                test.seed(state.testSeed).epoch(state.testEpoch);
            }
        }
        if (options.lr != null) {
            phases.setLr(options.lr);
        }
        state.batchSize = train.batchSize();
        state.trainingExamples = train.dataset().size();
        phases.synchronise();
        problems.begin(state, folder);
        // the epoch that was just finished, if any
        number = state.batch == 0 && state.epoch > 0 ? state.epoch : state.epoch + 1;
        if (folder != null) {
            folder.writeConfig(config());
            folder.warnIfFull(net, problems::warn);
            log =
                    folder.isResumed()
                            ? StepLog.resume(folder.path(), folder.id(), state.step)
                            : StepLog.create(folder.path(), folder.id());
        }
        return callbacksBefore;
    }

    private StateDict load(RunFolder from) throws IOException {
        state = from.load(net, phases::loadOptimizers, this::checkLoaded);
        if (!peers.isMain()) {
            // sums of an unfinished epoch are those of all processes
            state.lossSum = 0;
            state.lossWeight = 0;
            state.losses = new LinkedHashMap<>();
            state.examples = 0;
            state.tallies = MetricTallies.start(options.metricsOf(task)).states();
        }
        return from.takeCallbacks();
    }

    /** Loads a checkpoint that rank 0 sent, and deletes it. */
    private StateDict loadCopy(Path copy) throws IOException {
        try {
            try (var from = RunFolder.open(copy, true, false)) {
                return load(from);
            }
        } finally {
            try (var files = Files.newDirectoryStream(copy)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(copy);
        }
    }

    /** Validates a checkpoint against this run's loader, metrics and schedules. */
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
            MetricTallies.restore(options.metricsOf(task), loaded.tallies);
        }
        phases.loadSchedules(scheduleState);
    }

    /** Notes in the config why the run ended; without it, readers tell from the epochs. */
    private void writeEnding(Run.Ending ending) {
        if (folder == null) {
            return;
        }
        try {
            folder.writeEnding(ending);
        } catch (IOException e) {
            problems.warn("the ending of the run could not be noted: " + e.getMessage());
        }
    }

    private Map<String, Object> config() {
        var config = new LinkedHashMap<>(options.config);
        config.put("network", net.getClass().getSimpleName());
        config.put("class", net.getClass().getName());
        config.put("parameters", parameters.stream().mapToLong(Tensor::numel).sum());
        if (task instanceof SupervisedTask s) {
            config.put("loss", s.loss().name());
        } else {
            config.put("task", task.name());
        }
        phases.describe(config);
        config.put("epochs", epochs);
        config.put("batchSize", train.batchSize());
        config.put("trainingExamples", train.dataset().size());
        if (test != null) {
            config.put("testExamples", test.dataset().size());
        }
        config.put("accumulate", options.accumulate);
        config.put("precision", options.precision.name());
        if (options.device != null) {
            config.put("device", options.device.toString());
        }
        if (options.seed != null) {
            config.put("seed", options.seed);
        }
        config.putAll(peers.describe());
        config.put("java", Runtime.version().toString());
        return config;
    }

    private Run.Ending epochs(ProgressDisplay display) throws IOException {
        while (state.epoch < epochs) {
            if (isOutOfPatience()) {
                return Run.Ending.NO_IMPROVEMENT;
            }
            Map<String, Double> trained = trainEpoch(display);
            if (trained == null) {
                problems.checkWeights();
                try {
                    checkpoint();
                } catch (IOException e) {
                    throw problems.lost(
                            String.format(Locale.ROOT, "the progress of epoch %d", state.epoch + 1), state.epoch, e);
                }
                return Run.Ending.INTERRUPTED;
            }
            finishEpoch(trained, display);
            if (state.epoch < epochs && peers.any(stopRequest.isStopped())) {
                return Run.Ending.INTERRUPTED;
            }
        }
        return Run.Ending.FINISHED;
    }

    private boolean isOutOfPatience() {
        return options.patience > 0 && state.epoch - state.bestEpoch >= options.patience;
    }

    /** {@return the named losses and the metrics of the epoch; null if it was interrupted} */
    private @Nullable Map<String, Double> trainEpoch(ProgressDisplay display) {
        List<Metric> metrics = options.metricsOf(task);
        MetricTallies tallies =
                state.batch > 0 ? MetricTallies.restore(metrics, state.tallies) : MetricTallies.start(metrics);
        var means = new StepResult.Means(state);
        net.train();
        phases.zeroGrad();
        long batches = train.size();
        number = state.epoch + 1;
        if (state.batch == 0) {
            callbacks.forEach(c -> c.onEpochStart(this));
        }
        int group = 0;
        double groupWeight = 0;
        try (var iterator = train.epoch(state.loaderEpoch).iterator(state.batch)) {
            long before = System.nanoTime();
            while (state.batch < batches) {
                long size;
                try (var _ = Scope.open()) {
                    Batch batch = options.onDevice(iterator.next());
                    last = step.of(batch);
                    state.batch++;
                    groupWeight += last.weight();
                    if (++group == options.accumulate || state.batch == batches) {
                        if (options.accumulate > 1) {
                            step.update(groupWeight);
                        }
                        state.step++;
                        phases.updated();
                        group = 0;
                        groupWeight = 0;
                    }
                    size = batch.size();
                    // what every process has counts once
                    if (peers.isMain() || !train.isCopied(state.batch - 1)) {
                        means.add(last.loss(), last.losses(), last.weight());
                        state.examples += size;
                        tallies.add(last.output(), last.target());
                    }
                }
                double seconds = (System.nanoTime() - before) * 1e-9;
                state.seconds += seconds;
                if (log != null) {
                    double passed = state.epoch + (double) state.batch / batches;
                    log.batch(passed, state.step, last.loss(), phases.lr(), size, seconds);
                }
                display.batch(state.epoch + 1, (state.epoch * batches + state.batch) * train.batchSize(), last);
                callbacks.forEach(c -> c.onBatch(this));
                before = System.nanoTime();
                if (group == 0 && state.batch < batches && peers.any(stopRequest.isStopped())) {
                    break;
                }
            }
        }
        peers.merge(means, tallies, state);
        phases.synchroniseBuffers();
        state.tallies = tallies.states();
        means.save(state);
        if (state.batch < batches) {
            return null;
        }
        Map<String, Double> trained = means.means();
        trained.putAll(tallies.values());
        return trained;
    }

    private void finishEpoch(Map<String, Double> trained, ProgressDisplay display) throws IOException {
        problems.checkWeights();
        EpochResult result;
        try {
            callbacks.forEach(c -> c.onEvaluationStart(this));
            result = evaluated(trained);
            state.history.add(result);
            if (isBest(result)) {
                state.bestEpoch = result.epoch();
                saveBest(result.epoch());
            }
            callbacks.forEach(c -> c.onEvaluated(this, result));
        } finally {
            callbacks.reversed().forEach(c -> c.onEvaluationEnd(this));
        }
        phases.epochEnded(result.test().getOrDefault(Losses.LOSS, result.loss()));
        state.nextEpoch();
        state.loaderEpoch++;
        keep();
        drawPictures(result);
        display.epoch(result);
        callbacks.forEach(c -> c.onEpoch(this, result));
    }

    private EpochResult evaluated(Map<String, Double> trained) {
        var tested = new LinkedHashMap<String, Double>();
        if (test != null) {
            Evaluation e = evaluator.run(test, problems::warnOfTest);
            state.testSeed = test.seed();
            state.testEpoch = test.epoch();
            tested.put(Losses.LOSS, e.loss());
            tested.putAll(e.metrics());
        }
        return new EpochResult(
                state.epoch + 1,
                new StepResult.Means(state).mean(),
                trained,
                tested,
                phases.lr(),
                state.seconds,
                state.examples);
    }

    /**
     * {@return whether the epoch is the best so far, by the value that is monitored; NaN and infinity are never best}
     */
    private boolean isBest(EpochResult result) {
        double value = monitoredValue(result);
        if (!Double.isFinite(value)) {
            return false;
        }
        double gain = isHigherBetter(result) ? value - state.bestValue : state.bestValue - value;
        if (state.bestEpoch == 0 || gain > options.minDelta) {
            state.bestValue = value;
            return true;
        }
        return false;
    }

    private Map<String, Double> monitoredValues(EpochResult result) {
        return test == null ? result.train() : result.test();
    }

    /** {@return the metric that is monitored; null if it is a loss, or named by the options} */
    private @Nullable Metric monitoredMetric(EpochResult result) {
        List<Metric> metrics = options.metricsOf(task);
        boolean isFirst = options.monitor == null && !metrics.isEmpty();
        return isFirst && monitoredValues(result).containsKey(metrics.getFirst().name()) ? metrics.getFirst() : null;
    }

    private boolean isHigherBetter(EpochResult result) {
        Metric metric = monitoredMetric(result);
        return metric == null ? options.monitor != null && options.monitorHigher : metric.higherIsBetter();
    }

    private double monitoredValue(EpochResult result) {
        Map<String, Double> values = monitoredValues(result);
        double loss = test == null ? result.loss() : values.getOrDefault(Losses.LOSS, Double.NaN);
        if (options.monitor != null) {
            return monitored(options.monitor, loss, values);
        }
        Metric metric = monitoredMetric(result);
        return metric == null ? loss : values.getOrDefault(metric.name(), Double.NaN);
    }

    private static double monitored(String name, double loss, Map<String, Double> values) {
        if (name.equals(Losses.LOSS)) {
            return loss;
        }
        Double value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "monitor: there is no %s among the results; there are %s and %s"
                            .formatted(name, Losses.LOSS, values.keySet()));
        }
        return value;
    }

    private void checkpoint() throws IOException {
        peers.saveRandom(state, generator);
        OptimizerState optimizers = folder != null || phases.isDivided() ? phases.optimizerState() : null;
        if (folder == null || optimizers == null) {
            return;
        }
        Map<String, String> schedules = OptimizerState.toText(phases.scheduleState());
        if (folder.save(net, optimizers, schedules, state, callbackStates::save)) {
            problems.warn(
                    String.format(
                            Locale.ROOT,
                            "%s was deleted meanwhile; it is created again with the state after epoch %d, without the best weights of earlier epochs",
                            folder.path(),
                            state.epoch));
        }
    }

    /** Writes the weights of the best epoch so far. */
    private void saveBest(int epoch) throws IOException {
        if (folder == null) {
            return;
        }
        try {
            folder.saveWeights(net, "best.safetensors");
        } catch (IOException e) {
            throw problems.lost("epoch " + epoch, epoch - 1, e);
        }
    }

    /** Writes the results of an epoch. */
    private void keep() throws IOException {
        try {
            if (folder != null) {
                folder.writeMetrics(state.history);
            }
            checkpoint();
        } catch (IOException e) {
            throw problems.lost("epoch " + state.epoch, state.epoch - 1, e);
        }
    }

    private void drawPictures(EpochResult result) {
        problems.draw(
                "the pictures",
                f -> {
                    try (var _ = Scope.open()) {
                        evaluator.inEvaluation(() -> writePictures(f, task.pictures(result)));
                    }
                });
    }

    private static int writePictures(RunFolder folder, Map<String, Plot> pictures) {
        pictures.forEach((name, plot) -> {
            try {
                folder.writePicture(name, plot);
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        });
        return pictures.size();
    }

    // ---- for callbacks --------------------------------------------------------------------------------------------

    @Override
    public Block net() {
        return net;
    }

    @Override
    public List<Optimizer> optimizers() {
        return phases.optimizers();
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
    public int epochs() {
        return epochs;
    }

    @Override
    public long batch() {
        return state.batch;
    }

    @Override
    public long batches() {
        return train.size();
    }

    @Override
    public List<EpochResult> history() {
        return Collections.unmodifiableList(state.history);
    }

    @Override
    public Optional<Path> folder() {
        return peers.isMain() ? Optional.ofNullable(options.folder) : Optional.empty();
    }

    @Override
    public double gradientNorm() {
        return phases.gradientNorm();
    }

    @Override
    public double monitored(EpochResult result) {
        double value = monitoredValue(result);
        return !Double.isFinite(value) ? Double.NaN : isHigherBetter(result) ? value : -value;
    }

    @Override
    public void updateBatchNorms() {
        // random numbers and the order of the data stay those of a training without this pass
        var copy = new Generator().setState(generator.getState());
        long epoch = train.epoch();
        try (var _ = Autograd.noGrad();
                var _ = copy.open();
                var _ = options.precision.open()) {
            BatchNorm.recompute(net, this::forwardAll);
        } finally {
            train.epoch(epoch);
        }
    }

    private void forwardAll() {
        try (var batches = train.iterator()) {
            while (batches.hasNext()) {
                try (var _ = Scope.open()) {
                    B batch = task.batch(options.onDevice(batches.next()));
                    phases.all().forEach(p -> p.losses(batch));
                }
            }
        }
    }

    @Override
    public double loss() {
        return last.loss();
    }

    @Override
    public Map<String, Double> losses() {
        return last.losses();
    }

    @Override
    public void stop() {
        stopRequest.stop();
    }
}
