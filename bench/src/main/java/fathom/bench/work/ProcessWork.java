package fathom.bench.work;

/** Workloads that measure a whole process from outside; each measurement starts a new one. */
public sealed interface ProcessWork extends Work {
    /** {@return the workload of the process} */
    ModelWork.TrainingStep step();

    /**
     * The time from the start of the process to the first loss.
     *
     * @param step the workload of the process
     */
    record StartUp(ModelWork.TrainingStep step) implements ProcessWork {}

    /**
     * The peak growth of resident memory over the first steps, relative to the process with its library loaded.
     *
     * @param step the workload of the process
     * @param steps the number of steps
     */
    record PeakMemory(ModelWork.TrainingStep step, int steps) implements ProcessWork {}
}
