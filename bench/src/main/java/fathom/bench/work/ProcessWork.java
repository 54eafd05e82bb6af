package fathom.bench.work;

/** What is measured of a process from outside; each measurement starts a new one. */
public sealed interface ProcessWork extends Work {
    /** {@return what the process does} */
    ModelWork.TrainingStep step();

    /**
     * The time from the start of the process to the first loss.
     *
     * @param step what the process does
     */
    record StartUp(ModelWork.TrainingStep step) implements ProcessWork {}

    /**
     * How much the resident memory grows at its peak over the first steps, from what the process holds with its library
     * loaded.
     *
     * @param step what the process does
     * @param steps how often
     */
    record PeakMemory(ModelWork.TrainingStep step, int steps) implements ProcessWork {}
}
