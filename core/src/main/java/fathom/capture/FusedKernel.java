package fathom.capture;

import fathom.DType;
import fathom.capture.Instruction.Compute;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.primitive.Computed;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The fusion of two kernels, of which the second reads what the first writes. */
final class FusedKernel {
    /** With more operands, register pressure costs more than the memory traffic saved. */
    private static final int MAX_INPUTS = 12;

    private static final int MAX_OUTPUTS = 4;

    /** Maximum number of expression nodes. */
    private static final int MAX_NODES = 300;

    /** A scalar of at most this many nodes is recomputed per element rather than computed once. */
    private static final int MAX_RECOMPUTED_NODES = 5;

    private final Compute first;
    private final Compute second;
    private final List<BufferOperand> inputs = new ArrayList<>();
    private final int shift;

    private FusedKernel(Compute first, Compute second) {
        this.first = first;
        this.second = second;
        this.shift = scalars(first.primitive()).length;
    }

    static boolean isFusable(Compute c) {
        return c.primitive() instanceof Pointwise || c.primitive() instanceof Reduce;
    }

    private static Kernel kernel(Computed p) {
        return p instanceof Reduce r ? r.map() : ((Pointwise) p).kernel();
    }

    private static Number[] scalars(Computed p) {
        return p instanceof Reduce r ? r.scalars() : ((Pointwise) p).scalars();
    }

    private static int size(Compute c) {
        return kernel(c.primitive()).outputs().stream().mapToInt(Substitution::size).sum();
    }

    /**
     * {@return the fused kernel; null if fusion is impossible or unprofitable}
     *
     * @param first a pointwise kernel
     * @param second a pointwise kernel or a reduction that reads what the first writes
     * @param wanted whether a buffer that the first writes has other readers
     */
    static @Nullable Compute of(Compute first, Compute second, Predicate<Buffer> wanted) {
        return size(first) + size(second) > MAX_NODES ? null : new FusedKernel(first, second).made(wanted);
    }

    private @Nullable Compute made(Predicate<Buffer> wanted) {
        boolean reduces = second.primitive() instanceof Reduce;
        List<BufferOperand> more = Arrays.stream(first.out()).filter(o -> wanted.test(o.buffer())).toList();
        var values = new Expr[second.in().length];
        BufferOperand leader = null; // the operand that the first kernel writes; others are indexed as it is
        for (int k = 0; k < values.length; k++) {
            BufferOperand read = second.in()[k];
            int made = output(read);
            if (made < 0) {
                values[k] = operand(read);
                continue;
            }
            View view = View.of(first.out()[made], read);
            if (view == null || !isProfitable(read, view, reduces, !more.isEmpty())) {
                return null;
            }
            if (!more.isEmpty() && leader != null && !read.sameStrides(leader.strides())) {
                return null;
            }
            values[k] = value(made, view);
            if (values[k] == null) {
                return null;
            }
            leader = leader == null ? read : leader;
        }
        if (leader == null || inputs.size() > MAX_INPUTS || inputs.isEmpty() && reduces) {
            return null;
        }
        return assembled(values, leader, more, reduces);
    }

    /** {@return which output of the first kernel an operand of the second is; -1 if none} */
    private int output(BufferOperand read) {
        for (int i = 0; i < first.out().length; i++) {
            if (first.out()[i].buffer() == read.buffer()) {
                return i;
            }
        }
        return -1;
    }

    private boolean isProfitable(BufferOperand read, View view, boolean reduces, boolean stays) {
        boolean repeats = false;
        for (int d = 0; d < read.shape().length; d++) {
            repeats |= read.shape()[d] > 1 && read.strides()[d] == 0;
        }
        if (repeats && (stays || first.out()[0].numel() > 1 || size(first) > MAX_RECOMPUTED_NODES)) {
            return false;
        }
        if (stays && (reduces || read.numel() != first.out()[0].numel())) {
            return false;
        }
        if (reduces) {
            // a reduction's summation order depends on the strides of its operands
            boolean any = false;
            for (BufferOperand in : first.in()) {
                BufferOperand seen = view.of(in);
                if (seen == null || !seen.isSingle() && !seen.sameStrides(read.strides())) {
                    return false;
                }
                any |= !seen.isSingle();
            }
            return any || read.isSingle();
        }
        return true;
    }

    /** {@return an output of the first kernel, in terms of the operands of the fused one} */
    private @Nullable Expr value(int made, View view) {
        BufferOperand[] in = first.in();
        var operands = new Expr[in.length];
        for (int i = 0; i < in.length; i++) {
            BufferOperand seen = view.of(in[i]);
            if (seen == null) {
                return null;
            }
            operands[i] = operand(seen);
        }
        Expr e = kernel(first.primitive()).outputs().get(made);
        return rounded(new Substitution(x -> operands[x.index()], this::scalarOfFirst).of(e));
    }

    /** The fill value of a tensor is a compile-time constant if it is 0 or 1. */
    private Expr scalarOfFirst(Expr.Scalar s) {
        double value = scalars(first.primitive())[s.slot()].doubleValue();
        boolean known = first.in().length == 0 && (value == 0 || value == 1);
        return known ? Exprs.constant(s.type(), value) : s;
    }

    private Expr operand(BufferOperand p) {
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).sameElements(p)) {
                return new Expr.Input(i, p.dtype());
            }
        }
        inputs.add(p);
        return new Expr.Input(inputs.size() - 1, p.dtype());
    }

    /** A value that passed through memory was rounded there. */
    private static Expr rounded(Expr e) {
        boolean narrow = e.type() == DType.BFLOAT16 || e.type() == DType.FLOAT16;
        return narrow && !(e instanceof Expr.Input) && !(e instanceof Expr.Cast)
                ? new Expr.Cast(e.type(), new Expr.Cast(DType.FLOAT32, e))
                : e;
    }

    private @Nullable Compute assembled(
            Expr[] values, BufferOperand leader, List<BufferOperand> more, boolean reduces) {
        var exprs = new ArrayList<Expr>();
        var whole = new Substitution(in -> values[in.index()], s -> new Expr.Scalar(s.slot() + shift, s.type()));
        for (Expr e : kernel(second.primitive()).outputs()) {
            exprs.add(whole.of(e));
        }
        var out = new ArrayList<>(Arrays.asList(second.out()));
        View view = View.of(first.out()[output(leader)], leader);
        for (BufferOperand o : more) {
            BufferOperand seen = view == null ? null : view.of(o);
            Expr value = view == null ? null : value(output(o), view);
            if (seen == null || value == null) {
                return null;
            }
            out.add(seen);
            exprs.add(value);
        }
        if (out.size() > MAX_OUTPUTS || exprs.stream().mapToInt(Substitution::size).sum() > MAX_NODES) {
            return null;
        }
        var numbers = new ArrayList<>(Arrays.asList(scalars(first.primitive())));
        numbers.addAll(Arrays.asList(scalars(second.primitive())));
        Number[] scalars = numbers.toArray(Number[]::new);
        Kernel kernel = Kernel.of(exprs.toArray(Expr[]::new));
        Computed primitive =
                second.primitive() instanceof Reduce r
                        ? new Reduce(r.op(), kernel, scalars, r.dims())
                        : new Pointwise(kernel, scalars, false);
        var names = new ArrayList<>(first.fused());
        names.addAll(second.fused());
        return new Compute(
                primitive, inputs.toArray(BufferOperand[]::new), out.toArray(BufferOperand[]::new), -1, names);
    }
}
