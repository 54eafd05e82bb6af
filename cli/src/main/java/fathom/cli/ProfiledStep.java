package fathom.cli;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.optim.Clip;
import fathom.optim.Optimizer;
import fathom.vision.models.Models;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A training step that {@code fathom profile} looks at, always with the same batch.
 *
 * @param clipNorm the greatest norm of the gradients; 0 for any
 */
record ProfiledStep(Layer net, BinaryOperator<Tensor> loss, Optimizer optimizer, double clipNorm, Tensor x, Tensor y) {
    /**
     * {@return the step of a model of pictures or points}
     *
     * @param recipe how it is trained; null for one that the command line does not train
     */
    static ProfiledStep of(String model, @Nullable Recipe recipe, long... shape) {
        Layer net = recipe != null ? recipe.maker().get() : Models.create(model);
        Loss loss = recipe != null ? recipe.loss().get() : new CrossEntropyLoss();
        String rule = recipe != null ? recipe.optimizer() : "sgd";
        double lr = recipe != null ? recipe.lr() : 0.01;
        Optimizer optimizer = Objects.requireNonNull(Optimizers.ALL.get(rule)).apply(net.parameters(), lr);
        Tensor x = Tensors.randn(shape);
        return new ProfiledStep(net, loss::forward, optimizer, 0, x, target(net, loss, x));
    }

    /** Classes where the network's results are scores, else numbers of the results' shape. */
    private static Tensor target(Layer net, Loss loss, Tensor x) {
        try (var off = Autograd.noGrad();
                var scope = Scope.open()) {
            Tensor y = net.forward(x);
            return loss instanceof CrossEntropyLoss
                    ? Tensors.randint(0, y.size(1), y.size(0)).keep()
                    : Tensors.randn(y.shape().dims()).keep();
        }
    }

    /** Forward, backward and update. */
    Tensor run(Tensor input, Tensor target) {
        optimizer.zeroGrad();
        Tensor l = loss.apply(net.forward(input), target);
        l.backward();
        if (clipNorm > 0) {
            Clip.gradNormAsTensor_(net.parameters(), clipNorm);
        }
        optimizer.step();
        return l;
    }
}
