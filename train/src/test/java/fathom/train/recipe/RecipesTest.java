package fathom.train.recipe;

import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.rand;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import fathom.Precision;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Tanh;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.testkit.Weights;
import fathom.train.Losses;
import fathom.train.Task;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipes in Java: the one of {@link Recipe}'s documentation, and linear regression. */
class RecipesTest {
    @TempDir Path folder;

    private static final class SineRecipe implements Recipe {
        private static Layer net() {
            return new Sequential(new Linear(1, 32), new Tanh(), new Linear(32, 1));
        }

        @Override
        public RecipeCard card() {
            return RecipeCard.of("sine", "a multilayer perceptron that learns sin(x)");
        }

        @Override
        public HyperParameters hyperParameters() {
            return HyperParameters.of("adam", 0.01).withBatchSize(32);
        }

        @Override
        public Loss loss() {
            return new MSELoss();
        }

        @Override
        public RecipeExample example(int batchSize) {
            return new RecipeExample(net(), randn(batchSize, 1), randn(batchSize, 1));
        }

        @Override
        public RecipeTask open(TaskOptions options) {
            int batchSize = options.hyperParameters().batchSize();
            return new RecipeTask() {
                @Override
                public Layer network() {
                    return net();
                }

                @Override
                public DataLoader train() {
                    Tensor x = rand(1000, 1).mul(6);
                    return DataLoader.of(new TensorDataset(x, x.sin()), batchSize).shuffle(true);
                }

                @Override
                public String data() {
                    return "1,000 points";
                }

                @Override
                public List<String> predict(Layer net, PredictionOptions asked) {
                    Tensor x = tensor(asked.inputs().stream().mapToDouble(Double::parseDouble).toArray());
                    return List.of(net.call(x.to(FLOAT32).unsqueeze(1)).toString());
                }
            };
        }
    }

    @Test
    void aRecipeOfOnesOwnIsTrained() {
        var lines = new ArrayList<String>();
        RecipeResult result = Recipes.train(new SineRecipe(), o -> o.notice(lines::add).device(Device.cpu(1)));
        assertThat(result.trainedEpochs()).isEqualTo(10);
        // a constant comes to the variance of sin(x), some 0.46
        assertThat(result.run().last().loss()).isLessThan(0.1);
        assertThat(result.report()).hasSize(2);
        assertThat(result.report().getLast()).endsWith("examples/sec on cpu:1");
        assertThat(lines).containsExactly("sine on 1,000 points");
        assertThat(result.net().parameters()).allMatch(p -> p.device() == Device.cpu(1));
        // there are no data to test with
        RecipeTask task =
                new SineRecipe()
                        .open(
                                new TaskOptions(
                                        HyperParameters.of("adam", 1),
                                        null,
                                        TaskOptions.ALL,
                                        0,
                                        Map.of(),
                                        Map.of(),
                                        lines::add));
        assertThatThrownBy(task::evaluation).isInstanceOf(RecipeException.class).hasMessageContaining("no test data");
    }

    /** A recipe whose task has two losses. */
    private static final class TaskRecipe implements Recipe {
        private final SineRecipe sine = new SineRecipe();

        @Override
        public RecipeCard card() {
            return RecipeCard.of("sine-task", "a multilayer perceptron that learns sin(x) with small weights");
        }

        @Override
        public HyperParameters hyperParameters() {
            return sine.hyperParameters();
        }

        @Override
        public Loss loss() {
            return sine.loss();
        }

        @Override
        public RecipeExample example(int batchSize) {
            return sine.example(batchSize);
        }

        @Override
        public RecipeTask open(TaskOptions options) {
            RecipeTask plain = sine.open(options);
            return new RecipeTask() {
                @Override
                public Layer network() {
                    return plain.network();
                }

                @Override
                public DataLoader train() {
                    return plain.train();
                }

                @Override
                public Task<?> task(Layer net) {
                    return new Task<>(Batch.class, net) {
                        @Override
                        public Losses step(Batch b) {
                            return Losses.of("error", Tensors.mseLoss(net.call(b.x()), b.y()))
                                    .and("size", net.parameters().getFirst().pow(2).mean().mul(1e-3));
                        }
                    };
                }

                @Override
                public String data() {
                    return plain.data();
                }

                @Override
                public List<String> predict(Layer net, PredictionOptions asked) throws IOException {
                    return plain.predict(net, asked);
                }
            };
        }
    }

