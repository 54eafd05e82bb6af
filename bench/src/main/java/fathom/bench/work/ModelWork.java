package fathom.bench.work;

/** Whole models. */
public sealed interface ModelWork extends Work {
    /** {@return the model} */
    Model model();

    /**
     * Forward, loss, backward and an update by SGD.
     *
     * @param model the model
     * @param batch number of examples
     */
    record TrainingStep(Model model, int batch) implements ModelWork {
        @Override
        public double flops() {
            return model.trainingFlops(batch);
        }

        @Override
        public int examples() {
            return batch;
        }
    }

    /**
     * Forward without gradients, in evaluation mode.
     *
     * @param model the model
     * @param batch number of examples
     */
    record Inference(Model model, int batch) implements ModelWork {
        @Override
        public double flops() {
            return model.forwardFlops(batch);
        }

        @Override
        public int examples() {
            return batch;
        }
    }
}
