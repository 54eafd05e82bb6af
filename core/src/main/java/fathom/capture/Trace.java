package fathom.capture;

import fathom.ir.Derivative;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.memory.Allocator;
import fathom.memory.Storage;
import fathom.memory.Transfers;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.RandomBits;
import fathom.primitive.ScalarSource;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Records one run of a step: each primitive that touches memory, with its operands. The run itself is an ordinary eager
 * one. If something cannot be replayed, the trace records the reason and becomes useless.
 */
public final class Trace {
    private final Function<Allocator, Arena> arenas;

    /** The arena of the device on which the step computes; null until something is computed. */
    private @Nullable Arena arena;

    private final List<Instruction> instructions = new ArrayList<>();

    /**
     * Buffers by storage (storages are compared by identity); weak, so that memory dropped by the step can be
     * collected.
     */
    private final Map<Storage, Buffer> buffers = new WeakHashMap<>();

    private final Map<Buffer, Boolean> used = new IdentityHashMap<>();
    private final List<InputRange> inputs = new ArrayList<>();
    private final List<Long> draws = new ArrayList<>();
    private final List<Boolean> drawn = new ArrayList<>();
    private final @Nullable Doubt doubt;
    private @Nullable String eagerReason;
    private boolean permanent;
    private @Nullable Doubt found;

    /** The line of user code at which this trace met the doubt about an earlier one. */
    private @Nullable String site;

    /** A range of memory passed with each call. */
    private record InputRange(Storage storage, long from, long to) {}

    /**
     * The reason why an earlier, completed trace was rejected: the next one records the line of user code that causes
     * it.
     *
     * @param instruction the index of the instruction that differed; -1 if none
     * @param draw the index of the random number passed to Java; -1 if none
     */
    public record Doubt(int instruction, int draw) {}

    /**
     * @param arenas the arenas for the plan's temporaries, by allocator
     * @param doubt why an earlier trace of the step was rejected; null if none was
     */
    public Trace(Function<Allocator, Arena> arenas, @Nullable Doubt doubt) {
        this.arenas = arenas;
        this.doubt = doubt;
    }

    /**
     * Records memory passed with each call.
     *
     * @param first the address of its first element
     * @param from its start
     * @param to its end
     * @return its index
     */
    public int given(Storage storage, long first, long from, long to) {
        Buffer b = buffers.get(storage);
        if (b == null) {
            b = Buffer.input(inputs.size(), storage);
            b.position = first;
            buffers.put(storage, b);
        }
        inputs.add(new InputRange(storage, from, to));
        return b.input;
    }

    /** Records newly allocated memory. */
    public void fresh(Storage storage) {
        buffers.put(storage, Buffer.temporary(storage.bytes(), arena(storage)));
    }

    /** A plan runs on a single device. */
    private Arena arena(Storage storage) {
        Arena a = arena;
        if (a == null) {
            a = arenas.apply(storage.allocator());
            arena = a;
        } else if (a.memory() != storage.allocator()) {
            refuse("it computes on more than one device", true);
        }
        return a;
    }

    /** {@return whether the memory was allocated since the trace began} */
    public boolean isFresh(Storage storage) {
        Buffer b = buffers.get(storage);
        return b != null && (b.constant || b.isTemporary());
    }

    /** {@return whether the memory is passed with each call} */
    public boolean isInput(Storage storage) {
        Buffer b = buffers.get(storage);
        return b != null && b.kind == Buffer.Kind.INPUT;
    }

    /** {@return whether an instruction uses the memory, or it is passed with each call} */
    public boolean knows(Storage storage) {
        return buffers.containsKey(storage);
    }

    /** Records that Java code reads or writes memory directly: permitted for memory that no instruction uses yet. */
    public void touch(Storage storage) {
        Buffer b = buffers.get(storage);
        if (b == null || !b.constant && (!b.isTemporary() || used.containsKey(b))) {
            refuse("it reads values of a tensor", true);
        } else if (!b.constant) {
            storage.keep();
            Buffer constant = Buffer.external(storage);
            constant.constant = true;
            buffers.put(storage, constant);
        }
    }

    /** Records a key drawn from the random generator. */
    public void draw(long key) {
        if (doubt != null && doubt.draw == draws.size()) {
            site = UserCode.call();
        }
        draws.add(key);
        drawn.add(false);
    }

