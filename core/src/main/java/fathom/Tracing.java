package fathom;

import fathom.capture.Trace;
import fathom.capture.UserCode;
import fathom.guard.Guard;
import fathom.guard.Owners;
import fathom.guard.RunningCode;
import fathom.guard.StateReader;
import fathom.guard.ValueGuard;
import fathom.ir.Kernel;
import fathom.memory.Storage;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.ScalarSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The capture of a step: records its operations and dependencies. */
final class Tracing implements OperationHandler {
    private static final AtomicLong COUNT = new AtomicLong();

    final Trace trace;

    /** Identifies this trace, and marks the tensors created in it; never 0. */
    private final long number = COUNT.incrementAndGet();

    /** The generator open when the step began: the step draws from the thread's current generator. */
    private final Generator.@Nullable Opening opening = Generator.opening();

    /** By draw, the generator passed explicitly; null for the thread's current one. */
    final List<@Nullable Generator> generators = new ArrayList<>();

    /** The values that the step read from Java, as recorded. */
    final List<Guard> guards = new ArrayList<>();

    /** Blocks and optimisers that were used. */
    private final Set<Object> owners = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Blocks and optimisers that were created in the step. */
    private final Set<Object> made = Collections.newSetFromMap(new IdentityHashMap<>());

    /** The dependencies of captured steps that run as part of this one. */
    private final List<StepCode> inner = new ArrayList<>();

    /** Null if an earlier trace inspected the code. */
    private final @Nullable RunningCode code;

    /** Tensors not created by the step, with their state when it first used them. */
    final Map<Tensor, TensorState> met = new IdentityHashMap<>();

    /** Leaves whose gradient the step read or set, with the gradient of each when it began. */
    final Map<Tensor, @Nullable Tensor> leaves = new IdentityHashMap<>();

    /** Leaves whose gradient the step read and found to be null. */
    final List<Tensor> withoutGradient = new ArrayList<>();

    /** The leaves whose initial gradient is an input of the trace, in input order. */
    final List<Tensor> given = new ArrayList<>();

    /** The tensors of this call, which other calls replace. */
    private final Set<Tensor> arguments = Collections.newSetFromMap(new IdentityHashMap<>());

    private Tracing(Trace trace, List<Tensor> arguments, boolean inspectsCode) {
        this.trace = trace;
        code = inspectsCode ? new RunningCode() : null;
        this.arguments.addAll(arguments);
    }

    /** {@return the capture on this thread; nearly always null} */
    static @Nullable Tracing current() {
        return Handlers.current() instanceof Tracing t ? t : null;
    }

    @Override
    public long number() {
        return number;
    }

    /**
     * Starts tracing on this thread.
     *
     * @param inspectsCode whether to determine which blocks run, which takes some time
     */
    static Tracing begin(Trace trace, List<Tensor> arguments, boolean inspectsCode) {
        var t = new Tracing(trace, arguments, inspectsCode);
        arguments.forEach(a -> given(trace, a));
        Handlers.begin(t);
        return t;
    }

    /** Whether the tensor exists before and after the step, and is not an argument. */
    private boolean isOutside(Tensor t) {
        return t.madeIn != (int) number && !arguments.contains(t);
    }

    /** Records that the step depends on this tensor: its memory, geometry, history and hooks. */
    @Override
    public void using(Tensor t) {
        if (isOutside(t) && !met.containsKey(t)) {
            met.put(t, TensorState.of(t));
            if (trace.isInput(t.storage())) {
                trace.refuse("it uses an external tensor whose memory is that of an argument or a gradient", false);
            }
        }
    }

    @Override
    public void allocated(Storage storage) {
        trace.fresh(storage);
    }

    @Override
    public void computing(Computed primitive, Operand[] in, Tensor[] inputs, Operand[] out, Tensor[] outputs) {
        if (code != null) {
            code.inspect();
        }
        trace.compute(primitive, in, storages(inputs), out, storages(outputs));
    }

    @Override
    public void updating(
            Kernel kernel,
            ScalarSource scalars,
            List<Operand[]> in,
            List<Tensor[]> inputs,
            List<Operand[]> out,
            List<Tensor[]> outputs) {
        trace.update(
                kernel,
                scalars,
                in,
                inputs.stream().map(Tracing::storages).toList(),
                out,
                outputs.stream().map(Tracing::storages).toList());
    }

    private static Storage[] storages(Tensor[] tensors) {
        var storages = new Storage[tensors.length];
        for (int i = 0; i < storages.length; i++) {
            storages[i] = tensors[i].storage();
        }
        return storages;
    }

    @Override
    public void checking(Tensor number, Operand operand, LongConsumer look) {
        using(number);
        trace.check(operand, number.storage(), look);
    }

    @Override
    public void feeding(Tensor number, Operand operand, LongConsumer write) {
        trace.feed(operand, number.storage(), write);
    }

    @Override
    public void exposing(Storage storage) {
        trace.touch(storage);
    }

    @Override
    public void keeping(Tensor t) {
        if (trace.isFresh(t.storage())) {
            trace.refuse("it keeps a tensor (keep()); return it as a result", false);
        }
    }

    /** Rejects the step, as no replay would make the change. */
    @Override
    public void changing(Tensor tensor, String how) {
        if (tensor.madeIn != (int) number) {
            trace.refuse("it changes an external tensor other than in its values (%s)".formatted(how), false);
        }
    }

