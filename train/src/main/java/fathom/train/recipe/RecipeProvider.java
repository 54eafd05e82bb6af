package fathom.train.recipe;

import java.util.List;

/**
 * A service that provides several recipes, such as all models of a library, so that not each needs a class of its own.
 * It is registered as a {@link Recipe} is, under this interface's name.
 */
public interface RecipeProvider {
    /** {@return the recipes; called when recipes are looked up, so it must do no work beyond creating them} */
    List<Recipe> recipes();

    /** {@return the recipes' names, which identify the provider} */
    default List<String> names() {
        return recipes().stream().map(Recipe::name).toList();
    }
}
