package fathom.testkit;

import fathom.primitive.ArgReduce;
import fathom.primitive.ArgScan;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
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

/**
 * The oracle: runs every primitive by scalar loops written directly from its definition, on operands of any type and
 * strides. Fast backends are compared with it. The system property {@code fathom.backend=naive} makes it run
 * everything.
 */
public final class NaiveBackend implements Backend {
    /** The backend is stateless. */
    public NaiveBackend() {}

    @Override
    public String name() {
        return "naive";
    }

    @Override
    public int priority() {
        return -100;
    }

    @Override
    public String status() {
        return "scalar loops, for tests";
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return primitive instanceof Computed;
    }

    @Override
    public void run(Primitive primitive, Operand[] in, Operand[] out) {
        if (!(primitive instanceof Computed computed)) {
            throw new IllegalArgumentException(primitive + " is not computed by a backend");
        }
        switch (computed) {
            case Pointwise p -> pointwise(p, in, out);
            case Reduce p -> NaiveReductions.reduce(p, in, out[0]);
            case Rowwise p -> NaiveRows.run(p, in, out);
            case ArgReduce p -> NaiveReductions.argReduce(p, in[0], out[0]);
            case Scan p -> NaiveReductions.scan(p, in[0], out[0]);
            case ArgScan p -> NaiveScans.argScan(p, in[0], out[0]);
            case LogCumSumExp p -> NaiveScans.logCumSumExp(p, in[0], out[0]);
            case CumulativeWeights p -> NaiveScans.weigh(p, in, out[0]);
            case ArgSort p -> NaiveReductions.argSort(p, in[0], out[0]);
            case Nonzero p -> NaiveReductions.nonzero(p, in[0], out[0]);
            case MatMul p -> NaiveContractions.matMul(p, in, out[0]);
            case Convolution p -> NaiveContractions.convolution(p, in, out[0]);
            case ConvolutionInputGrad p -> NaiveContractions.convolutionInputGrad(p, in[0], in[1], out[0]);
            case ConvolutionWeightGrad p -> NaiveContractions.convolutionWeightGrad(p, in[0], in[1], out[0]);
            case Pool p -> NaivePools.pool(p, in[0], out);
            case PoolGrad p -> NaivePools.poolGrad(p, in, out[0]);
            case FourierTransform p -> NaiveFourier.run(p, in[0], out[0]);
            case Resample p -> NaiveResampling.resample(p, in[0], out[0]);
            case GridSample p -> NaiveGridSample.sample(p, in[0], in[1], out[0]);
            case GridSampleInputGrad p -> NaiveGridSample.byInput(p, in[0], in[1], out[0]);
            case GridSampleGridGrad p -> NaiveGridSample.byGrid(p, in[0], in[1], in[2], out[0]);
            case CtcLoss p -> NaiveCtc.loss(p, in, out[0]);
            case CtcLossGrad p -> NaiveCtc.gradient(p, in, out[0]);
            case IndexSelect p -> NaiveIndexing.indexSelect(p, in[0], in[1], out[0]);
            case IndexAdd p -> NaiveIndexing.indexAdd(p, in[0], in[1], in[2], out[0]);
            case Gather p -> NaiveIndexing.gather(p, in[0], in[1], out[0]);
            case ScatterReduce p -> NaiveIndexing.scatter(p, in[0], in[1], in[2], out[0]);
            case SearchSorted p -> NaiveSearch.run(p, in[0], in[1], out[0]);
            case RandomBits p -> randomBits(p, out[0]);
            case Attention p -> NaiveAttention.forward(p, in, out);
            case AttentionGrad p -> NaiveAttention.gradient(p, in, out);
            default -> throw new IllegalArgumentException("not supported by the oracle: " + computed);
        }
    }

    private static void pointwise(Pointwise p, Operand[] in, Operand[] out) {
        var interpreter = new Interpreter(p.kernel(), p.scalars());
        long[][] strides = new long[in.length + out.length][];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = i < in.length ? in[i].strides() : out[i - in.length].strides();
        }
        Walk.over(
                out[0].shape(),
                (at, index) -> {
                    interpreter.evaluate(in, at);
                    for (int i = 0; i < out.length; i++) {
                        interpreter.store(i, out[i], at[in.length + i]);
                    }
                },
                strides);
    }

    private static void randomBits(RandomBits p, Operand out) {
        long[] number = {0};
        Walk.over(
                out.shape(),
                (at, index) -> {
                    long z = p.key() + ++number[0] * 0x9E3779B97F4A7C15L;
                    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
                    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
                    z ^= z >>> 31;
                    long bits = z;
                    Cells.set(
                            out,
                            at[0],
                            switch (out.dtype()) {
                                case BOOL -> (bits >>> 32) % (1 << RandomBits.DIGITS) >= p.threshold() ? 1 : 0;
                                case INT32 -> bits >>> 32;
                                default -> bits;
                            });
                },
                out.strides());
    }
}
