package fathom.train.recipe;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An option of a recipe, or the folder of a run, that cannot be used. The message is for the user, in one line. */
public class RecipeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final @Nullable String option;
    private final String reason;

    /**
     * For an option.
     *
     * @param option its name in Java, such as {@code batchSize}
     * @param reason what is wrong: the message is the option, a colon and this
     */
    public RecipeException(String option, String reason) {
        super(option + ": " + reason);
        this.option = option;
        this.reason = reason;
    }

    /** For something that is no option. */
    public RecipeException(String reason) {
        super(reason);
        this.option = null;
        this.reason = reason;
    }

    /** {@return the name of the option, if it is one} */
    public Optional<String> option() {
        return Optional.ofNullable(option);
    }

    /** {@return what is wrong, without the option} */
    public String reason() {
        return reason;
    }
}
