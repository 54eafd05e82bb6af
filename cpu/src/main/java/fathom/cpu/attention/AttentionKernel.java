package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.memory.Half;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import java.lang.foreign.Arena;

/**
 * Runs {@link Attention} and {@link AttentionGrad} with matrix products in Java, in float32; bfloat16 is widened first,
 * but for a single query.
 */
public final class AttentionKernel {
    private static final GemmProducts PRODUCTS = new GemmProducts();

    private AttentionKernel() {}

    /** {@return whether the operands' layouts suit tiled attention; {@link TileProducts} may restrict them further} */
    public static boolean supports(Attention p, Operand[] in, Operand[] out) {
        return fits(p, in) && hasDenseRows(out[0]) && hasDenseRows(out[1]);
    }

    /** {@return whether the operands' layouts suit tiled attention; {@link TileProducts} may restrict them further} */
    public static boolean supports(AttentionGrad p, Operand[] in, Operand[] outputs) {
        Operand[] out = p.separate(outputs);
        boolean fits = fits(p.forward(), in) && hasDenseRows(out[0]) && hasDenseRows(out[1]) && hasDenseRows(out[2]);
        for (int i = in.length - 3; i < in.length; i++) {
            fits &= hasDenseRows(in[i]);
        }
        return fits && in[in.length - 1].dtype() == in[0].dtype();
    }

    private static boolean fits(Attention p, Operand[] in) {
        DType t = in[0].dtype();
        return (t == DType.FLOAT32 || t == DType.BFLOAT16)
                && in[1].dtype() == t
                && in[2].dtype() == t
                && (!p.drops() || hasDenseRows(in[p.masked() ? 4 : 3]));
    }

    private static boolean hasDenseRows(Operand o) {
        int last = o.rank() - 1;
        return last < 0 || o.shape()[last] == 1 || o.strides()[last] == 1;
    }

    /** Computes attention. */
    public static void run(Attention p, Operand[] in, Operand[] out) {
        if (in[0].dtype() == DType.FLOAT32 || OneQuery.fits(in)) {
            new AttentionForward(p, in, out, PRODUCTS).run(in, out);
            return;
        }
        try (var arena = Arena.ofConfined()) {
            var wideIn = widened(in, arena, 0, 1, 2);
            var result = Half.allocateLike(out[0], arena);
            var wideOut = new Operand[] {result, out[1]};
            new AttentionForward(p, wideIn, wideOut, PRODUCTS).run(wideIn, wideOut);
            Half.store(result, out[0]);
        }
    }

    /** Computes attention's gradients. */
    public static void run(AttentionGrad p, Operand[] in, Operand[] outputs) {
        if (in[0].dtype() == DType.FLOAT32) {
            new AttentionBackward(p, in, outputs, PRODUCTS).run(in, outputs);
            return;
        }
        Operand[] out = p.separate(outputs);
        try (var arena = Arena.ofConfined()) {
            var wideIn = widened(in, arena, 0, 1, 2, in.length - 3, in.length - 1);
            var wideOut = new Operand[3];
            for (int i = 0; i < 3; i++) {
                wideOut[i] = Half.allocateLike(out[i], arena);
            }
            var wide = new AttentionGrad(p.forward(), DType.FLOAT32, 0);
            new AttentionBackward(wide, wideIn, wideOut, PRODUCTS).run(wideIn, wideOut);
            for (int i = 0; i < 3; i++) {
                Half.store(wideOut[i], out[i]);
            }
        }
    }

    private static Operand[] widened(Operand[] operands, Arena arena, int... which) {
        var wide = operands.clone();
        for (int i : which) {
            wide[i] = Half.widen(operands[i], arena);
        }
        return wide;
    }
}
