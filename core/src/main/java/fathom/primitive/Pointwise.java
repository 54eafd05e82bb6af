package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link Kernel} to each element. Inputs are broadcast to one shape; backends receive all operands in that
 * shape, with zero strides where expanded. Outputs may share the memory of inputs of the same layout (in-place
 * updates).
 *
 * @param kernel what to compute, one expression per output
 * @param scalars the numbers for the kernel's scalar slots
 * @param rowMajor whether outputs are row-major contiguous whatever the inputs' layout; otherwise they take the layout
 *     of dense inputs
 */
public record Pointwise(Kernel kernel, Number[] scalars, boolean rowMajor) implements Computed {
    private static final Number[] NONE = {};

    /** A kernel without scalars whose outputs take the inputs' layout. */
    public Pointwise(Kernel kernel) {
        this(kernel, NONE, false);
    }

    /** A kernel with scalars whose outputs take the inputs' layout. */
    public Pointwise(Kernel kernel, Number... scalars) {
        this(kernel, scalars, false);
    }

    @Override
    public Spec[] infer(Spec... inputs) {
        long[] shape = Broadcasting.shape(this, inputs);
        long[] strides = rowMajor ? Layouts.contiguous(shape) : Broadcasting.denseStrides(shape, inputs);
        var outputs = new Spec[kernel.outputs().size()];
        for (int i = 0; i < outputs.length; i++) {
            DType type = kernel.outputType(i);
            // most results have the spec of their first input: reuse its object
            outputs[i] =
                    inputs.length > 0 && inputs[0].is(type, shape, strides)
                            ? inputs[0]
                            : new Spec(type, shape, strides);
        }
        return outputs;
    }

    @Override
    public boolean isDifferentiable() {
        return kernel.outputs().size() == 1 && kernel.outputType(0).isFloating();
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return PointwiseGradient.of(kernel).usesInput(i, needsGrad);
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return PointwiseGradient.of(kernel).usesOutput(needsGrad);
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        return PointwiseGradient.of(kernel).apply(tape, gradOutputs[0], scalars);
    }

    /** {@return the outermost operation of the first expression: {@code add}, {@code exp}, {@code copy}} */
    @Override
    public String name() {
        Expr e = kernel.body();
        while (e instanceof Expr.Cast c) {
            e = c.x();
        }
        return switch (e) {
            case Expr.Unary u -> displayName(u.op());
            case Expr.Binary b -> displayName(b.op());
            case Expr.Select s -> "where";
            case Expr.Input i -> "copy";
            default -> "fill";
        };
    }

    private static String displayName(Enum<?> op) {
        String[] words = op.name().toLowerCase(Locale.ROOT).split("_");
        var name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(Character.toUpperCase(words[i].charAt(0))).append(words[i].substring(1));
        }
        return name.toString();
    }

    @Override
    public String toString() {
        return name();
    }
}
