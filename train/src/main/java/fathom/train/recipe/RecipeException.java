package fathom.train.recipe;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An invalid option of a recipe, or an unusable run folder. The message is for the user, in one line. */
public class RecipeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final @Nullable String option;
    private final String reason;

    /**
     * An error in an option.
     *
     * @param option its name in Java, such as {@code batchSize}
     * @param reason the reason: the message is the option, a colon and this
     */
    public RecipeException(String option, String reason) {
        super(option + ": " + reason);
        this.option = option;
        this.reason = reason;
    }

    /** An error that does not concern an option. */
    public RecipeException(String reason) {
        super(reason);
        this.option = null;
        this.reason = reason;
    }

    /** {@return the name of the option, if it is one} */
    public Optional<String> option() {
        return Optional.ofNullable(option);
    }

    /** {@return the reason, without the option} */
    public String reason() {
        return reason;
    }
}
