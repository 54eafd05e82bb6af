package fathom.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The state of a training run apart from its tensors: what bit-for-bit resumption needs. Written as JSON. */
final class TrainingState {
    /** The version of the JSON format. */
    static final int VERSION = 1;

    public int version = VERSION;

    /** The number of finished epochs. */
    public int epoch;

    /** The number of finished batches in the current epoch. */
    public long batch;

    /** The number of updates of the weights. */
    public long step;

    /** Sums over the current epoch: of the loss and the named losses, times the weights of the batches. */
    public double lossSum;

    public double lossWeight;
    public Map<String, Double> losses = new LinkedHashMap<>();

    public long examples;
    public double seconds;
    public List<double[]> tallies = new ArrayList<>();

    /** The best epoch so far, counted from 1; 0 for none. */
    public int bestEpoch;

    public double bestValue = Double.NaN;

    /** The loader's seed, and its index of the current epoch. */
    public long loaderSeed;

    public long loaderEpoch;

    /** Those of the test data's loader; null before the first evaluation. */
    public @Nullable Long testSeed;

    public long testEpoch;

    /**
     * The number of examples per batch and per epoch: an unfinished epoch can only be resumed with the same. 0 if
     * unknown.
     */
    public int batchSize;

    public long trainingExamples;

    /** The state of the random generator. */
    public long[] random = {};

    /** Those of the other processes, by rank from 1, if several trained. */
    public List<long[]> otherRandom = new ArrayList<>();

    public List<EpochResult> history = new ArrayList<>();

    /** Advances to the next epoch. */
    void nextEpoch() {
        epoch++;
        batch = 0;
        lossSum = 0;
        lossWeight = 0;
        losses = new LinkedHashMap<>();
        examples = 0;
        seconds = 0;
        tallies = new ArrayList<>();
    }
}
