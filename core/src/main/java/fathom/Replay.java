package fathom;

import fathom.capture.BufferOperand;
import fathom.capture.Plan;
import fathom.capture.Trace;
import fathom.guard.Guard;
import fathom.memory.Allocator;
import fathom.memory.Pins;
import fathom.memory.Storage;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A plan with its connection to tensors: arguments and results, gradients of leaves, and guards. */
final class Replay {
    private final Trace trace;
    private Guard[] guards;
    private final List<@Nullable Generator> generators;

    /** Leaves whose initial gradient is read: inputs after the arguments. */
    private final List<Tensor> given;

    private final List<View> givenGeometry;

    /** Leaves whose gradient must be null when the step begins. */
    private final Tensor[] withoutGradient;

    private final Tensor[] met;
    private final TensorState[] states;
    private final int arguments;

    /** Leaves whose gradient the step replaces, with the new one. */
    private final Map<Tensor, @Nullable Tensor> gradients = new IdentityHashMap<>();

    /** Leaves whose gradient other plans compute too, in memory that this one may use. */
    private final Map<Tensor, Tensor> shared = new IdentityHashMap<>();

    /** The memory of gradients that the plan overwrites. */
    private Storage[] written = {};

    private final List<Result> results = new ArrayList<>();
    private final List<BufferOperand> places = new ArrayList<>();
    private @Nullable Plan plan;
    private int[] used = {};

    private record View(DType dtype, long[] shape, long[] strides) {
        static View of(Tensor t) {
            return new View(t.dtype(), t.rawShape(), t.rawStrides());
        }

        boolean fits(Tensor t) {
            return t.dtype() == dtype && Arrays.equals(t.rawShape(), shape) && Arrays.equals(t.rawStrides(), strides);
        }
    }

    /** A result: the tensor itself if it is external or an argument; else its position in the plan. */
    private record Result(@Nullable Tensor outside, int place) {}

    private Replay(Tracing tracing, List<Tensor> in) {
        trace = tracing.trace;
        guards = tracing.guards.toArray(Guard[]::new);
        generators = tracing.generators;
        withoutGradient = tracing.withoutGradient.toArray(Tensor[]::new);
        met = tracing.met.keySet().toArray(Tensor[]::new);
        states = new TensorState[met.length];
        for (int i = 0; i < met.length; i++) {
            states[i] = Objects.requireNonNull(tracing.met.get(met[i]));
        }
        given = List.copyOf(tracing.given);
        givenGeometry = given.stream().map(t -> View.of(Objects.requireNonNull(tracing.leaves.get(t)))).toList();
        arguments = in.size();
    }

    /** {@return the recording of a run, replayable once it is {@linkplain #prepare prepared}} */
    static Replay of(
            Tracing tracing,
            List<Tensor> in,
            List<Tensor> results,
            StepCode code,
            Predicate<Guard.Location> sideEffects,
            LeafGradients known) {
        results.forEach(tracing::using);
        tracing.readState(code, sideEffects);
        var r = new Replay(tracing, in);
        tracing.leaves.forEach((leaf, before) -> {
            Tensor after = leaf.borrowedGrad();
            if (after != before && !r.isInPlace(leaf, before, after)) {
                r.gradients.put(leaf, after);
            }
        });
        r.share(known);
        for (Tensor t : results) {
            r.add(t);
        }
        return r;
    }

    /** Determines which computed gradients may be written where other plans write theirs. */
    private void share(LeafGradients known) {
        var uses = new IdentityHashMap<Storage, Integer>();
        gradients
                .values()
                .forEach(g -> {
                    if (g != null) {
                        uses.merge(g.storage(), 1, Integer::sum);
                    }
                });
        gradients.forEach((leaf, g) -> {
            if (g == null) {
                return;
            }
            if (trace.isInput(g.storage())) {
                trace.refuseWholeStep("it sets a leaf's gradient to an argument, or to another gradient");
            } else if (trace.escapes(g.storage()) && Objects.equals(uses.get(g.storage()), 1)) {
                Tensor like = known.like(leaf, g, s -> uses.containsKey(s) || trace.knows(s));
                if (like != null) {
                    uses.put(like.storage(), 1);
                    shared.put(leaf, like);
                }
            }
        });
    }

