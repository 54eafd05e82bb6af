package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.cuda.host.HostGpu;
import fathom.cuda.libraries.Tf32;
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

    private final @Nullable Boolean tf32;

    /**
     * Kernels that multiply float32 on tensor cores unless the system property {@code fathom.cuda.tf32} is false, as
     * PyTorch does in convolutions; where the processor plays the GPU, only if it is true.
     */
    public ConvolutionKernels() {
        tf32 = null;
    }

    /** Kernels that multiply float32 on tensor cores, with 10 bits of mantissa, or not. */
    public ConvolutionKernels(boolean tf32) {
        this.tf32 = tf32;
    }

    private boolean isTf32(Gpu gpu) {
        if (tf32 != null) {
            return tf32;
        }
        return gpu instanceof HostGpu ? Tf32.inProducts() : Tf32.inConvolutions();
    }

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
        boolean tensorCores = in[0].dtype().size() == 2 || in[0].dtype() == DType.FLOAT32 && isTf32(gpu);
        boolean few = c.groups() > 1 && Math.min(c.inputs(), c.outputs()) < FEW;
        if (primitive instanceof ConvolutionWeightGrad) {
            return few ? DirectWeights.prepare(gpu, c) : GatheredWeights.prepare(gpu, c, tensorCores);
        }
        boolean transposed = primitive instanceof ConvolutionInputGrad;
        return few
                ? DirectConvolution.prepare(gpu, c, transposed)
                : GatheredProduct.prepare(gpu, c, transposed, tensorCores);
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
