package fathom.cli;

import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.optim.Clip;
import fathom.optim.Optimizer;
import fathom.optim.SGD;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeExample;

/**
 * The training step measured by {@code fathom profile}, always with the same batch.
 *
 * @param clipNorm the upper bound of the gradients' norm; 0 for none
 */
record ProfiledStep(Layer net, Loss loss, Optimizer optimizer, double clipNorm, Tensor x, Tensor y) {
    /** {@return the step of a recipe, on the current device} */
    static ProfiledStep of(Recipe recipe, int batchSize) {
        RecipeExample example = recipe.example(batchSize);
        HyperParameters h = recipe.hyperParameters();
        Optimizer optimizer = recipe.optimizer(h.optimizer(), example.net().parameters(), h.lr());
        return new ProfiledStep(example.net(), recipe.loss(), optimizer, h.clipNorm(), example.x(), example.y());
    }

    /**
     * {@return the step of a user's layer on random numbers: with cross-entropy if it returns scores of classes, else
     * with the mean squared error, by plain gradient descent}
     */
    static ProfiledStep of(Layer net, long... shape) {
        Tensor x = Tensors.randn(shape);
        Tensor scores = Scope.returning(() -> net.call(x).detach());
        boolean isClassifier = scores.dim() == 2 && scores.size(1) > 1;
        Tensor y = isClassifier ? Tensors.randint(0, scores.size(1), scores.size(0)) : Tensors.randnLike(scores);
        Loss loss = isClassifier ? new CrossEntropyLoss() : new MSELoss();
        return new ProfiledStep(net, loss, new SGD(net.parameters(), 1e-3), 0, x, y);
    }

    /** Forward, backward and update. */
    Tensor run(Tensor input, Tensor target) {
        optimizer.zeroGrad();
        Tensor l = loss.forward(net.forward(input), target);
        l.backward();
        if (clipNorm > 0) {
            Clip.gradNormAsTensor_(net.parameters(), clipNorm);
        }
        optimizer.step();
        return l;
    }
}
