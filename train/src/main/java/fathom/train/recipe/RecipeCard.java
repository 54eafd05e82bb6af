package fathom.train.recipe;

import java.util.Objects;

/**
 * The name and description of a {@link Recipe}, as shown in lists and help.
 *
 * @param name the name on the command line, in folders of runs and in Java
 * @param description the model, in one line
 * @param section the section of the course, such as {@code 6.6}; empty if there is none
 * @param data the data set; empty if the recipe cannot load one
 * @param dataOption the possible values of the option {@code data} and its default; empty if the recipe takes none
 */
public record RecipeCard(String name, String description, String section, String data, String dataOption) {
    /** Validates that nothing is null, and that the name is a single word. */
    public RecipeCard {
        if (name.isEmpty() || name.chars().anyMatch(Character::isWhitespace)) {
            throw new IllegalArgumentException("RecipeCard: the name must be one word, is '" + name + "'");
        }
        Objects.requireNonNull(description);
        Objects.requireNonNull(section);
        Objects.requireNonNull(data);
        Objects.requireNonNull(dataOption);
    }

    /** {@return a card with a name and a description only} */
    public static RecipeCard of(String name, String description) {
        return new RecipeCard(name, description, "", "", "");
    }

    /** {@return this with a section of the course} */
    public RecipeCard withSection(String section) {
        return new RecipeCard(name, description, section, data, dataOption);
    }

    /** {@return this with a data set and the values of the option {@code data}} */
    public RecipeCard withData(String data, String dataOption) {
        return new RecipeCard(name, description, section, data, dataOption);
    }
}