    /** Whether a gradient is still in its initial memory, as one that was filled with zeros. */
    private boolean isInPlace(Tensor leaf, @Nullable Tensor before, @Nullable Tensor after) {
        return before != null
                && after != null
                && before.storage() == after.storage()
                && before.storageOffset() == after.storageOffset()
                && View.of(before).fits(after)
                && given.contains(leaf);
    }

    private void add(Tensor t) {
        var operand = new Operand(t.dtype(), t.dataAddress(), t.rawShape(), t.rawStrides());
        BufferOperand place = trace.place(operand, t.storage());
        places.add(place);
        // a result that is part of a gradient overwritten by replays is copied
        boolean made = trace.isFresh(t.storage()) || place.input() >= 0 || place.isEscaped();
        results.add(new Result(made ? null : t.detach(), places.size() - 1));
    }

    /** {@return how an earlier run differs; null if it does not} */
    @Nullable String difference(Replay earlier) {
        String difference = trace.difference(earlier.trace);
        return difference != null || generators.equals(earlier.generators)
                ? difference
                : "it draws from a different generator from run to run";
    }

    /** Compiles the plan. */
    void prepare(LeafGradients known) {
        var others = new IdentityHashMap<Storage, Storage>();
        shared.forEach((leaf, like) -> {
            Tensor made = gradients.put(leaf, like);
            others.put(Objects.requireNonNull(made).storage(), like.storage());
        });
        trace.replaceEscaped(others, places);
        written = trace.escaped().toArray(Storage[]::new);
        gradients
                .keySet()
                .forEach(leaf -> {
                    if (!shared.containsKey(leaf)) {
                        Tensor now = leaf.grad(); // which the plan owns from now on
                        if (now != null) {
                            known.add(leaf, now);
                        }
                    }
                });
        plan = Plan.of(trace, places, inputs(), Device.of(trace.memory()).backends()::choose);
        used = Arrays.stream(plan.inputs()).filter(i -> i < inputs()).toArray();
    }

    /** Releases state that only {@link #run} needs, if the run was recorded only for comparison. */
    void forgetGradients() {
        gradients.clear();
        shared.clear();
        trace.forgetEscaped();
    }

    private int inputs() {
        return arguments + given.size();
    }

    private Plan plan() {
        return Objects.requireNonNull(plan, "not prepared");
    }

    /** {@return the number of operations of the run} */
    int size() {
        return trace.size();
    }

    /** {@return whether all guards hold} */
    boolean holds() {
        for (int i = 0; i < met.length; i++) {
            if (!states[i].holds(met[i])) {
                return false;
            }
        }
        for (Tensor leaf : withoutGradient) {
            if (leaf.hasGrad()) {
                return false;
            }
        }
        for (int i = 0; i < given.size(); i++) {
            Tensor g = given.get(i).borrowedGrad();
            if (g == null || !givenGeometry.get(i).fits(g)) {
                return false;
            }
        }
        for (int i = 0; i < guards.length; i++) {
            if (!guards[i].holds()) {
                return false;
            }
        }
        return true;
    }

    /** {@return the guards that do not hold} */
    List<Guard> broken() {
        return Arrays.stream(guards).filter(g -> !g.holds()).toList();
    }

    /** Removes guards of state that the step itself changes as a side effect. */
    void forget(Set<Guard.Location> sideEffects) {
        guards = Arrays.stream(guards).filter(g -> !sideEffects.contains(g.location())).toArray(Guard[]::new);
    }

