package fathom.train.recipe;

import fathom.nn.Layer;
import fathom.train.Run;
import java.util.List;

/**
 * The result of a training.
 *
 * @param net the trained network
 * @param run its epochs, those before a resumption too
 * @param trainedEpochs epochs that were finished since the training was begun or resumed
 * @param report the result in lines; empty where the training was interrupted
 */
public record RecipeResult(Layer net, Run run, int trainedEpochs, List<String> report) {
    /** Takes a copy of the list. */
    public RecipeResult {
        report = List.copyOf(report);
    }
}
