package fathom.train.recipe;

import fathom.nn.Layer;
import fathom.train.Run;
import java.util.List;

/**
 * The result of training by a recipe.
 *
 * @param net the trained network
 * @param run the run's epochs, including those before a resumption
 * @param trainedEpochs the number of epochs finished since the training was started or resumed
 * @param report the result in lines; empty if the training was interrupted
 */
public record RecipeResult(Layer net, Run run, int trainedEpochs, List<String> report) {
    /** Takes a copy of the list. */
    public RecipeResult {
        report = List.copyOf(report);
    }
}
