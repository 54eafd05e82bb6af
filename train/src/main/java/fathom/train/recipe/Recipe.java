package fathom.train.recipe;

import fathom.Tensor;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.train.metric.Metric;
import java.util.List;
import java.util.OptionalLong;

/**
 * A model with everything needed to train, evaluate and demonstrate it: data, loss, metrics, hyper-parameters. It is
 * defined beside its model and registered as a service, so that {@code fathom train}, {@code eval}, {@code predict},
 * {@code summary}, {@code profile} and {@code models} find it, as does {@link Recipes#train} in Java.
 *
 * <p>A recipe of your own, in a file beside the model:
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
 * must be public with a public no-argument constructor that does no work, since all recipes are instantiated to list
 * them. A library of many models registers one {@link RecipeProvider} instead.
 */
public interface Recipe {
    /** {@return the name and the description of the model} */
    RecipeCard card();

    /** {@return the name, {@link RecipeCard#name}} */
    default String name() {
        return card().name();
    }

    /** {@return the default hyper-parameters} */
    HyperParameters hyperParameters();

    /** {@return a new loss to minimise, unless {@link RecipeTask#task} has its own; {@code profile} measures it} */
    Loss loss();

    /** {@return the metrics to report; the first selects the best checkpoint; by default none} */
    default List<Metric> metrics() {
        return List.of();
    }

    /** {@return the names of the classes by label, if the model is a classifier; else empty} */
    default List<String> classes() {
        return List.of();
    }

    /** {@return the target that no metric counts, such as that of pixels without a class; by default none} */
    default OptionalLong ignoredTarget() {
        return OptionalLong.empty();
    }

    /** {@return the options that this recipe has beside those of all recipes; by default none} */
    default List<RecipeOption> options() {
        return List.of();
    }

    /**
     * {@return a new optimiser, by default that of {@link Optimizers}}
     *
     * @param name the user's choice, or that of {@link #hyperParameters}; may be a name known to this recipe only
     */
    default Optimizer optimizer(String name, List<Tensor> parameters, double lr) {
        return Optimizers.create(name, parameters, lr);
    }

    /**
     * {@return a new network and a random batch, created on the {@linkplain fathom.Device#current current device},
     * which may be {@link fathom.Device#META}}
     */
    RecipeExample example(int batchSize);

    /** {@return a newly initialised network, as {@link #example} has it} */
    default Layer network() {
        return example(1).net();
    }

    /** {@return whether {@link #open} provides training data; true by default} */
    default boolean isTrainable() {
        return true;
    }

    /**
     * {@return a task with the given options}
     *
     * @throws RecipeException if an option is invalid, or the recipe is not {@linkplain #isTrainable trainable}
     */
    RecipeTask open(TaskOptions options);
}
