package fathom.cli;

import fathom.Device;
import fathom.nn.Summary;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.Recipes;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the models. */
@Command(
        name = "models",
        description = {
            "List the models: parameters, multiply-adds of one example, its input, data, and the section of the course.",
            "With a name: the defaults of that model."
        })
final class ModelsCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            completionCandidates = RecipeNames.class,
            description = "A model to show in detail.")
    private @Nullable String model;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (model == null) {
            list(out);
        } else {
            describe(Recipes.get(model), out);
        }
        out.flush();
        return 0;
    }

    private static void list(PrintWriter out) {
        var lines = new TextTable("Model", ">Parameters", ">Multiply-adds", "Input", "Data", "Section", "Description");
        for (Recipe recipe : Recipes.all()) {
            RecipeCard card = recipe.card();
            Size size = Size.of(recipe);
            lines.add(
                    card.name(),
                    size.parameters(),
                    size.multiplyAdds(),
                    size.input(),
                    card.data().isEmpty() ? "-" : card.data(),
                    card.section().isEmpty() ? "-" : card.section(),
                    card.description());
        }
        lines.print(out);
    }

    private static void describe(Recipe recipe, PrintWriter out) {
        RecipeCard card = recipe.card();
        Size size = Size.of(recipe);
        out.println("%s: %s".formatted(card.name(), card.description()));
        line(out, "section", card.section());
        line(out, "parameters", size.parameters());
        line(out, "multiply-adds", size.multiplyAdds());
        line(out, "input", size.input());
        line(out, "data", card.data());
        line(out, "--data", card.dataOption());
        for (RecipeOption option : recipe.options()) {
            line(
                    out,
                    RecipeOwnOptions.name(option),
                    (option.isFlag() ? "" : option.label() + ". ") + RecipeOwnOptions.description(option));
        }
        line(out, "training", recipe.isTrainable() ? recipe.hyperParameters().toString() : "not by fathom train");
    }

    private static void line(PrintWriter out, String name, String value) {
        if (!value.isEmpty()) {
            out.println("%-14s %s".formatted(name, value));
        }
    }

    /** The cost of running the model on one example, computed on the meta device. */
    private record Size(String parameters, String multiplyAdds, String input) {
        static Size of(Recipe recipe) {
            try (var _ = Device.META.open()) {
                RecipeExample example = recipe.example(1);
                Summary summary = Summary.of(example.net(), example.x());
                return new Size(
                        count(summary.parameters()),
                        count(summary.multiplyAdds()),
                        "%s %s"
                                .formatted(
                                        example.x().dtype().toString().toLowerCase(Locale.ROOT), example.x().shape()));
            } catch (RuntimeException e) { // a user's network that reads values cannot be summarised
                return new Size("?", "?", "?");
            }
        }

        private static String count(long n) {
            return String.format(Locale.ROOT, "%,d", n);
        }
    }
}
