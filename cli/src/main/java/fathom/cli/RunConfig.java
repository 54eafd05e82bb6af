package fathom.cli;

import fathom.StateDict;
import fathom.nn.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The settings that a run's folder keeps. */
record RunConfig(Path folder, Map<String, Object> values) {
    /**
     * Reads the settings of a run.
     *
     * @throws ParameterException if the folder is none of a run
     */
    static RunConfig read(CommandSpec spec, Path folder) {
        Path file = folder.resolve("config.json");
        if (!Files.isDirectory(folder)) {
            throw new ParameterException(spec.commandLine(), "there is no folder " + folder);
        }
        if (!Files.isRegularFile(file)) {
            throw new ParameterException(
                    spec.commandLine(), folder + " is not the folder of a run: it has no config.json");
        }
        try {
            return new RunConfig(
                    folder,
                    new JsonMapper().readValue(Files.readString(file), new TypeReference<Map<String, Object>>() {}));
        } catch (JacksonException e) {
            throw new ParameterException(
                    spec.commandLine(), "%s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new ParameterException(
                    spec.commandLine(), "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** {@return the model that was trained} */
    Recipe recipe(CommandSpec spec) {
        if (LanguageModelRun.NAME.equals(values.get("model"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s is a run of %s, which only fathom train --resume takes so far"
                            .formatted(folder, LanguageModelRun.NAME));
        }
        Recipe recipe = values.get("model") instanceof String name ? Recipe.ALL.get(name) : null;
        if (recipe == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s: config.json names no model that is known here: %s".formatted(folder, values.get("model")));
        }
        return recipe;
    }

    @Nullable String text(String name) {
        return values.get(name) instanceof String s ? s : null;
    }

    int integer(String name, int otherwise) {
        return values.get(name) instanceof Number n ? n.intValue() : otherwise;
    }

    long number(String name, long otherwise) {
        return values.get(name) instanceof Number n ? n.longValue() : otherwise;
    }

    double real(String name, double otherwise) {
        return values.get(name) instanceof Number n ? n.doubleValue() : otherwise;
    }

    /** {@return the trained network, ready to be asked} */
    Layer network(Recipe recipe, boolean best) throws IOException {
        Path file = folder.resolve(best ? "best.safetensors" : "model.safetensors");
        if (!Files.isRegularFile(file)) {
            throw new IOException("%s: the run has not got as far as writing %s".formatted(folder, file.getFileName()));
        }
        Layer net = recipe.maker().get();
        net.loadStateDict(StateDict.load(file));
        return net.eval();
    }
}
