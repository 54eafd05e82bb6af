package fathom.train.recipe;

import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.train.Evaluation;
import fathom.train.Run;
import fathom.train.TrainerOptions;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A recipe with its options: network, data, and how results are shown. It reads data when it is first asked for some,
 * so that one that only predicts reads none.
 *
 * <p>{@link Recipes#train} calls {@link #network}, then {@link #train}, then {@link #test}: random numbers are drawn in
 * this order.
 */
public interface RecipeTask {
    /**
     * {@return a network with fresh weights}
     *
     * @throws RecipeException if an option is at fault
     */
    Layer network();

    /**
     * {@return the training data}
     *
     * @throws RecipeException if an option is at fault
     */
    DataLoader train();

    /** {@return the data to test with after each epoch; null for no such tests} */
    default @Nullable DataLoader test() {
        return null;
    }

    /**
     * {@return the data to test a finished run with, by default {@link #test}}
     *
     * @throws RecipeException if an option is at fault, or there are no such data
     */
    default DataLoader evaluation() {
        DataLoader test = test();
        if (test == null) {
            throw new RecipeException("there are no data to test with");
        }
        return test;
    }

    /** {@return the training data in words: {@code 6,000 pictures of Fashion-MNIST from the embedded sample}} */
    String data();

    /**
     * {@return how many training examples the whole data set has, where {@link #train} gives a sample of it; else 0}
     *
     * <p>A sample is passed more often unless the user says how often, so that there are as many updates.
     */
    default long wholeSize() {
        return 0;
    }

    /**
     * Sets what is particular to this task beside loss, metrics and hyper-parameters: callbacks, notes.
     *
     * @param net the network that will be trained
     * @param show is given lines that tell how the training goes
     */
    default void configure(TrainerOptions options, Layer net, Consumer<String> show) {}

    /** {@return the result of a training in a few lines, by default loss and metrics, then the speed} */
    default List<String> report(Run run, Layer net) {
        return List.of(run.last().toString(), run.speed());
    }

    /** {@return the result of a test in one line} */
    default String report(Evaluation evaluation) {
        return evaluation.toString();
    }

    /**
     * {@return what the network predicts, in lines}
     *
     * @param net a trained network in evaluation mode
     * @throws RecipeException if an option is at fault, or there is nothing to predict
     * @throws IOException if an input cannot be read or a page not be written
     */
    List<String> predict(Layer net, PredictionOptions options) throws IOException;
}