    /** {@return whether a tensor that the run used has been given other memory since} */
    boolean isDisplaced() {
        for (int i = 0; i < met.length; i++) {
            if (met[i].storage() != states[i].storage()) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether all external memory used by the plan is still alive} */
    boolean isAlive() {
        return plan().isAlive();
    }

    /**
     * {@return the results}
     *
     * @param arguments those of this call
     */
    List<Tensor> run(List<Tensor> arguments) {
        List<Tensor> in = inputs(arguments);
        Pins pins = Pins.NONE;
        try {
            for (int i : used) {
                pins = pins.and(in.get(i).storage());
            }
            pins = plan().pinned(pins);
            return runPinned(in);
        } finally {
            pins.close();
        }
    }

    private List<Tensor> runPinned(List<Tensor> in) {
        Plan p = plan();
        var made = new Storage[p.fresh().size()];
        var addresses = new long[inputs() + made.length];
        for (int i = 0; i < made.length; i++) {
            made[i] = trace.memory().allocate(p.fresh().get(i));
            addresses[inputs() + i] = made[i].address();
        }
        for (int i : used) {
            addresses[i] = in.get(i).dataAddress();
        }
        var draws = generators.iterator();
        p.run(
                addresses,
                () -> {
                    Generator named = draws.next();
                    return named == null ? Generator.draw() : named.next();
                });
        for (int i : used) {
            if (p.writesInput(i)) {
                in.get(i).storage().bumpVersion();
            }
        }
        Reference.reachabilityFence(in);
        gradients.forEach(Tensor::setGrad);
        var out = new ArrayList<Tensor>(results.size());
        for (Result r : results) {
            out.add(result(r, in, made));
        }
        return out;
    }

    /** {@return the arguments, then the gradients that the plan reads} */
    private List<Tensor> inputs(List<Tensor> arguments) {
        if (given.isEmpty() && written.length == 0) {
            return arguments;
        }
        var in = new ArrayList<Tensor>(inputs());
        in.addAll(arguments);
        given.forEach(leaf -> in.add(Objects.requireNonNull(leaf.grad())));
        for (int i : used) {
            if (isWritten(in.get(i).storage())) {
                in.set(i, in.get(i).clone()); // the plan writes there before or while reading it
            }
        }
        return in;
    }

    /** {@return whether replays write the tensor's memory, as that of a gradient} */
    boolean writes(Tensor t) {
        return isWritten(t.storage());
    }

    private boolean isWritten(Storage s) {
        for (Storage w : written) {
            if (w == s) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether an argument to be written is in memory where the plan computes gradients} */
    boolean collides(List<Tensor> arguments) {
        for (int i : used) {
            if (i < arguments.size() && isWritten(arguments.get(i).storage()) && plan().writesInput(i)) {
                return true;
            }
        }
        return false;
    }

    private Tensor result(Result r, List<Tensor> in, Storage[] made) {
        if (r.outside != null) {
            return r.outside.detach();
        }
        BufferOperand from = plan().results().get(r.place);
        if (from.input() < 0) {
            return copied(from, trace.memory());
        }
        if (from.input() >= inputs()) {
            return new Tensor(made[from.input() - inputs()], 0, from.shape(), from.strides(), from.dtype(), null);
        }
        Tensor base = in.get(from.input());
        long offset = (from.address() - base.storage().address()) / from.dtype().size();
        return new Tensor(base.storage(), offset, from.shape(), from.strides(), from.dtype(), null);
    }

    /** Copies a result out of the plan's memory, so that the next replay does not overwrite it. */
    private static Tensor copied(BufferOperand from, Allocator memory) {
        long before = 0;
        long bytes = from.dtype().size();
        for (int d = 0; d < from.shape().length; d++) {
            long reach = (from.shape()[d] - 1) * from.strides()[d] * from.dtype().size();
            if (from.shape()[d] == 0) {
                return Dispatch.allocate(new Spec(from.dtype(), from.shape(), from.strides()), memory);
            }
            before += Math.max(0, -reach);
            bytes += Math.abs(reach);
        }
        Storage storage = memory.allocate(bytes);
        memory.memory().copy(from.address() - before, storage.address(), bytes);
        return new Tensor(storage, before / from.dtype().size(), from.shape(), from.strides(), from.dtype(), null);
    }

    @Override
    public String toString() {
        return plan().toString();
    }
}
