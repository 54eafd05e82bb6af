package fathom.primitive.neural;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Broadcasting;
import fathom.primitive.Composed;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Tape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Binary cross-entropy of probabilities and targets: {@code -scale * w (y log(p) + (1 - y) log(1 - p))}, with
 * logarithms clamped to at least -100.
 *
 * <p>The gradient of p is PyTorch's, {@code (p - y) / max(p (1 - p), 1e-12)}: 0 where a prediction is certain and
 * correct, large but finite where it is certain and wrong. The formula's own derivative is neither.
 *
 * <p>Inputs: p; y; w if there is one; they broadcast.
 *
 * @param total whether all losses are summed; otherwise one loss per element
 * @param scale the factor of each loss
 * @param type the type of the loss
 */
public record BinaryCrossEntropy(boolean total, double scale, DType type) implements Composed {
    private static final double MIN_LOGARITHM = -100;
    private static final double MIN_DENOMINATOR = 1e-12;

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Expr loss = neg(add(mul(y(inputs), logarithm(true, inputs)), mul(notY(inputs), logarithm(false, inputs))));
        Expr e = mul(inputs.length > 2 ? mul(loss, of(2, inputs)) : loss, scalar(0, type));
        if (!total) {
            return Ops.applyAll(new Pointwise(Kernel.of(e), scale), inputs);
        }
        var dims = new int[Broadcasting.shape("bceLoss", inputs).length];
        Arrays.setAll(dims, d -> d);
        Tensor sum = Ops.apply(new Reduce(ReduceOp.SUM, Kernel.of(e), new Number[] {scale}, dims), inputs);
        return new Tensor[] {sum.reshape()};
    }

    private Expr of(int i, Tensor... inputs) {
        return cast(type, input(i, inputs[i].dtype()));
    }

    private Expr y(Tensor... inputs) {
        return of(1, inputs);
    }

    private Expr notY(Tensor... inputs) {
        return sub(constant(type, 1), y(inputs));
    }

    /** The logarithm of p, or of 1 - p. */
    private Expr logarithm(boolean positive, Tensor... inputs) {
        Expr p = of(0, inputs);
        Expr log = positive ? unary(UnaryOp.LOG, p) : unary(UnaryOp.LOG1P, neg(p));
        return binary(BinaryOp.MAX, log, constant(type, MIN_LOGARITHM));
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor g = gradOutputs[0];
        int n = tape.inputCount();
        var grads = new @Nullable Tensor[n];
        if (g == null) {
            return grads;
        }
        var in = new Tensor[n + 1];
        for (int i = 0; i < n; i++) {
            in[i] = tape.input(i);
        }
        in[n] = g;
        Expr scaled = mul(of(n, in), scalar(0, type));
        Expr weighted = n > 2 ? mul(scaled, of(2, in)) : scaled;
        if (tape.needsGrad(0)) {
            Expr p = of(0, in);
            Expr spread = mul(p, sub(constant(type, 1), p));
            Expr slope = div(sub(p, y(in)), binary(BinaryOp.MAX, spread, constant(type, MIN_DENOMINATOR)));
            grads[0] = gradient(tape, 0, mul(weighted, slope), in);
        }
        if (tape.needsGrad(1)) {
            grads[1] = gradient(tape, 1, mul(weighted, sub(logarithm(false, in), logarithm(true, in))), in);
        }
        if (n > 2 && tape.needsGrad(2)) {
            Expr loss = neg(add(mul(y(in), logarithm(true, in)), mul(notY(in), logarithm(false, in))));
            grads[2] = gradient(tape, 2, mul(scaled, loss), in);
        }
        return grads;
    }

    private Tensor gradient(Tape tape, int i, Expr e, Tensor... in) {
        Tensor full = Ops.apply(new Pointwise(Kernel.of(cast(tape.inputType(i), e)), scale), in);
        return full.sumTo(tape.inputShape(i));
    }

    @Override
    public String name() {
        return "bceLoss";
    }
}
