package fathom.cpu;

import fathom.cpu.conv.ConvKernel;
import fathom.cpu.matmul.MatMulKernel;
import fathom.cpu.pool.PoolKernel;
import fathom.primitive.Backend;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolGrad;

/** A backend of contractions only, for comparisons with the naive one. */
public final class ContractionBackend implements Backend {
    @Override
    public String name() {
        return "contractions";
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public String status() {
        return "for tests";
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] in, Operand[] out) {
        return switch (primitive) {
            case MatMul p -> MatMulKernel.supports(p, in, out);
            case Convolution _, ConvolutionInputGrad _, ConvolutionWeightGrad _ -> ConvKernel.supports(in, out);
            case Pool p -> PoolKernel.supports(p, in, out);
            case PoolGrad p -> PoolKernel.supports(p, in, out);
            default -> false;
        };
    }

    @Override
    public void run(Primitive primitive, Operand[] in, Operand[] out) {
        switch (primitive) {
            case MatMul p -> MatMulKernel.run(p, in, out);
            case Convolution p -> ConvKernel.run(p, in, out);
            case ConvolutionInputGrad p -> ConvKernel.run(p, in, out);
            case ConvolutionWeightGrad p -> ConvKernel.run(p, in, out);
            case Pool p -> PoolKernel.run(p, in, out);
            case PoolGrad p -> PoolKernel.run(p, in, out);
            default -> throw new IllegalArgumentException(primitive.name());
        }
    }
}
