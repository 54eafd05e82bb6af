package fathom.train.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The values of a recipe's own options. */
final class OptionValues {
    private OptionValues() {}

    /**
     * {@return the values by name, with defaults for those not given}
     *
     * @throws RecipeException if the recipe has no option of a name
     */
    static Map<String, String> of(Recipe recipe, Map<String, String> given) {
        List<RecipeOption> options = recipe.options();
        for (String name : given.keySet()) {
            if (options.stream().noneMatch(o -> o.name().equals(name))) {
                throw new RecipeException(
                        name,
                        "%s has no such option; it has %s"
                                .formatted(
                                        recipe.name(),
                                        options.isEmpty()
                                                ? "none of its own"
                                                : String.join(
                                                        ", ", options.stream().map(RecipeOption::name).toList())));
            }
        }
        var values = new LinkedHashMap<String, String>();
        for (RecipeOption o : options) {
            String value = given.getOrDefault(o.name(), o.defaultValue());
            if (!value.isEmpty()) {
                values.put(o.name(), value);
            }
        }
        return values;
    }
}
