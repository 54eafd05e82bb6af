package fathom.linalg;

import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Broadcasting;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Reduce;
import fathom.primitive.Tape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The maximum absolute differences along the last dimension. Inputs: a and b, which broadcast, of one floating type.
 * Output: without the last dimension. Each of several tied differences receives the whole gradient, as in PyTorch's
 * cdist.
 */
public record ChebyshevDistances() implements Composed {
    private static final Number[] NONE = {};

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor a = inputs[0];
        Tensor b = inputs[1];
        DType t = a.dtype();
        long[] shape = Broadcasting.shape("cdist", a, b);
        int last = shape.length - 1;
        if (shape[last] == 0) {
            return new Tensor[] {Tensors.zeros(t, Arrays.copyOf(shape, last))};
        }
        Expr size = unary(UnaryOp.ABS, sub(input(0, t), input(1, t)));
        var greatest = new Reduce(ReduceOp.MAX, Kernel.of(size), NONE, new int[] {last});
        return new Tensor[] {Ops.apply(greatest, a, b).squeeze(last)};
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor a = tape.input(0);
        Tensor b = tape.input(1);
        DType t = a.dtype();
        Tensor distance = tape.output(0).detach().unsqueeze(-1);
        Tensor g = gradOutputs[0].unsqueeze(-1);
        Expr d = sub(input(0, t), input(1, t));
        Expr zero = constant(t, 0);
        Expr signed = select(binary(BinaryOp.LT, d, zero), neg(input(3, t)), input(3, t));
        Expr counts =
                binary(
                        BinaryOp.AND,
                        binary(BinaryOp.EQ, unary(UnaryOp.ABS, d), input(2, t)),
                        binary(BinaryOp.NE, d, zero));
        Expr share = select(counts, signed, zero);
        return new @Nullable Tensor[] {
            tape.needsGrad(0) ? into(a, share, a, b, distance, g) : null,
            tape.needsGrad(1) ? into(b, neg(share), a, b, distance, g) : null
        };
    }

    /** Sums over the dimensions along which {@code x} was broadcast. */
    private static Tensor into(Tensor x, Expr share, Tensor... inputs) {
        long[] full = Broadcasting.shape("cdist", inputs);
        int[] dims = Broadcasting.reducedDims(full, x.shape().dims());
        return Ops.apply(new Reduce(ReduceOp.SUM, Kernel.of(share), NONE, dims), inputs).reshape(x.shape().dims());
    }
}
