package fathom.cpu;

import fathom.cpu.attention.AttentionKernel;
import fathom.cpu.conv.ConvKernel;
import fathom.cpu.fourier.FourierKernel;
import fathom.cpu.indexing.Accumulation;
import fathom.cpu.indexing.ArgSortKernel;
import fathom.cpu.indexing.CumulativeScans;
import fathom.cpu.indexing.NonzeroKernel;
import fathom.cpu.indexing.RandomNumbers;
import fathom.cpu.indexing.Scans;
import fathom.cpu.indexing.Searching;
import fathom.cpu.indexing.Selection;
import fathom.cpu.kernels.PointwiseKernels;
import fathom.cpu.kernels.ReduceKernels;
import fathom.cpu.kernels.RowKernels;
import fathom.cpu.matmul.MatMulKernel;
import fathom.cpu.memory.VectorApi;
import fathom.cpu.parallel.DeviceBackend;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.cpu.pool.PoolKernel;
import fathom.cpu.resample.GridSampleKernel;
import fathom.cpu.resample.ResampleKernel;
import fathom.cpu.sequence.CtcKernel;
import fathom.cpu.smallchannels.SmallChannelConvolution;
import fathom.primitive.ArgReduce;
import fathom.primitive.ArgScan;
import fathom.primitive.Backend;
import fathom.primitive.CumulativeWeights;
import fathom.primitive.FourierTransform;
import fathom.primitive.LogCumSumExp;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.RandomBits;
import fathom.primitive.Reduce;
import fathom.primitive.Rowwise;
import fathom.primitive.Scan;
import fathom.primitive.indexing.ArgSort;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexAdd;
import fathom.primitive.indexing.IndexSelect;
import fathom.primitive.indexing.Nonzero;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.indexing.SearchSorted;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.primitive.neural.CtcLoss;
import fathom.primitive.neural.CtcLossGrad;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.GridSampleGridGrad;
import fathom.primitive.window.GridSampleInputGrad;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolGrad;
import fathom.primitive.window.Resample;
import java.util.Locale;

/** The backend in plain Java. It supports every primitive and is the fallback of all others. */
public final class CpuBackend implements Backend {
    /** Loads the vector classes before any kernel is compiled; see {@link VectorRuntime}. */
    private static final double PREPARED = VectorApi.IS_PRESENT ? VectorRuntime.prepare() : 0;

    private static final System.Logger LOG = System.getLogger(CpuBackend.class.getName());

