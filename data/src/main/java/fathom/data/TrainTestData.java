package fathom.data;

/** Data in two parts: one to learn from, one to be tested with. */
public interface TrainTestData {
    /** {@return what is learnt from} */
    Dataset train();

    /** {@return what is tested with} */
    Dataset test();

    /** {@return the two as one} */
    static TrainTestData of(Dataset train, Dataset test) {
        record Pair(Dataset train, Dataset test) implements TrainTestData {}
        return new Pair(train, test);
    }
}
