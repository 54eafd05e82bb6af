package fathom.train.recipe;

import fathom.Tensor;
import fathom.nn.loss.Loss;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.train.Metric;
import java.util.List;

/**
 * A model with all that it takes to train, test and show it: data, loss, metrics, hyper-parameters. It stands beside
 * its model and is a service, so {@code fathom train}, {@code eval}, {@code predict}, {@code summary}, {@code profile}
 * and {@code models} find it, and {@link Recipes#train} in Java.
 *
 * <p>A recipe of one's own, in a file beside the model:
 *
 * {@snippet :
 * public final class SineRecipe implements Recipe {
 *     private static Layer net() {
 *         return new Sequential(new Linear(1, 32), new Tanh(), new Linear(32, 1));
 *     }
 *
 *     @Override
 *     public RecipeCard card() {
 *         return RecipeCard.of("sine", "a multilayer perceptron that learns sin(x)");
 *     }
 *
 *     @Override
 *     public HyperParameters hyperParameters() {
 *         return HyperParameters.of("adam", 0.01).withBatchSize(32);
 *     }
 *
 *     @Override
 *     public Loss loss() {
 *         return new MSELoss();
 *     }
 *
 *     @Override
 *     public RecipeExample example(int batchSize) {
 *         return new RecipeExample(net(), randn(batchSize, 1), randn(batchSize, 1));
 *     }
 *
 *     @Override
 *     public RecipeTask open(TaskOptions options) {
 *         int batchSize = options.hyperParameters().batchSize();
 *         return new RecipeTask() {
 *             @Override
 *             public Layer network() {
 *                 return net();
 *             }
 *
 *             @Override
 *             public DataLoader train() {
 *                 Tensor x = rand(1000, 1).mul(6);
 *                 return DataLoader.of(new TensorDataset(x, x.sin()), batchSize).shuffle(true);
 *             }
 *
 *             @Override
 *             public String data() {
 *                 return "1,000 points";
 *             }
 *
 *             @Override
 *             public List<String> predict(Layer net, PredictionOptions asked) {
 *                 Tensor x = tensor(asked.inputs().stream().mapToDouble(Double::parseDouble).toArray());
 *                 return List.of(net.call(x.to(FLOAT32).unsqueeze(1)).toString());
 *             }
 *         };
 *     }
 * }
 * }
 *
 * It is found on the class path if the file {@code META-INF/services/fathom.train.recipe.Recipe} names the class, and
 * on the module path if {@code module-info} says {@code provides fathom.train.recipe.Recipe with SineRecipe}. The class
 * is public with a public constructor without parameters, which does no work: all recipes are made to list them.
 */
public interface Recipe {
    /** {@return the name and the facts} */
    RecipeCard card();

    /** {@return the name, {@link RecipeCard#name}} */
    default String name() {
        return card().name();
    }

    /** {@return the default hyper-parameters} */
    HyperParameters hyperParameters();

    /** {@return a new loss to minimise} */
    Loss loss();

    /** {@return the metrics to report; the first selects the best checkpoint; by default none} */
    default List<Metric> metrics() {
        return List.of();
    }

    /** {@return the names of the classes by label, if the model is a classifier; else nothing} */
    default List<String> classes() {
        return List.of();
    }

    /**
     * {@return a new optimiser, by default that of {@link Optimizers}}
     *
     * @param name the user's choice, or that of {@link #hyperParameters}, which may be a name of the recipe's own
     */
    default Optimizer optimizer(String name, List<Tensor> parameters, double lr) {
        return Optimizers.create(name, parameters, lr);
    }

    /**
     * {@return a new network and a batch of random numbers, made on the {@linkplain fathom.Device#current current
     * device}, which may be one without memory}
     */
    RecipeExample example(int batchSize);

    /** {@return whether {@link #open} gives data to train with, by default true} */
    default boolean isTrainable() {
        return true;
    }

    /**
     * {@return the task with these options}
     *
     * @throws RecipeException if an option cannot be used, or the recipe is not {@linkplain #isTrainable trainable}
     */
    RecipeTask open(TaskOptions options);
}
