package fathom.cpu;

import fathom.cpu.conv.ConvKernel;
import fathom.cpu.matmul.MatMulKernel;
import fathom.cpu.pool.PoolKernel;
import fathom.primitive.Backend;
import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Conv2dWeightGrad;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Pool2d;
import fathom.primitive.Pool2dGrad;
import fathom.primitive.Primitive;

/** The contractions alone as a backend, for comparisons with the naive one. */
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
            case Conv2d _, Conv2dInputGrad _, Conv2dWeightGrad _ -> ConvKernel.supports(in, out);
            case Pool2d p -> PoolKernel.supports(p, in, out);
            case Pool2dGrad p -> PoolKernel.supports(p, in, out);
            default -> false;
        };
    }

    @Override
    public void run(Primitive primitive, Operand[] in, Operand[] out) {
        switch (primitive) {
            case MatMul p -> MatMulKernel.run(p, in, out);
            case Conv2d p -> ConvKernel.run(p, in, out);
            case Conv2dInputGrad p -> ConvKernel.run(p, in, out);
            case Conv2dWeightGrad p -> ConvKernel.run(p, in, out);
            case Pool2d p -> PoolKernel.run(p, in, out);
            case Pool2dGrad p -> PoolKernel.run(p, in, out);
            default -> throw new IllegalArgumentException(primitive.name());
        }
    }
}