    @Override
    public void changing(String what) {
        trace.refuse("it changes " + what + ", which a replay would not", false);
    }

    @Override
    public void copying(Device from, Device to) {
        trace.refuse("it copies a tensor from %s to %s".formatted(from, to), true);
    }

    @Override
    public void usingGenerator(String what) {
        trace.refuse("it " + what, true);
    }

    /** Records a draw from a generator. A generator created by the step yields the same numbers each time. */
    @Override
    public void drawn(long key, Generator.@Nullable Opening open, Generator generator) {
        if (open == opening) {
            trace.draw(key);
            generators.add(null);
        } else if (!generator.isMadeIn(number)) {
            trace.draw(key);
            generators.add(generator);
        }
    }

    @Override
    public void guard(BooleanSupplier condition, String name) {
        guards.add(ValueGuard.of(condition, name));
    }

    /** Records a value that the step read. */
    void guard(Supplier<?> source, @Nullable Object now) {
        String call = UserCode.call();
        guards.add(ValueGuard.of(source, now, call == null ? "a guarded value" : "the value of " + call));
    }

    @Override
    public void using(Object owner) {
        owners.add(owner);
    }

    @Override
    public void made(Object owner) {
        made.add(owner);
    }

    /** Records a captured step that runs as part of this one. */
    void using(StepCode step) {
        inner.add(step);
    }

    /** {@return the dependencies of a step's code, as far as they are known before it runs} */
    static List<Guard> stateBefore(StepCode step, Predicate<Guard.Location> ignored) {
        var reader = new StateReader(o -> false, ignored);
        step.read(reader);
        reader.read();
        return reader.guards();
    }

    /**
     * Collects the step's dependencies in Java; the trace is rejected if they cannot be compared.
     *
     * @param step its code
     * @param ignored whether a location is known to be a side effect of the step
     */
    void readState(StepCode step, Predicate<Guard.Location> ignored) {
        var reader = new StateReader(made::contains, ignored);
        step.read(reader);
        inner.forEach(s -> s.read(reader));
        owners.forEach(reader::hook);
        for (Tensor t : met.keySet()) {
            Owners.forEach(t, reader::owner);
            if (t.hooks != null) {
                t.hooks.forEach(reader::hook);
            }
        }
        reader.read();
        guards.addAll(reader.guards());
        String problem = reader.problem();
        if (problem == null && code != null) {
            for (Class<?> type : code.types()) {
                if (!reader.knows(type) && made.stream().noneMatch(type::isInstance)) {
                    problem =
                            "a block of class %s ran that is not reachable from the step, so its fields cannot be compared: declare it by guarding(block)"
                                    .formatted(type.getName());
                }
            }
        }
        if (problem != null) {
            trace.refuseWholeStep(problem);
        }
    }

    /**
     * Records that the gradient of a leaf matters, with its current gradient.
     *
     * @return whether the leaf was unknown
     */
    @Override
    public boolean readingGradient(Tensor leaf, @Nullable Tensor before) {
        if (!isNew(leaf, before)) {
            return false;
        }
        if (before == null) {
            withoutGradient.add(leaf);
        } else if (!trace.isFresh(before.storage())) {
            arguments.add(before);
            if (trace.knows(before.storage())) {
                shared(leaf, before);
            }
            given(trace, before);
            given.add(leaf);
        }
        return true;
    }

    /** Guards that the gradient of a leaf stays in memory that the trace knows as something else. */
    private void shared(Tensor leaf, Tensor before) {
        Storage s = before.storage();
        if (!trace.isInput(s)) {
            guard(() -> isIn(leaf, s), "the memory of a gradient");
            return;
        }
        for (Tensor other : given) {
            Tensor g = leaves.get(other);
            if (g != null && g.storage() == s) {
                long distance = before.dataAddress() - g.dataAddress();
                guard(() -> distance(other, leaf) == distance, "the memory of a gradient");
                return;
            }
        }
        trace.refuse("the gradient of a leaf is in the memory of an argument", false);
    }

    private static boolean isIn(Tensor leaf, Storage s) {
        Tensor g = leaf.borrowedGrad();
        return g != null && g.storage() == s;
    }

    private static long distance(Tensor a, Tensor b) {
        Tensor g = a.borrowedGrad();
        Tensor h = b.borrowedGrad();
        return g == null || h == null || g.storage() != h.storage()
                ? Long.MIN_VALUE
                : h.dataAddress() - g.dataAddress();
    }

    /** As {@link #readingGradient}, but the old gradient's memory is not part of the step. */
    @Override
    public void replacingGradient(Tensor leaf, @Nullable Tensor before) {
        isNew(leaf, before);
    }

    /** {@return whether the leaf was unknown until now} */
    private boolean isNew(Tensor leaf, @Nullable Tensor before) {
        if (leaves.containsKey(leaf) || trace.isFresh(leaf.storage())) {
            return false;
        }
        using(leaf);
        leaves.put(leaf, before);
        return true;
    }

    /** Records a tensor whose memory is passed with each call. */
    private static void given(Trace trace, Tensor t) {
        Storage s = t.storage();
        long address = t.dataAddress();
        long low = address;
        long high = address + t.dtype().size();
        long[] shape = t.rawShape();
        for (int d = 0; d < shape.length; d++) {
            long reach = (shape[d] - 1) * t.rawStrides()[d] * t.dtype().size();
            low += Math.min(0, reach);
            high += Math.max(0, reach);
        }
        trace.given(s, address, low, high);
    }
}
