package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.neural.CtcLoss;
import fathom.primitive.neural.CtcLossGrad;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The CTC loss and its gradient: a block computes the sums over alignments of one sequence, frame by frame, its threads
 * the states of a frame; a second kernel computes the gradient of each frame from the states' probabilities.
 *
 * <p>As the loss has to reject invalid lengths and labels, it reads them back, as PyTorch does, and waits: it cannot be
 * part of a graph. The gradient reads nothing back; where lengths or labels are invalid, it is NaN.
 */
public final class CtcKernels implements KernelFamily {
    private static final int THREADS = 128;

    /** The size of shared memory that every card has for a block. */
    private static final long SHARED_BYTES = 48 << 10;

    private static final long MOST_SCRATCH = 2L << 30;

    private record Variant(String text, DType type, boolean isGradient, boolean isShared) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(CtcLoss.class, CtcLossGrad.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        return switch (primitive) {
            case CtcLoss p -> loss(gpu, new Call(p, in[0], in[1], in[2], in[3]), out[0]);
            case CtcLossGrad p -> gradient(gpu, new Call(p.forward(), in[1], in[2], in[3], in[4]), in[0], out[0]);
            default -> null;
        };
    }

    /** The inputs of a loss. */
    private record Call(CtcLoss loss, Operand logProbs, Operand targets, Operand frames, Operand lengths) {
        long examples() {
            return logProbs.shape()[1];
        }

        boolean isRows() {
            return targets.rank() == 2;
        }

        /** {@return the labels that an example may have} */
        long room() {
            return targets.shape()[targets.rank() - 1];
        }

        /** {@return the states of the longest target that can be aligned: each label needs a frame} */
        long states() {
            return 2 * Math.min(room(), logProbs.shape()[0]) + 1;
        }

        boolean isSupported(Operand out) {
            DType t = logProbs.dtype();
            return (t == DType.FLOAT32 || t == DType.FLOAT64) && out.dtype() == t;
        }

        Arguments arguments() {
            long[] shape = logProbs.shape();
            var arguments = new Arguments().add(logProbs.address(), targets.address());
            arguments.add(frames.address(), lengths.address());
            arguments.add(shape).add(logProbs.strides());
            arguments.add(isRows() ? 1 : 0, room(), isRows() ? targets.strides()[0] : 0);
            arguments.add(targets.strides()[targets.rank() - 1], frames.strides()[0], lengths.strides()[0]);
            return arguments.add(loss.blank(), loss.zeroInfinity() ? 1 : 0, states());
        }

        /** Reads lengths and labels back, and rejects invalid ones. */
        void check(Gpu gpu) {
            try (var arena = Arena.ofConfined()) {
                var heard = new Values(gpu, arena, frames);
                var said = new Values(gpu, arena, lengths);
                var labels = new Values(gpu, arena, targets);
                gpu.synchronize();
                long next = 0;
                for (long n = 0; n < examples(); n++) {
                    long length = said.at(n);
                    CtcLoss.check(n, heard.at(n), logProbs.shape()[0], length, isRows() ? room() : room() - next);
                    for (long i = 0; i < length; i++) {
                        long label = isRows() ? labels.at(n, i) : labels.at(next + i);
                        CtcLoss.label(n, label, logProbs.shape()[2]);
                    }
                    next += length;
                }
            }
        }
    }

    /** Numbers of an operand, copied to the host. */
    private static final class Values {
        private final Operand o;
        private final MemorySegment copy;
        private final long origin;

        Values(Gpu gpu, Arena arena, Operand o) {
            this.o = o;
            long low = 0;
            long high = -1;
            if (o.numel() > 0) {
                high = 0;
                for (int d = 0; d < o.rank(); d++) {
                    long reach = o.strides()[d] * (o.shape()[d] - 1);
                    low += Math.min(0, reach);
                    high += Math.max(0, reach);
                }
            }
            origin = -low;
            copy = arena.allocate(ValueLayout.JAVA_LONG, high - low + 1);
            if (copy.byteSize() > 0) {
                gpu.copyToHost(o.address() + low * Long.BYTES, copy);
            }
        }

        long at(long... index) {
            long at = origin;
            for (int d = 0; d < index.length; d++) {
                at += index[d] * o.strides()[d];
            }
            return copy.getAtIndex(ValueLayout.JAVA_LONG, at);
        }
    }

    private static KernelFunction function(Gpu gpu, String text, DType type, boolean isGradient, boolean isShared) {
        var v = new Variant(text, type, isGradient, isShared);
        return gpu.function(
                v,
                () ->
                        Source.of(v.text)
                                .elements(v.type)
                                .define("GRADIENT", v.isGradient)
                                .define("SHARED", v.isShared)
                                .kernel());
    }

    private static @Nullable Work loss(Gpu gpu, Call call, Operand out) {
        if (!call.isSupported(out)) {
            return null;
        }
        if (call.examples() == 0) {
            return () -> {};
        }
        long rows = 2 * call.states() * Double.BYTES;
        boolean isShared = rows <= SHARED_BYTES - 2048;
        var function = function(gpu, "ctc", call.logProbs.dtype(), false, isShared);
        var arguments = call.arguments().add(out.address(), out.strides()[0], 0).toArray();
        var launch =
                new Launch(
                        function,
                        new int[] {Math.toIntExact(call.examples()), 1, 1},
                        new int[] {THREADS, 1, 1},
                        isShared ? (int) rows : 0,
                        arguments);
        return new Work() {
            @Override
            public void submit() {
                call.check(gpu);
                synchronized (gpu.lock()) {
                    arguments[arguments.length - 1] = isShared ? 0 : gpu.scratch(rows * call.examples());
                    gpu.launch(launch);
                }
            }

            @Override
            public boolean isCapturable() {
                return false;
            }
        };
    }

    private static @Nullable Work gradient(Gpu gpu, Call call, Operand g, Operand out) {
        if (!call.isSupported(out) || g.dtype() != out.dtype()) {
            return null;
        }
        if (out.numel() == 0) {
            return () -> {};
        }
        DType type = out.dtype();
        long frames = out.shape()[0];
        long states = call.states();
        // of each example: probabilities by frame and state, two rows, and of each label the next one like it
        long bytes = call.examples() * ((frames + 2) * states + (states + 2)) * Double.BYTES;
        if (bytes > MOST_SCRATCH) {
            return null;
        }
        int examples = Math.toIntExact(call.examples());
        var sums =
                new Launch(
                        function(gpu, "ctc", type, true, false),
                        new int[] {examples, 1, 1},
                        new int[] {THREADS, 1, 1},
                        0,
                        call.arguments().add(0, 0, 0).toArray());
        var arguments = call.arguments().add(g.address(), g.strides()[0], 0, out.address()).add(out.strides());
        var shares =
                Launch.linear(
                        function(gpu, "ctc_grad", type, true, false), frames * examples, THREADS, arguments.toArray());
        int scratchAt = sums.arguments().length - 1;
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(bytes);
                sums.arguments()[scratchAt] = scratch;
                shares.arguments()[scratchAt] = scratch;
                gpu.launch(sums);
                gpu.launch(shares);
            }
        };
    }
}
