package fathom;

import fathom.capture.Arena;
import fathom.capture.Trace;
import fathom.guard.Guard;
import fathom.memory.Allocator;
import fathom.memory.Scopes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BinaryOperator;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A step that is run as a plan: forward, backward and update, fused, with all memory laid out beforehand.
 *
 * {@snippet :
 * var step = Captured.of((x, y) -> {
 *     var loss = crossEntropy(net.forward(x), y);
 *     opt.zeroGrad();
 *     loss.backward();
 *     opt.step();
 *     return loss;
 * });
 * for (var batch : loader) {
 *     total += step.call(batch.x(), batch.y()).item();
 * }
 * }
 *
 * <p>The first calls run the step as written (eagerly). Two of them are recorded; where both did the same, later calls
 * replay the recording, with the same numbers to the bit but without the step's Java code. Random numbers are drawn
 * anew at each replay.
 *
 * <p><b>When a plan is replayed.</b> A plan belongs to what Java decided when it was recorded. All of this is compared
 * at each call; where something differs the call runs eagerly, and another plan is recorded for it:
 *
 * <ul>
 *   <li>the arguments' shapes, types, strides, devices, and which share memory; {@link Autograd#noGrad}, {@link
 *       Precision}, and the device that is open;
 *   <li>of each tensor that the step used: its memory ({@link Tensor#setData}), geometry, {@code requiresGrad}, hooks,
 *       and whether its gradient is there;
 *   <li>of each block that the step met: all fields, those of subclasses of one's own as well. Numbers, booleans,
 *       characters, strings, enums, and records, arrays, lists, maps and atomic variables of these are compared by
 *       value; tensors and blocks by identity; other objects by their own fields. So are the training mode, forward
 *       hooks, and children that were replaced, added or removed. A block is met if it, or one below it, has a
 *       parameter or a buffer that the step used; if it or a block above it is in a variable that the step captured; or
 *       if it is below one that is met;
 *   <li>of each optimiser: its groups. The optimisers of module {@code fathom.optim} ask for their numbers, such as the
 *       learning rate, at each replay. One of your own has the same plan only while the hyper-parameters that it read
 *       and its fields are the same; see {@link #scalar};
 *   <li>of the variables that the step captured, of the fields of objects in them (not of collections there), and of
 *       assignable static fields of the class where the step is written: numbers, strings, enums, records and arrays of
 *       these, atomic variables. What the step itself changes there, such as a counter, is not compared;
 *   <li>what {@link #guard} is given.
 * </ul>
 *
 * <p><b>What cannot be compared.</b> A field of a block or an optimiser of your own whose object hides its state (a
 * {@code java.util.Random}, a stream), or that the step itself assigns, makes the step run eagerly for good; {@link
 * #refusal} names it. If the step does not depend on the field, declare it {@code transient}: such fields are not
 * compared. Otherwise override {@code guard()} in the block or the optimiser. What else a step may depend on cannot be
 * seen: a file, the clock, an object behind a static method, a collection in an object that it captured. Give it to
 * {@link #guard}. As a net, a step that is replayed runs eagerly now and then (at calls 32, 64, 128, ... 1024, 2048,
 * 3072, ...) and is compared with its plan; if it differs it is not replayed any more, with a warning.
 *
 * <p>Side effects in Java do not happen at replays. The gradients that replays leave in {@link Tensor#grad} are the
 * same tensors from call to call; {@code clone()} one that is to stay. A step that reads values (item, toArray, print)
 * or differs from run to run runs eagerly for good; the reason, with the operation and the line, is logged once and is
 * in {@link #refusal}.
 *
 * <p>As within a {@link Scope}, what a call makes is given back at its end, except results, parameters and gradients.
 * Results have no history: backward belongs into the step. Calls from several threads go one after another.
 */
public final class Captured {
    /** What is run. */
    @FunctionalInterface
    private interface Step {
        List<Tensor> run(List<Tensor> arguments);
    }

    private static final System.Logger LOG = System.getLogger(Captured.class.getName());
    private static final boolean ENABLED = !"false".equals(System.getProperty("fathom.capture"));
    private static final int MOST_DIFFERENCES = 4;

    /** So many calls apart a step that is replayed runs as it stands once more, and is compared. */
    private static final int LONGEST_TRUST = 1024;

    private final Step step;
    private final StepCode code;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Allocator, Arena> arenas = new IdentityHashMap<>();
    private final Recordings recordings = new Recordings();
    private final LeafGradients gradients = new LeafGradients();

    private int differences;
    private Trace.@Nullable Doubt doubt;

    /** Places in captured variables that the step itself changes. */
    private final Set<Guard.Location> sideEffects = new HashSet<>();

    private @Nullable String refusal;
    private @Nullable Replay last;

    private Captured(Object written, Step step) {
        this.step = step;
        code = new StepCode(written);
        if (!ENABLED) {
            refusal = "fathom.capture is false";
        }
    }

    /** {@return a step without arguments, captured} */
    public static Captured of(Supplier<Tensor> step) {
        return new Captured(step, in -> List.of(step.get()));
    }

    /** {@return a step from one tensor to one, captured} */
    public static Captured of(UnaryOperator<Tensor> step) {
        return new Captured(step, in -> List.of(step.apply(argument(in, 0, 1))));
    }

    /** {@return a step from two tensors, such as examples and their targets, to one, captured} */
    public static Captured of(BinaryOperator<Tensor> step) {
        return new Captured(step, in -> List.of(step.apply(argument(in, 0, 2), in.get(1))));
    }

    /** {@return a step from any number of tensors to any number, captured} */
    public static Captured ofAll(Function<List<Tensor>, List<Tensor>> step) {
        return new Captured(step, step::apply);
    }

    /**
     * Names objects that the step depends on where it holds them in a way that cannot be seen, such as behind a static
     * method: blocks, optimisers, or others with fields.
     *
     * @return this
     */
    public Captured guarding(Object... roots) {
        lock.lock();
        try {
            for (Object root : roots) {
                code.add(root);
            }
            recordings.clear();
            return this;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says that the step that is running depends on something in Java: its plan is replayed only while {@code value}
     * gives the same. Where no step is being recorded this only asks for the value.
     *
     * {@snippet :
     * var step = Captured.of((x, y) -> {
     *     double weight = Captured.guard(() -> settings.read("weight"));
     *     return train(x, y, weight);
     * });
     * }
     *
     * <p>Each value that was not there before costs some eager calls; for numbers that change at every call there is
     * {@link #scalar}.
     *
     * @param value gives numbers, booleans, strings, enums, tensors, blocks, or records, lists, maps and arrays of
     *     these. It is asked before each call, on the calling thread, and must be fast. It may read tensors.
     * @return the value now
     * @throws IllegalArgumentException if a step is being recorded and the value cannot be compared
     */
    public static <T extends @Nullable Object> T guard(Supplier<T> value) {
        Tracing tracing = Tracing.current();
        T now = Handlers.without(value);
        if (tracing != null) {
            tracing.guard(value, now);
        }
        return now;
    }

    /**
     * A number from Java that may be another at each call without making another plan: {@code source} is asked once for
     * each call of this method, and at each replay in its place. So an optimiser of one's own takes its learning rate:
     *
     * {@snippet :
     * public void step() {
     *     try (var off = noGrad()) {
     *         for (ParameterGroup group : groups()) {
     *             Tensor lr = Captured.scalar(group::lr);
     *             for (Tensor p : group.parameters()) {
     *                 if (p.grad() != null) {
     *                     p.sub_(p.grad().mul(lr));
     *                 }
     *             }
     *         }
     *     }
     * }
     * }
     *
     * <p>Java code must not decide by the number, only compute with the tensor. What {@code source} changes in Java,
     * such as a count of steps, it changes at replays too; declare such a field {@code transient}.
     *
     * @return a single number, float64: with tensors of other floating types it gives what a {@code double} gives
     */
    public static Tensor scalar(DoubleSupplier source) {
        return Dispatch.scalar(source);
    }

    private static Tensor argument(List<Tensor> in, int i, int count) {
        if (in.size() != count) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "call: this step takes %d tensors, given are %d", count, in.size()));
        }
        return in.get(i);
    }

    /**
     * Runs the step.
     *
     * @return its first result, without history
     * @throws IllegalArgumentException if there are more or fewer arguments than the step takes
     * @throws IllegalStateException if the step has no result
     */
    public Tensor call(Tensor... arguments) {
        List<Tensor> results = callAll(arguments);
        if (results.isEmpty()) {
            throw new IllegalStateException("call: this step has no result; use callAll");
        }
        return results.getFirst();
    }

    /** {@return all results of a run of the step, without history} */
    public List<Tensor> callAll(Tensor... arguments) {
        List<Tensor> in = List.of(arguments);
        Tracing outer = Tracing.current();
        if (outer != null) {
            outer.using(code);
            return step.run(in); // part of a greater step
        }
        lock.lock();
        try {
            return lock.getHoldCount() > 1 || refusal != null ? plain(in) : recorded(in);
        } finally {
            lock.unlock();
        }
    }

    private List<Tensor> recorded(List<Tensor> in) {
        if (Device.current() == Device.META) {
            return plain(in);
        }
        for (Tensor t : in) {
            if (t.isMeta()) {
                return plain(in);
            }
            if (t.requiresGrad()) {
                refuse("an argument requires a gradient");
                return plain(in);
            }
        }
        Recordings.Recording r = recordings.find(PlanKey.of(in));
        if (r == null || r.plan != null && r.plan.collides(in)) {
            return plain(in);
        }
        if (r.plan == null || isDoubted(++r.calls)) {
            return traced(in, r);
        }
        last = r.plan;
        return r.plan.run(in);
    }

    private static boolean isDoubted(long calls) {
        return calls % LONGEST_TRUST == 0 || calls < LONGEST_TRUST && calls >= 32 && Long.bitCount(calls) == 1;
    }

    /** Runs the step as it stands; what it makes is given back in the end. */
    private List<Tensor> plain(List<Tensor> in) {
        Scopes scope = Scopes.open();
        try {
            return passed(step.run(in), scope);
        } finally {
            scope.close("the captured step that made it ended");
        }
    }

    private static List<Tensor> passed(List<Tensor> results, Scopes scope) {
        for (Tensor t : results) {
            scope.pass(t.storage());
        }
        return results.stream().map(Tensor::detach).toList();
    }

    /** Runs the step as it stands, and notes what it does. */
    private List<Tensor> traced(List<Tensor> arguments, Recordings.Recording r) {
        // apart from the same tensors as the step may know them by other ways: those stay, arguments are others next
        // time
        List<Tensor> in = arguments.stream().map(Tensor::detach).toList();
        var trace = new Trace(memory -> arenas.computeIfAbsent(memory, Arena::new), doubt);
        Scopes scope = Scopes.open();
        try {
            List<Guard> before = Tracing.stateBefore(code, sideEffects::contains);
            Tracing tracing = Tracing.begin(trace, in, r.traced == null);
            List<Tensor> results;
            Replay replay;
            try {
                results = step.run(in);
                noteSideEffects(trace, before, r.traced);
                replay = Replay.of(tracing, in, results, code, sideEffects::contains, gradients);
            } finally {
                Handlers.end();
            }
            trace.end();
            judge(trace, replay, r);
            recordings.bound();
            if (r.plan != replay) {
                replay.forgetGradients();
            }
            // a gradient that is a result as well stays as it is, while replays write it anew
            return passed(results.stream().map(t -> replay.writes(t) ? t.clone() : t).toList(), scope);
        } finally {
            scope.close("the captured step that made it ended");
        }
    }

    /** What a plan would depend on, and held when the step began, does not any more: the step has changed it. */
    private void noteSideEffects(Trace trace, List<Guard> before, @Nullable Replay traced) {
        var changed = new ArrayList<Guard>();
        for (Guard g : before) {
            if (!g.holds()) {
                changed.add(g);
            }
        }
        if (traced != null) {
            changed.addAll(traced.broken());
        }
        for (Guard g : changed) {
            if (!g.maySideEffect()) {
                trace.refuseWholeStep(
                        "the step itself changes %s, and a replay would not: keep it in a tensor that is written in place, ask for it by Captured.scalar, or declare the field transient if no result depends on it"
                                .formatted(g.change()));
                return;
            }
            if (sideEffects.add(g.location())) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "the step changes {0}, which replays will not: if results depend on it use Captured.guard or Captured.scalar",
                        g.change());
            }
        }
        if (traced != null && !changed.isEmpty()) {
            traced.forget(sideEffects);
        }
    }

    private void judge(Trace trace, Replay now, Recordings.Recording r) {
        String why = trace.refusal();
        boolean always = why != null && trace.isRefusedPermanently();
        if (why == null && r.traced != null) {
            why = now.difference(r.traced);
        }
        doubt = trace.found();
        if (why == null) {
            if (r.traced == null) {
                r.traced = now;
            } else if (r.plan == null) {
                now.prepare(gradients);
                r.traced = now;
                r.plan = now;
                last = now;
            }
        } else if (r.plan != null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the step changed after {0} calls, and so it is no longer replayed; replays before this were of"
                            + " the step as it was",
                    r.calls);
            refuse(why);
        } else if (always || ++differences >= MOST_DIFFERENCES) {
            refuse(why);
        } else {
            r.traced = trace.refusal() == null ? now : null;
        }
    }

    private void refuse(String why) {
        refusal = why;
        recordings.clear();
        LOG.log(System.Logger.Level.INFO, "the step is not captured: {0}", why);
    }

    /**
     * {@return whether a call with these arguments would replay a plan: one is recorded, and all that it depends on is
     * as it was}
     */
    public boolean hasPlan(Tensor... arguments) {
        lock.lock();
        try {
            return refusal == null && recordings.hasPlan(PlanKey.of(List.of(arguments)));
        } finally {
            lock.unlock();
        }
    }

    /** {@return why the step runs eagerly; null where it is, or may yet be, replayed} */
    public @Nullable String refusal() {
        return refusal;
    }

    /**
     * {@return the plan replayed last, as a table: kernels in order, what was fused in each, shapes, the bytes that it
     * reads and writes, and the greatest need of memory; before there is one, or where there will be none, why}
     */
    public String plan() {
        lock.lock();
        try {
            return last != null && refusal == null
                    ? last.toString()
                    : refusal != null
                            ? "not captured: " + refusal
                            : recordings.whatChanges() != null
                                    ? "no plan holds: " + recordings.whatChanges()
                                    : "no plan yet: a step is replayed from its fourth call with the same shapes on";
        } finally {
            lock.unlock();
        }
    }
}
