package fathom;

import fathom.capture.Arena;
import fathom.capture.Trace;
import fathom.guard.Guard;
import fathom.memory.Allocator;
import fathom.memory.StorageScope;
import fathom.primitive.indexing.SparseGradients;
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
 * A step compiled to a plan: forward, backward and update, fused, with all memory planned in advance.
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
 * <p>The first calls run the step eagerly. Two of them are recorded; if both recordings agree, later calls replay the
 * plan, with bitwise identical results but without running the step's Java code. Random numbers are drawn anew at each
 * replay.
 *
 * <p><b>When a plan is replayed.</b> A plan is valid for the Java state under which it was recorded. All of the
 * following is compared at each call; if something differs, the call runs eagerly, and another plan is recorded for it:
 *
 * <ul>
 *   <li>the arguments' shapes, types, strides, devices and aliasing; {@link Autograd#noGrad}, {@link Precision}, and
 *       the current device;
 *   <li>of each tensor that the step used: its memory ({@link Tensor#setData}), geometry, {@code requiresGrad}, hooks,
 *       and whether it has a gradient;
 *   <li>of each block that the step uses: all fields, including those of user-defined subclasses. Numbers, booleans,
 *       characters, strings, enums, and records, arrays, lists, maps and atomic variables of these are compared by
 *       value; tensors and blocks by identity; other objects by their own fields. The training mode, forward hooks and
 *       the set of children are compared too. A block counts as used if it or a descendant has a parameter or a buffer
 *       that the step used; if it or an ancestor is in a variable that the step captured; or if an ancestor is used;
 *   <li>of each optimiser: its groups. The optimisers of module {@code fathom.optim} supply their scalars, such as the
 *       learning rate, at each replay. The plan of a user-defined one is valid only while the hyper-parameters that it
 *       read and its fields are unchanged; see {@link #scalar};
 *   <li>of the variables that the step captured, of the fields of objects in them (not of collections there), and of
 *       assignable static fields of the class that contains the step: numbers, strings, enums, records and arrays of
 *       these, atomic variables. State that the step itself changes there, such as a counter, is not compared;
 *   <li>the values passed to {@link #guard}.
 * </ul>
 *
 * <p><b>State that cannot be compared.</b> A field of a user-defined block or optimiser whose object hides its state (a
 * {@code java.util.Random}, a stream), or that the step itself assigns, makes the step run eagerly permanently; {@link
 * #eagerReason} names it. If the step does not depend on the field, declare it {@code transient}: such fields are not
 * compared. Otherwise override {@code guard()} in the block or the optimiser. Other dependencies of a step are not
 * detected: a file, the clock, an object behind a static method, a collection in an object that it captured. Pass them
 * to {@link #guard}. As a safety net, a replayed step runs eagerly from time to time (at calls 32, 64, 128, ... 1024,
 * 2048, 3072, ...) and is compared with its plan; if it differs, replaying stops, with a warning.
 *
 * <p>Side effects in Java do not happen at replays. The gradients that replays leave in {@link Tensor#grad} are the
 * same tensors from call to call; {@code clone()} one to keep its values. A step that reads values (item, toArray,
 * print) or differs between runs runs eagerly permanently; the reason, with the operation and the line, is logged once
 * and returned by {@link #eagerReason}.
 *
 * <p>As within a {@link Scope}, tensors created by a call are released at its end, except results, parameters and
 * gradients. Results have no autograd history: backward belongs in the step. Calls from several threads are serialised.
 */
public final class Captured {
    /** The user's function. */
    @FunctionalInterface
    private interface Step {
        List<Tensor> run(List<Tensor> arguments);
    }

    private static final System.Logger LOG = System.getLogger(Captured.class.getName());
    private static final boolean ENABLED = !"false".equals(System.getProperty("fathom.capture"));
    private static final int MAX_DIFFERENCES = 4;

    /** The maximum number of calls after which a replayed step runs eagerly once and is compared. */
    private static final int MAX_CHECK_INTERVAL = 1024;

    private final Step step;
    private final StepCode code;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Allocator, Arena> arenas = new IdentityHashMap<>();
    private final Recordings recordings = new Recordings();
    private final LeafGradients gradients = new LeafGradients();

    private int differences;
    private Trace.@Nullable Doubt doubt;

    /** Locations in captured variables that the step itself changes. */
    private final Set<Guard.Location> sideEffects = new HashSet<>();

    private @Nullable String eagerReason;
    private @Nullable Replay last;

    private Captured(Object written, Step step) {
        this.step = step;
        code = new StepCode(written);
        if (!ENABLED) {
            eagerReason = "fathom.capture is false";
        }
    }

    /** {@return a captured step without arguments} */
    public static Captured of(Supplier<Tensor> step) {
        return new Captured(step, in -> List.of(step.get()));
    }

    /** {@return a captured step from one tensor to one} */
    public static Captured of(UnaryOperator<Tensor> step) {
        return new Captured(step, in -> List.of(step.apply(argument(in, 0, 1))));
    }

    /** {@return a captured step from two tensors, such as examples and their targets, to one} */
    public static Captured of(BinaryOperator<Tensor> step) {
        return new Captured(step, in -> List.of(step.apply(argument(in, 0, 2), in.get(1))));
    }

    /** {@return a captured step from any number of tensors to any number} */
    public static Captured ofAll(Function<List<Tensor>, List<Tensor>> step) {
        return new Captured(step, step::apply);
    }

    /**
     * Declares objects on which the step depends but which cannot be found automatically, for example behind a static
     * method: blocks, optimisers, or other objects with fields.
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
     * Declares that the running step depends on a value in Java: its plan is replayed only while {@code value} returns
     * the same. If no step is being recorded, only evaluates {@code value}.
     *
     * {@snippet :
     * var step = Captured.of((x, y) -> {
     *     double weight = Captured.guard(() -> settings.read("weight"));
     *     return train(x, y, weight);
     * });
     * }
     *
     * <p>Each new value costs some eager calls; for numbers that change at every call use {@link #scalar}.
     *
     * @param value supplies numbers, booleans, strings, enums, tensors, blocks, or records, lists, maps and arrays of
     *     these. Evaluated before each call, on the calling thread, so it must be fast. It may read tensors.
     * @return the current value
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
     * A number from Java that may vary between calls without invalidating the plan: {@code source} is evaluated once
     * per call of this method, and at each replay instead. A user-defined optimiser obtains its learning rate this way:
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
     * <p>Java code must not branch on the number, only compute with the tensor. State that {@code source} changes in
     * Java, such as a step count, changes at replays too; declare such a field {@code transient}.
     *
     * @return a float64 scalar: combined with tensors of other floating types it behaves like a {@code double}
     */
    public static Tensor scalar(DoubleSupplier source) {
        return Dispatch.scalar(source);
    }

    private static Tensor argument(List<Tensor> in, int i, int count) {
        if (in.size() != count) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "call: this step takes %d tensors, but %d were given", count, in.size()));
        }
        return in.get(i);
    }

    /**
     * Runs the step.
     *
     * @return its first result, without autograd history
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

    /** {@return all results of a run of the step, without autograd history} */
    public List<Tensor> callAll(Tensor... arguments) {
        List<Tensor> in = List.of(arguments);
        Tracing outer = Tracing.current();
        if (outer != null) {
            outer.using(code);
            return step.run(in); // part of an enclosing step
        }
        lock.lock();
        try {
            return lock.getHoldCount() > 1 || eagerReason != null ? eager(in) : recorded(in);
        } finally {
            lock.unlock();
        }
    }

    private List<Tensor> recorded(List<Tensor> in) {
        if (Device.current() == Device.META) {
            return eager(in);
        }
        for (Tensor t : in) {
            if (t.isMeta()) {
                return eager(in);
            }
            if (t.requiresGrad()) {
                refuse("an argument requires a gradient");
                return eager(in);
            }
        }
        Recordings.Recording r = recordings.find(PlanKey.of(in));
        if (r == null || r.plan != null && r.plan.collides(in)) {
            return eager(in);
        }
        if (r.plan == null || isCheckDue(++r.calls)) {
            return traced(in, r);
        }
        last = r.plan;
        return r.plan.run(in);
    }

    private static boolean isCheckDue(long calls) {
        return calls % MAX_CHECK_INTERVAL == 0
                || calls < MAX_CHECK_INTERVAL && calls >= 32 && Long.bitCount(calls) == 1;
    }

    /** Runs the step eagerly and releases its temporaries at the end. */
    private List<Tensor> eager(List<Tensor> in) {
        StorageScope scope = StorageScope.open();
        try {
            return passed(step.run(in), scope);
        } finally {
            scope.close("the captured step that made it ended");
        }
    }

    private static List<Tensor> passed(List<Tensor> results, StorageScope scope) {
        for (Tensor t : results) {
            scope.pass(t.storage());
        }
        return results.stream().map(Tensor::detach).toList();
    }

    /** Runs the step eagerly and records it. */
    private List<Tensor> traced(List<Tensor> arguments, Recordings.Recording r) {
        // detached from the tensors that the step may reach in other ways: those persist, arguments change with each
        // call
        List<Tensor> in = arguments.stream().map(Tensor::detach).toList();
        var trace = new Trace(memory -> arenas.computeIfAbsent(memory, Arena::new), doubt);
        StorageScope scope = StorageScope.open();
        try {
            List<Guard> before = Tracing.stateBefore(code, sideEffects::contains);
            Tracing tracing = Tracing.begin(trace, in, r.traced == null);
            List<Tensor> results;
            Replay replay;
            try {
                results = step.run(in);
                if (SparseGradients.endCapture()) {
                    trace.refuseWholeStep(
                            "it leaves gradients of single rows, as an Embedding with sparse(true) makes them, and a replay would not: update the parameters in the step");
                }
                recordSideEffects(trace, before, r.traced);
                replay = Replay.of(tracing, in, results, code, sideEffects::contains, gradients);
            } finally {
                Handlers.end();
                SparseGradients.endCapture(); // where the step failed
            }
            trace.end();
            compare(trace, replay, r);
            recordings.bound();
            if (r.plan != replay) {
                replay.forgetGradients();
            }
            // a gradient that is also a result is cloned, because replays overwrite it
            return passed(results.stream().map(t -> replay.writes(t) ? t.clone() : t).toList(), scope);
        } finally {
            scope.close("the captured step that made it ended");
        }
    }

    /** Guards that held when the step began and no longer do: the step changed their state. */
    private void recordSideEffects(Trace trace, List<Guard> before, @Nullable Replay traced) {
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
                        "the step itself changes %s, and a replay would not: store it in a tensor that is written in place, obtain it through Captured.scalar, or declare the field transient if no result depends on it"
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

    private void compare(Trace trace, Replay now, Recordings.Recording r) {
        String why = trace.eagerReason();
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
        } else if (always || ++differences >= MAX_DIFFERENCES) {
            refuse(why);
        } else {
            r.traced = trace.eagerReason() == null ? now : null;
        }
    }

    private void refuse(String why) {
        eagerReason = why;
        recordings.clear();
        LOG.log(System.Logger.Level.INFO, "the step is not captured: {0}", why);
    }

    /** {@return whether a call with these arguments would replay a plan: one is recorded, and its guards hold} */
    public boolean hasPlan(Tensor... arguments) {
        lock.lock();
        try {
            return eagerReason == null && recordings.hasPlan(PlanKey.of(List.of(arguments)));
        } finally {
            lock.unlock();
        }
    }

    /** {@return why the step runs eagerly; null if it is, or may yet be, replayed} */
    public @Nullable String eagerReason() {
        return eagerReason;
    }

    /**
     * {@return the last replayed plan, as a table: kernels in order, the operations fused into each, shapes, memory
     * traffic, and the peak; the reason if there is no plan}
     */
    public String plan() {
        lock.lock();
        try {
            return last != null && eagerReason == null
                    ? last.toString()
                    : eagerReason != null
                            ? "not captured: " + eagerReason
                            : recordings.whatChanges() != null
                                    ? "no plan is valid: " + recordings.whatChanges()
                                    : "no plan yet: a step is replayed from its fourth call with the same shapes on";
        } finally {
            lock.unlock();
        }
    }
}
