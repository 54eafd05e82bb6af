package fathom.train.recipe;

import java.util.Objects;

/**
 * An option that a recipe has beside those of all recipes. On the command line {@code imageSize} is {@code
 * --image-size}; in Java it is set by {@link RecipeOptions#option}.
 *
 * @param name the name in Java, such as {@code imageSize}
 * @param label what the value is, such as {@code COLUMN}; empty for an option that is on or off
 * @param description one sentence
 * @param defaultValue the value if it is not given; empty for none
 */
public record RecipeOption(String name, String label, String description, String defaultValue) {
    /** The value of an option that is on. */
    public static final String ON = "true";

    /** Validates the name. */
    public RecipeOption {
        if (!name.matches("[a-z][a-zA-Z0-9]*")) {
            throw new IllegalArgumentException("RecipeOption: expected a name such as imageSize, got '" + name + "'");
        }
        Objects.requireNonNull(label);
        Objects.requireNonNull(description);
        Objects.requireNonNull(defaultValue);
    }

    /** {@return an option with a value and without a default} */
    public static RecipeOption of(String name, String label, String description) {
        return new RecipeOption(name, label, description, "");
    }

    /** {@return an option that is off unless it is given} */
    public static RecipeOption flag(String name, String description) {
        return new RecipeOption(name, "", description, "");
    }

    /** {@return this with a default} */
    public RecipeOption withDefault(String value) {
        return new RecipeOption(name, label, description, value);
    }

    /** {@return whether it has no value, but is on or off} */
    public boolean isFlag() {
        return label.isEmpty();
    }
}