    /** Creates the backend, with one warning if the Vector API is missing. */
    public CpuBackend() {
        if (!VectorApi.IS_PRESENT) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the Vector API is missing, so kernels are scalar and several times slower:"
                            + " start java with --add-modules jdk.incubator.vector");
        }
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public Backend on(int index) {
        return DeviceBackend.of(this, index);
    }

    @Override
    public String status() {
        return String.format(
                Locale.ROOT,
                "generated kernels, %s, %d threads",
                VectorApi.IS_PRESENT
                        ? String.format(Locale.ROOT, "vectors of %d bits", VectorApi.BITS)
                        : "scalar (no --add-modules jdk.incubator.vector)",
                Parallel.threads());
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
            case Pointwise _, Reduce _, Rowwise _, ArgReduce _, Scan _ -> true;
            case ArgScan _, LogCumSumExp _, CumulativeWeights _, SearchSorted _ -> true;
            case IndexSelect _, IndexAdd _, Gather _, ScatterReduce _, ArgSort _, Nonzero _, RandomBits _ -> true;
            case MatMul p -> MatMulKernel.supports(p, inputs, outputs);
            case Convolution _, ConvolutionInputGrad _, ConvolutionWeightGrad _ -> ConvKernel.supports(inputs, outputs);
            case Attention p -> AttentionKernel.supports(p, inputs, outputs);
            case AttentionGrad p -> AttentionKernel.supports(p, inputs, outputs);
            case Pool p -> PoolKernel.supports(p, inputs, outputs);
            case PoolGrad p -> PoolKernel.supports(p, inputs, outputs);
            case FourierTransform _ -> FourierKernel.supports(inputs, outputs);
            case Resample _ -> ResampleKernel.supports(inputs, outputs);
            case CtcLoss _ -> CtcKernel.supports(inputs[0], outputs);
            case CtcLossGrad _ -> CtcKernel.supports(inputs[1], outputs);
            case GridSample _, GridSampleInputGrad _, GridSampleGridGrad _ ->
                    GridSampleKernel.supports(inputs, outputs);
            default -> false;
        };
    }

    @Override
    public void announce(Class<? extends Primitive> operation, long[] weight) {
        if (operation == Convolution.class) {
            SmallChannelConvolution.announce(weight[0]);
        }
    }

    @Override
    public void run(Primitive primitive, Operand[] in, Operand[] out) {
        if (primitive instanceof Pointwise p) { // the shortest calls; most need no scratch memory
            PointwiseKernels.run(p.kernel(), p.scalars(), in, out);
        } else {
            try (var _ = Scratch.open()) {
                compute(primitive, in, out);
            }
        }
    }

    private static void compute(Primitive primitive, Operand[] in, Operand[] out) {
        switch (primitive) {
            case Reduce p -> ReduceKernels.run(p.op(), p.map(), p.scalars(), in, out[0], p.dims());
            case Rowwise p -> RowKernels.run(p.program(), p.scalars(), p.dims(), in, out);
            case ArgReduce p -> ArgSortKernel.argReduce(in[0], out[0], p.dim(), p.greatest());
            case ArgSort p -> ArgSortKernel.argSort(in[0], out[0], p.dim(), p.descending());
            case Scan p -> Scans.scan(in[0], out[0], p.dim(), p.op());
            case ArgScan p -> CumulativeScans.argScan(in[0], out[0], p.dim(), p.greatest());
            case LogCumSumExp p -> CumulativeScans.logCumSumExp(in[0], out[0], p.dim());
            case CumulativeWeights p -> CumulativeScans.weigh(in[0], in[1], in[2], out[0], p.dim(), p.reversed());
            case IndexSelect p -> Selection.indexSelect(p, in[0], in[1], out[0]);
            case Gather p -> Selection.gather(p, in[0], in[1], out[0]);
            case IndexAdd p -> Accumulation.indexAdd(p, in[0], in[1], in[2], out[0]);
            case ScatterReduce p -> Accumulation.scatter(p, in[0], in[1], in[2], out[0]);
            case Nonzero p -> NonzeroKernel.nonzero(in[0], out[0], p.count());
            case SearchSorted p -> Searching.searchSorted(in[0], in[1], out[0], p.right());
            case RandomBits p -> RandomNumbers.write(p, out[0]);
            case MatMul p -> MatMulKernel.run(p, in, out);
            case Convolution _, ConvolutionInputGrad _, ConvolutionWeightGrad _ -> ConvKernel.run(primitive, in, out);
            case Attention p -> AttentionKernel.run(p, in, out);
            case AttentionGrad p -> AttentionKernel.run(p, in, out);
            case Pool p -> PoolKernel.run(p, in, out);
            case PoolGrad p -> PoolKernel.run(p, in, out);
            case FourierTransform p -> FourierKernel.run(p, in[0], out[0]);
            case Resample p -> ResampleKernel.run(p, in[0], out[0]);
            case CtcLoss p -> CtcKernel.run(p, in, out[0]);
            case CtcLossGrad p -> CtcKernel.run(p, in, out[0]);
            case GridSample p -> GridSampleKernel.run(p, in[0], in[1], out[0]);
            case GridSampleInputGrad p -> GridSampleKernel.run(p, in[0], in[1], out[0]);
            case GridSampleGridGrad p -> GridSampleKernel.run(p, in[0], in[1], in[2], out[0]);
            default -> throw new IllegalArgumentException("the CPU backend does not support " + primitive);
        }
    }

    @Override
    public Runnable bind(Primitive primitive, Operand[] in, Operand[] out) {
        return primitive instanceof Pointwise p
                ? PointwiseKernels.bind(p.kernel(), p.scalars(), in, out)
                : Backend.super.bind(primitive, in, out);
    }

    @Override
    public void runEach(Primitive primitive, Operand[][] in, Operand[][] out) {
        if (primitive instanceof Pointwise p) {
            PointwiseKernels.runEach(p.kernel(), p.scalars(), in, out);
        } else {
            Backend.super.runEach(primitive, in, out);
        }
    }
}
