package fathom.cpu;

import fathom.cpu.conv.ConvKernel;
import fathom.cpu.kernels.PointwiseKernels;
import fathom.cpu.kernels.ReduceKernels;
import fathom.cpu.matmul.MatMulKernel;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Backend;
import fathom.primitive.Conv2d;
import fathom.primitive.Conv2dInputGrad;
import fathom.primitive.Conv2dWeightGrad;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import jdk.incubator.vector.FloatVector;

/** The backend in plain Java: complete, and the one that runs where no accelerator does. */
public final class CpuBackend implements Backend {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public String status() {
        return "generated kernels, vectors of %d bits, %d threads"
                .formatted(FloatVector.SPECIES_PREFERRED.vectorBitSize(), Parallel.threads());
    }

    @Override
    public int threads() {
        return Parallel.threads();
    }

    @Override
    public void setThreads(int threads) {
        Parallel.setThreads(threads);
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return switch (primitive) {
            case Pointwise _, Reduce _ -> true;
            case MatMul p -> MatMulKernel.supports(p, inputs, outputs);
            case Conv2d _, Conv2dInputGrad _, Conv2dWeightGrad _ -> ConvKernel.supports(inputs, outputs);
            default -> false;
        };
    }

    @Override
    public void run(Primitive primitive, Operand[] in, Operand[] out) {
        switch (primitive) {
            case Pointwise p -> PointwiseKernels.run(p.kernel(), p.scalars(), in, out);
            case Reduce p -> ReduceKernels.run(p.op(), p.map(), p.scalars(), in, out[0], p.dims());
            case MatMul p -> MatMulKernel.run(p, in, out);
            case Conv2d p -> ConvKernel.run(p, in, out);
            case Conv2dInputGrad p -> ConvKernel.run(p, in, out);
            case Conv2dWeightGrad p -> ConvKernel.run(p, in, out);
            default -> throw new IllegalArgumentException("not for the CPU backend: " + primitive);
        }
    }
}
