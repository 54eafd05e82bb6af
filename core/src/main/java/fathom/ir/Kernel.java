package fathom.ir;

import fathom.DType;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The body of a pointwise or reduction kernel: one expression per output, over shared inputs and scalars.
 *
 * <p>Kernels are interned: equal expressions yield the same object, so a backend may key its compiled code by identity
 * or attach it to the kernel itself ({@link #attachment}).
 */
public final class Kernel {
    private static final ConcurrentMap<List<Expr>, Kernel> INTERNED = new ConcurrentHashMap<>();

    private final List<Expr> outputs;
    private final int inputCount;
    private final int scalarCount;
    private volatile @Nullable Object attachment;

    private Kernel(List<Expr> outputs) {
        this.outputs = outputs;
        this.inputCount = 1 + outputs.stream().mapToInt(Kernel::lastInput).max().orElse(-1);
        this.scalarCount = 1 + outputs.stream().mapToInt(Kernel::lastScalar).max().orElse(-1);
    }

    /** {@return the kernel that computes these expressions} */
    public static Kernel of(Expr... outputs) {
        return INTERNED.computeIfAbsent(List.of(outputs), Kernel::new);
    }

    /** {@return the expressions, one per output} */
    public List<Expr> outputs() {
        return outputs;
    }

    /** {@return the expression of a kernel with one output} */
    public Expr body() {
        return outputs.getFirst();
    }

    /** {@return the type of output {@code i}} */
    public DType outputType(int i) {
        return outputs.get(i).type();
    }

    /** {@return one more than the largest input index used} */
    public int inputCount() {
        return inputCount;
    }

    /** {@return one more than the largest scalar slot used} */
    public int scalarCount() {
        return scalarCount;
    }

    /** {@return the object attached by a backend, or null} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches a backend's compiled form to this kernel; races are harmless, the last one wins. */
    public void attach(Object compiled) {
        attachment = compiled;
    }

    private static int lastInput(Expr e) {
        return switch (e) {
            case Expr.Input in -> in.index();
            case Expr.Scalar s -> -1;
            case Expr.Const c -> -1;
            case Expr.Unary u -> lastInput(u.x());
            case Expr.Binary b -> Math.max(lastInput(b.a()), lastInput(b.b()));
            case Expr.Select s -> Math.max(lastInput(s.condition()), Math.max(lastInput(s.a()), lastInput(s.b())));
            case Expr.Cast c -> lastInput(c.x());
        };
    }

    private static int lastScalar(Expr e) {
        return switch (e) {
            case Expr.Scalar s -> s.slot();
            case Expr.Input in -> -1;
            case Expr.Const c -> -1;
            case Expr.Unary u -> lastScalar(u.x());
            case Expr.Binary b -> Math.max(lastScalar(b.a()), lastScalar(b.b()));
            case Expr.Select s -> Math.max(lastScalar(s.condition()), Math.max(lastScalar(s.a()), lastScalar(s.b())));
            case Expr.Cast c -> lastScalar(c.x());
        };
    }

    @Override
    public String toString() {
        return outputs.toString();
    }
}
