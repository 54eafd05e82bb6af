package fathom.cli;

import fathom.train.recipe.Recipe;
import fathom.train.recipe.Recipes;
import java.util.Iterator;

/** The names of the recipes, for help and completion. */
class RecipeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return Recipes.all().stream().map(Recipe::name).iterator();
    }

    /** The names of the recipes that can be trained. */
    static final class Trainable extends RecipeNames {
        @Override
        public Iterator<String> iterator() {
            return Recipes.all().stream().filter(Recipe::isTrainable).map(Recipe::name).iterator();
        }
    }
}
