package fathom.train;

import fathom.nn.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A task whose steps consist of several phases, each with its own losses, parameters, optimiser and schedule, such as a
 * generative adversarial network. For each batch the phases run one after another: the losses of each are computed, and
 * its parameters updated, before those of the next.
 *
 * {@snippet :
 * var bce = new BCEWithLogitsLoss();
 * var task = new PhasedTask<>(Batch.class)
 *     .phase("discriminator", d, o -> o.optimizer(p -> new Adam(p, 0.05)), b -> {
 *         var real = d.call(b.x());
 *         var fake = d.call(g.call(randn(b.size(), 2)).detach());
 *         return Losses.of("D", bce.forward(real, onesLike(real)).add(bce.forward(fake, zerosLike(fake))).div(2));
 *     })
 *     .phase("generator", g, o -> o.optimizer(p -> new Adam(p, 0.005)), b -> {
 *         var fake = d.call(g.call(randn(b.size(), 2)));
 *         return Losses.of("G", bce.forward(fake, onesLike(fake)));
 *     });
 * new Trainer(task, t -> t.checkpoints(Path.of("runs/gan"))).fit(loader, Epochs.of(20));
 * }
 *
 * <p>The gradients of a phase are accumulated into its own parameters only. All phases are captured as one step.
 * Checkpoints have the state of each optimiser and schedule. Clipping applies to the gradients of each phase by itself.
 *
 * @param <B> the batches, as for {@link Task}
 */
public class PhasedTask<B> extends Task<B> {
    /**
     * A part of a training step with an optimiser of its own.
     *
     * @param name the name in checkpoints; empty for the only phase of a step
     * @param net the network whose parameters it updates
     * @param step computes its losses
     */
    record Phase<B>(String name, Block net, PhaseOptions options, Function<? super B, Losses> step) {}

    private final List<Phase<B>> phases = new ArrayList<>();
    private final TaskNets nets;

    /** A task without phases yet. */
    public PhasedTask(Class<B> type) {
        this(type, new TaskNets());
    }

    private PhasedTask(Class<B> type, TaskNets nets) {
        super(type, nets);
        this.nets = nets;
    }

    /**
     * Adds a phase.
     *
     * @param name the name of the phase, with which the names of its network's parameters begin in checkpoints
     * @param net the network whose parameters the phase updates; several phases may update the same
     * @param options the optimiser and the schedule
     * @param step computes the losses of a batch; the names of losses must differ between phases
     * @return this
     * @throws IllegalArgumentException if the name is taken, empty, or has a dot
     */
    public PhasedTask<B> phase(
            String name, Block net, Consumer<PhaseOptions> options, Function<? super B, Losses> step) {
        if (name.isEmpty() || name.contains(".") || phases.stream().anyMatch(p -> p.name().equals(name))) {
            throw new IllegalArgumentException(
                    "phase: '%s' is no name, or that of another phase; expected one without dots".formatted(name));
        }
        var o = new PhaseOptions();
        options.accept(o);
        nets.add(name, net);
        phases.add(new Phase<>(name, net, o, Objects.requireNonNull(step)));
        return this;
    }

    /**
     * {@return the losses of all phases for a batch, as evaluation shows them; a training step computes those of each
     * phase when its turn comes}
     */
    @Override
    public Losses step(B batch) {
        Losses all = null;
        for (Phase<B> p : phases()) {
            Losses some = p.step().apply(batch);
            all = all == null ? some : all.with(some);
        }
        return Objects.requireNonNull(all);
    }

    @Override
    List<Phase<B>> phases() {
        if (phases.isEmpty()) {
            throw new IllegalStateException("PhasedTask: the task has no phase; add one by phase(...)");
        }
        return phases;
    }
}