    /** Records a primitive about to run. */
    public void compute(Computed primitive, Operand[] in, Storage[] from, Operand[] out, Storage[] to) {
        if (eagerReason != null) {
            return;
        }
        Computed p = primitive;
        var reads = new ArrayList<BufferOperand>();
        if (primitive instanceof Pointwise pointwise) {
            // in-place operations pass their receiver even if they do not read it
            Kernel kernel = pointwise.kernel();
            var number = new int[in.length];
            for (int i = 0; i < in.length; i++) {
                if (isUsed(kernel, i)) {
                    number[i] = reads.size();
                    reads.add(place(in[i], from[i], false));
                }
            }
            if (reads.size() < in.length) {
                Expr[] outputs =
                        kernel.outputs().stream().map(e -> Derivative.renumber(e, number)).toArray(Expr[]::new);
                p = new Pointwise(Kernel.of(outputs), pointwise.scalars(), pointwise.rowMajor());
            }
        } else {
            for (int i = 0; i < in.length; i++) {
                reads.add(place(in[i], from[i], false));
            }
        }
        int draw = primitive instanceof RandomBits bits ? use(bits.key()) : -1;
        add(
                new Instruction.Compute(
                        p,
                        reads.toArray(BufferOperand[]::new),
                        places(out, to, true),
                        draw,
                        List.of(primitive.name())));
    }

    private static boolean isUsed(Kernel kernel, int input) {
        return kernel.outputs().stream().anyMatch(e -> Derivative.depends(e, input));
    }

    private int use(long key) {
        int i = draws.lastIndexOf(key);
        if (i >= 0) {
            drawn.set(i, true);
        }
        return i;
    }

