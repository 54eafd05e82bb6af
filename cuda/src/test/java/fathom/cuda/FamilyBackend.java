package fathom.cuda;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;

/** One family of kernels on the GPU that the processor plays, whose memory is the host's; never the host's kernels. */
record FamilyBackend(Gpu gpu, KernelFamily family) implements Backend {
    @Override
    public String name() {
        return family.getClass().getSimpleName();
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public String status() {
        return "for tests";
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return family.prepare(gpu, (Computed) primitive, inputs, outputs) != null;
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Work work = family.prepare(gpu, (Computed) primitive, inputs, outputs);
        if (work == null) {
            throw new AssertionError(name() + " has no kernel for " + primitive);
        }
        work.submit();
        gpu.synchronize();
    }
}
