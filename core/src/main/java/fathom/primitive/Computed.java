package fathom.primitive;

import fathom.Tensor;

/** A primitive that a {@link Backend} computes into fresh memory (or, for those that update, into memory given). */
public sealed interface Computed extends Primitive
        permits Pointwise,
                Reduce,
                Rowwise,
                ArgReduce,
                Scan,
                ArgScan,
                LogCumSumExp,
                CumulativeWeights,
                MatMul,
                Conv2d,
                Conv2dInputGrad,
                Conv2dWeightGrad,
                Pool2d,
                Pool2dGrad,
                CtcLoss,
                CtcLossGrad,
                Resample,
                GridSample,
                GridSampleInputGrad,
                GridSampleGridGrad,
                IndexSelect,
                IndexAdd,
                Gather,
                ScatterReduce,
                ArgSort,
                Nonzero,
                SearchSorted,
                RandomBits,
                FourierTransform,
                Attention,
                AttentionGrad {

    /**
     * Describes the outputs.
     *
     * @throws IllegalArgumentException where the inputs do not fit, naming operation and shapes
     */
    Spec[] infer(Tensor... inputs);
}