    @Test
    void aRecipeMayHaveATaskOfItsOwn() {
        RecipeResult result = Recipes.train(new TaskRecipe(), o -> o.notice(line -> {}).epochs(3));
        assertThat(result.run().last().train()).containsOnlyKeys("error", "size");
        assertThat(result.run().last().train().get("error")).isLessThan(0.4);
    }

    private RecipeResult linear(String name, Consumer<RecipeOptions> options) {
        return Recipes.train(
                "linear",
                o -> {
                    o.folder(folder.resolve(name)).progress(false);
                    options.accept(o);
                });
    }

    private List<String> weights(String name) throws IOException {
        return Weights.of(folder.resolve(name).resolve("model.safetensors"));
    }

    @Test
    void aRunIsResumedToTheSameBitsAndUsed() throws IOException {
        linear("whole", o -> o.epochs(3).seed(5).optimizer("adam").lr(0.1));
        linear("parts", o -> o.epochs(1).seed(5).optimizer("adam").lr(0.1));
        RecipeResult rest = Recipes.resume(folder.resolve("parts"), o -> o.epochs(3).progress(false));
        assertThat(rest.trainedEpochs()).isEqualTo(2);
        assertThat(rest.run().history()).hasSize(3);
        assertThat(weights("parts")).isEqualTo(weights("whole"));

        TrainedRun run = TrainedRun.open(folder.resolve("parts"));
        assertThat(run.recipe().name()).isEqualTo("linear");
        assertThat(run.hyperParameters()).isEqualTo(new HyperParameters(3, 10, "adam", 0.1, 1, 0));
        assertThat(run.seed()).isEqualTo(5);
        RecipeTask task = run.task(o -> o.batchSize(100));
        Layer net = run.network(task, false);
        assertThat(net.isTraining()).isFalse();
        var evaluation = run.evaluate(task, net);
        assertThat(evaluation.examples()).isEqualTo(1000);
        assertThat(evaluation.loss()).isLessThan(0.01);
        assertThat(run.evaluate(task, net)).isEqualTo(evaluation);
        assertThat(task.predict(net, new PredictionOptions(List.of("1,1"), 1, 1, folder, null, line -> {})).getFirst())
                .startsWith("(1.000, 1.000): 2.8");
    }

    @Test
    void optionsThatCannotBeUsedAreRefusedByName() {
        linear("run", o -> o.epochs(1).seed(1));
        Path run = folder.resolve("run");
        refused("epochs", "must be at least 1, is 0", () -> linear("other", o -> o.epochs(0)));
        refused("batchSize", "must be at least 1, is -1", () -> linear("other", o -> o.batchSize(-1)));
        refused("lr", "must be above 0, is NaN", () -> linear("other", o -> o.lr(Double.NaN)));
        refused("limit", "must be at least 1, is 0", () -> linear("other", o -> o.limit(0)));
        refused("limit", "linear generates its own data", () -> linear("other", o -> o.limit(10)));
        refused("data", "linear generates its own data", () -> linear("other", o -> o.data("x")));
        refused("optimizer", "there is no magic; there are adadelta", () -> linear("other", o -> o.optimizer("magic")));
        refused("seed", "of seed 1", () -> Recipes.resume(run, o -> o.seed(2)));
        refused("optimizer", "its own optimizer, sgd", () -> Recipes.resume(run, o -> o.optimizer("adam")));
        refused("overwrite", "is not overwritten", () -> Recipes.resume(run, o -> o.overwrite(true)));
        refused("folder", "stays in its folder", () -> Recipes.resume(run, o -> o.folder(folder)));
        assertThatThrownBy(() -> Recipes.train("lienar", o -> o.precision(Precision.FLOAT32)))
                .isInstanceOf(RecipeException.class)
                .hasMessageContainingAll("there is no model lienar", "linear");
        assertThatThrownBy(() -> Recipes.resume(folder.resolve("none"), o -> {}))
                .isInstanceOf(RecipeException.class)
                .hasMessage("there is no folder " + folder.resolve("none"));
        assertThat(folder.resolve("other")).doesNotExist();
    }

    private static void refused(String option, String reason, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        RecipeException.class,
                        e -> {
                            assertThat(e.option()).hasValue(option);
                            assertThat(e.reason()).contains(reason);
                        });
    }
}