    /** Records one kernel about to run on many sets of operands. */
    public void update(
            Kernel kernel,
            ScalarSource scalars,
            List<Operand[]> in,
            List<Storage[]> from,
            List<Operand[]> out,
            List<Storage[]> to) {
        if (eagerReason != null) {
            return;
        }
        if (scalars instanceof ScalarSource.Fixed fixed && in.size() == 1) {
            var primitive = new Pointwise(kernel, fixed.numbers(), false);
            compute(primitive, in.getFirst(), from.getFirst(), out.getFirst(), to.getFirst());
            return;
        }
        var reads = new BufferOperand[in.size()][];
        var writes = new BufferOperand[in.size()][];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = places(in.get(i), from.get(i), false);
            writes[i] = places(out.get(i), to.get(i), true);
        }
        add(new Instruction.Update(kernel, scalars, reads, writes));
    }

    private void add(Instruction i) {
        if (doubt != null && doubt.instruction == instructions.size()) {
            site = UserCode.call();
        }
        instructions.add(i);
    }

    /** Records a check of a number. */
    public void check(Operand value, Storage storage, LongConsumer look) {
        if (eagerReason == null) {
            add(new Instruction.Check(place(value, storage, false), look));
        }
    }

    /** Records a number that Java writes into memory, now and at each replay. */
    public void feed(Operand value, Storage storage, LongConsumer write) {
        if (eagerReason == null) {
            add(new Instruction.Feed(place(value, storage, true), write));
        }
    }

    /**
     * Rejects the step, called from within the operation that cannot be replayed: the reason names it and the line of
     * user code.
     *
     * @param why completes "the step is not captured: "
     * @param always whether every other run would be rejected too
     */
    public void refuse(String why, boolean always) {
        if (eagerReason == null) {
            String call = UserCode.call();
            eagerReason = call == null ? why : why + ": " + call;
            permanent = always;
        }
    }

    /** Rejects the step after it ran: state that it depends on cannot be compared from call to call. */
    public void refuseWholeStep(String why) {
        if (eagerReason == null) {
            eagerReason = why;
            permanent = true;
        }
    }

    /** {@return why the step cannot be replayed; null if it can} */
    public @Nullable String eagerReason() {
        int draw = drawn.indexOf(false);
        if (eagerReason == null && draw >= 0) {
            eagerReason = withLocation("it seeds something in Java with a number drawn from the generator", -1, draw);
            permanent = doubt != null;
        }
        return eagerReason;
    }

    /** {@return what the next trace should locate; null if the reason is complete} */
    public @Nullable Doubt found() {
        return found;
    }

    /** {@return how this trace differs from an earlier one; null if it does not} */
    public @Nullable String difference(Trace earlier) {
        Difference.Found d = Difference.between(earlier, this);
        return d == null ? null : withLocation(d.what(), d.instruction(), -1);
    }

    private String withLocation(String what, int instruction, int draw) {
        found = new Doubt(instruction, draw);
        return found.equals(doubt) && site != null ? what + ": " + site : what;
    }

    /** {@return whether another run would be rejected as well} */
    public boolean isRefusedPermanently() {
        return permanent;
    }

    /** {@return the operand for a tensor of the step} */
    public BufferOperand place(Operand o, Storage storage) {
        return place(o, storage, false);
    }

    private BufferOperand[] places(Operand[] operands, Storage[] storages, boolean written) {
        var places = new BufferOperand[operands.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = place(operands[i], storages[i], written);
        }
        return places;
    }

    private BufferOperand place(Operand o, Storage storage, boolean written) {
        Buffer b = buffers.computeIfAbsent(storage, Buffer::external);
        used.put(b, true);
        Arena unused = arena(storage);
        if (b.constant && written) {
            refuse("it writes into a tensor that it made from numbers in Java", true);
        }
        long begin = b.kind == Buffer.Kind.INPUT ? b.position : storage.address();
        if (b.kind == Buffer.Kind.INPUT && !isInputRange(o, storage)) {
            refuse("it uses memory outside of one of its arguments, which is a view of it", true);
        }
        return new BufferOperand(b, o.dtype(), o.address() - begin, o.shape(), o.strides());
    }

    private boolean isInputRange(Operand o, Storage storage) {
        long low = o.address();
        long high = low + o.dtype().size();
        for (int d = 0; d < o.rank(); d++) {
            long reach = (o.shape()[d] - 1) * o.strides()[d] * o.dtype().size();
            low += Math.min(0, reach);
            high += Math.max(0, reach);
        }
        for (InputRange g : inputs) {
            if (g.storage == storage && g.from <= low && high <= g.to) {
                return true;
            }
        }
        return o.numel() == 0;
    }

    /**
     * Records memory created in the step that outlives it: the plan writes to the very same memory.
     *
     * @return whether it is such memory
     */
    public boolean escapes(Storage storage) {
        Buffer b = buffers.get(storage);
        if (b == null || !b.isTemporary()) {
            return b != null && b.escaped;
        }
        storage.keep();
        Buffer outside = Buffer.escaped(storage.bytes(), storage);
        buffers.put(storage, outside);
        instructions.replaceAll(i -> Rewrite.buffers(i, p -> p.buffer() == b ? p.in(outside) : p));
        return true;
    }

    /** {@return the memory created by the step that outlives it} */
    public Set<Storage> escaped() {
        Set<Storage> escaped = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Instruction i : instructions) {
            for (BufferOperand p : i.writes()) {
                Storage s = p.buffer().storage;
                if (p.buffer().escaped && s != null) {
                    escaped.add(s);
                }
            }
        }
        return escaped;
    }

    /**
     * Redirects writes from memory that outlives the step to other memory of the same size.
     *
     * @param others the replacement of each storage
     * @param results redirected as well
     */
    public void replaceEscaped(Map<Storage, Storage> others, List<BufferOperand> results) {
        if (others.isEmpty()) {
            return;
        }
        var buffers = new IdentityHashMap<Storage, Buffer>();
        others.forEach((from, to) -> buffers.put(from, Buffer.escaped(to.bytes(), to)));
        UnaryOperator<BufferOperand> moved =
                p -> {
                    Buffer other = p.buffer().escaped ? buffers.get(p.buffer().storage) : null;
                    return other == null ? p : p.in(other);
                };
        instructions.replaceAll(i -> Rewrite.buffers(i, moved));
        results.replaceAll(moved);
    }

    /** Releases the memory that outlives the step: this trace will not become a plan. */
    public void forgetEscaped() {
        var without = new IdentityHashMap<Buffer, Buffer>();
        instructions.replaceAll(i ->
                Rewrite.buffers(
                        i,
                        p ->
                                p.buffer().escaped
                                        ? p.in(without.computeIfAbsent(p.buffer(), b -> Buffer.escaped(b.bytes, null)))
                                        : p));
    }

    /** Discards state needed only while the step runs: the memory of its temporaries. */
    public void end() {
        buffers.clear();
        used.clear();
        inputs.clear();
    }

    /** {@return the number of operations recorded} */
    public int size() {
        return instructions.size();
    }

    List<Instruction> instructions() {
        return instructions;
    }

    Arena arena() {
        Arena a = arena;
        return a != null ? a : arenas.apply(Allocator.CPU);
    }

    /** {@return the allocator of the device on which the step computes} */
    public Allocator memory() {
        return arena().memory();
    }

    int draws() {
        return draws.size();
    }

    /** {@return the bytes of a constant} */
    static byte[] contents(Buffer b) {
        Storage storage = Objects.requireNonNull(b.storage);
        var bytes = new byte[Math.toIntExact(b.bytes)];
        Transfers.toHost(storage.allocator(), b.address(), MemorySegment.ofArray(bytes));
        return bytes;
    }
}
