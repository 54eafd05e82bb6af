package fathom.cli;

import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.Recipes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The options that recipes have beside those of all recipes, on the command line. */
final class RecipeOwnOptions {
    private RecipeOwnOptions() {}

    /** {@return an option's name on the command line: {@code --image-size} for {@code imageSize}} */
    static String name(RecipeOption option) {
        return "--" + kebab(option.name());
    }

    /** {@return {@code batch-size} for {@code batchSize}} */
    static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** {@return an option's description, with its default if it has one} */
    static String description(RecipeOption option) {
        return option.description()
                + (option.defaultValue().isEmpty() ? "" : " Default: %s.".formatted(option.defaultValue()));
    }

    /** Makes a command accept the options of all recipes; which model they belong to is known after parsing. */
    static void addTo(CommandSpec spec) {
        for (Recipe recipe : Recipes.all()) {
            for (RecipeOption option : recipe.options()) {
                if (spec.findOption(name(option)) == null) {
                    spec.addOption(specOf(option).hidden(true).build());
                }
            }
        }
    }

    private static OptionSpec.Builder specOf(RecipeOption option) {
        var builder = OptionSpec.builder(name(option));
        return (option.isFlag()
                        ? builder.arity("0").type(boolean.class)
                        : builder.arity("1").type(String.class).paramLabel(option.label()))
                .description(description(option).replace("%", "%%"));
    }

    /**
     * {@return the values that were given, by the options' names in Java}
     *
     * @param recipe the model
     * @throws ParameterException if an option belongs to other models only
     */
    static Map<String, String> given(CommandSpec spec, Recipe recipe) {
        var given = new LinkedHashMap<String, String>();
        for (RecipeOption option : recipe.options()) {
            OptionSpec matched = spec.commandLine().getParseResult().matchedOption(name(option));
            if (matched != null) {
                given.put(
                        option.name(), option.isFlag() ? RecipeOption.ON : String.valueOf((Object) matched.getValue()));
            }
        }
        for (Recipe other : Recipes.all()) {
            for (RecipeOption option : other.options()) {
                if (spec.commandLine().getParseResult().hasMatchedOption(name(option))
                        && !given.containsKey(option.name())) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "%s: %s has no such option; %s has".formatted(name(option), recipe.name(), having(option)));
                }
            }
        }
        return given;
    }

    private static String having(RecipeOption option) {
        return Recipes.all().stream()
                .filter(r -> r.options().stream().anyMatch(o -> o.name().equals(option.name())))
                .map(Recipe::name)
                .collect(Collectors.joining(" and "));
    }

    /** {@return the part of the help that lists a recipe's options; empty if it has none} */
    static String help(Recipe recipe) {
        List<RecipeOption> options = recipe.options();
        if (options.isEmpty()) {
            return "";
        }
        CommandSpec only = CommandSpec.create();
        options.forEach(o -> only.addOption(specOf(o).build()));
        only.usageMessage().width(100).autoWidth(false).sortOptions(false);
        return String.format(
                Locale.ROOT, "%nOptions of %s:%n%n%s", recipe.name(), new CommandLine(only).getHelp().optionList());
    }
}
