package fathom.train;

import fathom.Tensor;
import fathom.distributed.parallel.ZeroRedundancyOptimizer;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The phases of a training in progress, and the state of their optimisers and schedules. */
final class TrainingPhases<B> {
    private final List<TrainingPhase<B>> all;

    /**
     * The phases of a task.
     *
     * @param needsNorm whether updates measure the norm of the gradients
     */
    TrainingPhases(Task<B> task, TrainerOptions options, boolean needsNorm) {
        List<PhasedTask.Phase<B>> phases = task.phases();
        if (options.optimizer != null && phases.stream().noneMatch(p -> p.options().optimizer == null)) {
            throw new IllegalArgumentException(
                    "optimizer: each phase of the task has an optimiser of its own, so that of the trainer is not used");
        }
        boolean isOnly = phases.size() == 1;
        all = phases.stream().map(p -> new TrainingPhase<>(p, options, isOnly, needsNorm)).toList();
    }

    List<TrainingPhase<B>> all() {
        return all;
    }

    List<Optimizer> optimizers() {
        return all.stream().map(TrainingPhase::optimizer).toList();
    }

    /** Makes the buffers of all processes those of rank 0. */
    void synchroniseBuffers() {
        all.forEach(TrainingPhase::synchroniseBuffers);
    }

    /** Makes the networks of all processes those of rank 0. */
    void synchronise() {
        all.forEach(TrainingPhase::synchronise);
    }

    void zeroGrad() {
        optimizers().forEach(Optimizer::zeroGrad);
    }

    /** {@return the Euclidean norm of the gradients in the last update; NaN if it is not measured} */
    double gradientNorm() {
        double squares = 0;
        for (TrainingPhase<B> p : all) {
            squares += Math.pow(p.gradientNorm(), 2);
        }
        return Math.sqrt(squares);
    }

    /** Advances the schedules that count updates. */
    void updated() {
        all.forEach(TrainingPhase::updated);
    }

    /** Advances the schedules that count epochs. */
    void epochEnded(double loss) {
        all.forEach(p -> p.epochEnded(loss));
    }

    /** {@return the learning rate, of the first phase if there are several} */
    double lr() {
        return all.getFirst().optimizer().lr();
    }

    void setLr(double lr) {
        if (all.size() > 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "lr: the task has %d phases, each with a learning rate of its own",
                            all.size()));
        }
        all.getFirst().setLr(lr);
    }

    /** Adds the optimisers and schedules to a run's config. */
    void describe(Map<String, Object> config) {
        for (TrainingPhase<B> p : all) {
            String prefix = prefix(p);
            Optimizer optimizer = p.optimizer();
            config.put(prefix + "optimizer", optimizer.getClass().getSimpleName());
            config.put(prefix + "optimizerSettings", new LinkedHashMap<>(optimizer.groups().getFirst().values()));
            LRScheduler schedule = p.schedule();
            if (schedule != null) {
                config.put(prefix + "schedule", schedule.getClass().getSimpleName());
            }
        }
    }

    // ---- state, by phase ------------------------------------------------------------------------------------------

    private static String prefix(TrainingPhase<?> phase) {
        return phase.name().isEmpty() ? "" : phase.name() + ".";
    }

    private static <V> Map<String, V> part(Map<String, V> all, String prefix) {
        if (prefix.isEmpty()) {
            return all;
        }
        var part = new LinkedHashMap<String, V>();
        all.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), value);
            }
        });
        return part;
    }

    /** {@return whether the state of an optimiser is divided among processes, which gather it together} */
    boolean isDivided() {
        return optimizers().stream().anyMatch(ZeroRedundancyOptimizer.class::isInstance);
    }

    /** {@return the state of all optimisers} */
    OptimizerState optimizerState() {
        if (all.size() == 1) {
            return all.getFirst().optimizer().stateDict();
        }
        var tensors = new LinkedHashMap<String, Tensor>();
        var numbers = new LinkedHashMap<String, Double>();
        for (TrainingPhase<B> p : all) {
            OptimizerState state = p.optimizer().stateDict();
            state.tensors().forEach((name, t) -> tensors.put(prefix(p) + name, t));
            state.numbers().forEach((name, n) -> numbers.put(prefix(p) + name, n));
        }
        return new OptimizerState(tensors, numbers);
    }

    /** Restores the state of all optimisers, or of none if that of one does not fit. */
    void loadOptimizers(OptimizerState state) {
        restore(
                p ->
                        p.optimizer()
                                .loadStateDict(
                                        new OptimizerState(
                                                part(state.tensors(), prefix(p)), part(state.numbers(), prefix(p)))),
                p -> {
                    OptimizerState before = p.optimizer().stateDict();
                    return () -> p.optimizer().loadStateDict(before);
                });
    }

    /** {@return the state of all schedules; empty if there is none} */
    Map<String, Double> scheduleState() {
        var state = new LinkedHashMap<String, Double>();
        for (TrainingPhase<B> p : all) {
            LRScheduler schedule = p.schedule();
            if (schedule != null) {
                schedule.stateDict().forEach((name, n) -> state.put(prefix(p) + name, n));
            }
        }
        return state;
    }

    /** Restores the state of all schedules, or of none if that of one does not fit. */
    void loadSchedules(Map<String, Double> state) {
        restore(
                p -> {
                    if (p.schedule() != null) {
                        p.schedule().loadStateDict(part(state, prefix(p)));
                    }
                },
                p -> {
                    LRScheduler schedule = p.schedule();
                    if (schedule == null) {
                        return () -> {};
                    }
                    Map<String, Double> before = schedule.stateDict();
                    return () -> schedule.loadStateDict(before);
                });
    }

    @FunctionalInterface
    private interface Undo<B> {
        /** {@return an action that restores the phase's present state} */
        Runnable of(TrainingPhase<B> phase);
    }

    private void restore(Consumer<TrainingPhase<B>> load, Undo<B> undo) {
        var done = new ArrayList<Runnable>();
        for (TrainingPhase<B> p : all) {
            Runnable before = all.size() == 1 ? () -> {} : undo.of(p);
            try {
                load.accept(p);
            } catch (RuntimeException e) {
                done.forEach(Runnable::run);
                throw e;
            }
            done.add(before);
        }
    }
}
