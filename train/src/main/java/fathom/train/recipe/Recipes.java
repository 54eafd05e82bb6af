package fathom.train.recipe;

import fathom.services.NearestName;
import fathom.services.Services;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Look-up of recipes, and training by them.
 *
 * {@snippet :
 * var result = Recipes.train("lenet", o -> o.epochs(3).folder(Path.of("runs/lenet")));
 * IO.println(result.run().last());
 * }
 */
public final class Recipes {
    private static final class Found {
        static final List<Recipe> ALL = load();
    }

    private Recipes() {}

    private static List<Recipe> load() {
        ModuleLayer layer = Recipes.class.getModule().getLayer();
        var own = Recipes.class.getClassLoader();
        List<ServiceLoader<Recipe>> single =
                layer == null
                        ? List.of(ServiceLoader.load(Recipe.class, own))
                        : List.of(ServiceLoader.load(layer, Recipe.class), ServiceLoader.load(Recipe.class));
        List<ServiceLoader<RecipeProvider>> several =
                layer == null
                        ? List.of(ServiceLoader.load(RecipeProvider.class, own))
                        : List.of(
                                ServiceLoader.load(layer, RecipeProvider.class),
                                ServiceLoader.load(RecipeProvider.class));
        var found = new TreeMap<String, Recipe>();
        Services.load(Recipe.class, single, Recipe::name).forEach(r -> found.putIfAbsent(r.name(), r));
        Services.load(RecipeProvider.class, several, RecipeProvider::names)
                .forEach(p -> p.recipes().forEach(r -> found.putIfAbsent(r.name(), r)));
        return List.copyOf(found.values());
    }

    /**
     * {@return all recipes on the module path and the class path, sorted by name; for duplicate names the first one
     * found}
     */
    public static List<Recipe> all() {
        return Found.ALL;
    }

    /** {@return the recipe with a name, if there is one} */
    public static Optional<Recipe> find(String name) {
        return all().stream().filter(r -> r.name().equals(name)).findFirst();
    }

    /**
     * {@return the recipe with a name}
     *
     * @throws RecipeException if there is none; names similar ones first, then all
     */
    public static Recipe get(String name) {
        return find(name)
                .orElseThrow(() -> {
                    List<String> names = all().stream().map(Recipe::name).toList();
                    String question = NearestName.question(name, names);
                    return new RecipeException(
                            "there is no model %s; %sthere are %s"
                                    .formatted(
                                            name,
                                            question.isEmpty() ? "" : question + "All in all ",
                                            String.join(", ", names)));
                });
    }

    /**
     * Trains a new network by the recipe with a name.
     *
     * @throws RecipeException if there is none of that name, or an option cannot be used
     * @throws fathom.FathomException if the loss or a weight is NaN or infinite, or the folder holds a run
     * @throws java.io.UncheckedIOException if data cannot be read or the folder cannot be written
     */
    public static RecipeResult train(String name, Consumer<RecipeOptions> options) {
        return train(get(name), options);
    }

    /** As {@link #train(String, Consumer)}, by a given recipe. */
    public static RecipeResult train(Recipe recipe, Consumer<RecipeOptions> options) {
        return new RecipeTraining(recipe, set(options), null).run();
    }

    /**
     * Resumes a run with its recipe and options, with bit for bit the results of an uninterrupted run. The options
     * {@code epochs}, {@code lr}, {@code batchSize}, {@code data}, {@code limit}, {@code precision}, {@code device},
     * {@code eager} and {@code progress} may be changed.
     *
     * @param folder the run's folder
     * @throws RecipeException if the folder is not that of a run with a checkpoint, or an option cannot be used
     */
    public static RecipeResult resume(Path folder, Consumer<RecipeOptions> options) {
        TrainedRun before = TrainedRun.open(folder);
        return new RecipeTraining(before.recipe(), set(options), before).run();
    }

    private static RecipeOptions set(Consumer<RecipeOptions> options) {
        var set = new RecipeOptions();
        options.accept(set);
        return set;
    }
}
