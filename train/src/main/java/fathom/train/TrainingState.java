package fathom.train;

import java.util.ArrayList;
import java.util.List;

/** Where a training stands, apart from the tensors: all that going on to the same bits takes. Written as JSON. */
final class TrainingState {
    /** The form of this class's JSON. */
    static final int VERSION = 1;

    public int version = VERSION;

    /** Epochs finished. */
    public int epoch;

    /** Batches done in the epoch under way. */
    public long batch;

    /** Updates of the weights. */
    public long step;

    /** Sums over the epoch under way. */
    public double lossSum;

    public long examples;
    public double seconds;
    public List<double[]> tallies = new ArrayList<>();

    /** The best epoch so far, counted from 1; 0 for none. */
    public int bestEpoch;

    public double bestValue = Double.NaN;

    /** The loader's seed, and its number for the epoch under way. */
    public long loaderSeed;

    public long loaderEpoch;

    /** Examples per batch and in an epoch: the one under way can only be finished with the same. 0 if not known. */
    public int batchSize;

    public long trainingExamples;

    /** The random generator. */
    public long[] random = {};

    public List<EpochResult> history = new ArrayList<>();

    /** Begins the next epoch. */
    void nextEpoch() {
        epoch++;
        batch = 0;
        lossSum = 0;
        examples = 0;
        seconds = 0;
        tallies = new ArrayList<>();
    }
}
