package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions and their gradients by kernels of our own, for cards without cuDNN and what that lacks: as a matrix
 * product whose left matrix is gathered while it is read ({@link GatheredProduct}, {@link GatheredWeights}), or, with
 * few channels in a group, element by element ({@link DirectConvolution}, {@link DirectWeights}).
 */
public final class ConvolutionKernels implements KernelFamily {
    /** Groups with fewer channels than this do not fill the tiles of a matrix product. */
    private static final int FEW = 16;

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Convolution.class, ConvolutionInputGrad.class, ConvolutionWeightGrad.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        if (!supports(in, out)) {
            return null;
        }
        if (out[0].numel() == 0) {
            return () -> {};
        }
        Convolved c = Convolved.of(primitive, in, out);
        boolean few = c.groups() > 1 && Math.min(c.inputs(), c.outputs()) < FEW;
        if (primitive instanceof ConvolutionWeightGrad) {
            return few ? DirectWeights.prepare(gpu, c) : GatheredWeights.prepare(gpu, c);
        }
        boolean transposed = primitive instanceof ConvolutionInputGrad;
        return few ? DirectConvolution.prepare(gpu, c, transposed) : GatheredProduct.prepare(gpu, c, transposed);
    }

    private static boolean supports(Operand[] in, Operand[] out) {
        DType type = in[0].dtype();
        boolean isNarrow = type == DType.BFLOAT16 || type == DType.FLOAT16;
        boolean fits = type.isFloating() && in[1].dtype() == type;
        for (Operand beside : new Operand[] {out[0], in.length > 2 ? in[2] : out[0]}) {
            fits &= beside.dtype() == type || isNarrow && beside.dtype() == DType.FLOAT32;
        }
        return fits;
    }
}
