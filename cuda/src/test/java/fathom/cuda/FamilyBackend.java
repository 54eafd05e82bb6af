package fathom.cuda;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import org.jspecify.annotations.Nullable;

/** One family of kernels as a backend, without a way round it: whatever it has no kernel for is an error. */
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
        return "under test";
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return true;
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        @Nullable Work work = family.prepare(gpu, (Computed) primitive, inputs, outputs);
        if (work == null) {
            throw new AssertionError(name() + " has no kernel for " + primitive);
        }
        work.submit();
    }
}
