package fathom.data;

/** A pair of training and test data. */
public interface TrainTestData {
    /** {@return the training data} */
    Dataset train();

    /** {@return the test data} */
    Dataset test();

    /** {@return a pair of data sets} */
    static TrainTestData of(Dataset train, Dataset test) {
        record Pair(Dataset train, Dataset test) implements TrainTestData {}
        return new Pair(train, test);
    }
}
