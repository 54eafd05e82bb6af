package fathom.cli;

import fathom.files.InputFiles;
import fathom.io.StateDict;
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

/**
 * The settings that a run's folder keeps. What is there, but cannot be, is refused with its name.
 *
 * @param spec the command that reads them
 * @param values by name
 */
record RunConfig(CommandSpec spec, Path folder, Map<String, Object> values) {
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
            Map<String, Object> values =
                    new JsonMapper().readValue(InputFiles.text(file), new TypeReference<Map<String, Object>>() {});
            if (values == null) {
                throw new ParameterException(spec.commandLine(), file + " is damaged: it holds null");
            }
            return new RunConfig(spec, folder, values);
        } catch (JacksonException e) {
            throw new ParameterException(
                    spec.commandLine(), "%s is damaged: %s".formatted(file, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
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
                    "%s names no model that is known here: %s"
                            .formatted(folder.resolve("config.json"), values.get("model")));
        }
        return recipe;
    }

    /** {@return whether there is a checkpoint to go on from} */
    boolean hasCheckpoint() {
        return Files.isRegularFile(folder.resolve("checkpoint.safetensors"));
    }

    @Nullable String text(String name) {
        Object value = values.get(name);
        if (value == null && !values.containsKey(name) || value instanceof String) {
            return (String) value;
        }
        throw wrong(name, "text");
    }

    /** {@return a whole number of at least 1} */
    int integer(String name, int otherwise) {
        return (int) whole(name, otherwise, 1, Integer.MAX_VALUE);
    }

    long number(String name, long otherwise) {
        return whole(name, otherwise, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private long whole(String name, long otherwise, long least, long most) {
        Object value = values.get(name);
        if (value == null && !values.containsKey(name)) {
            return otherwise;
        }
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw wrong(name, "a whole number" + (least == 1 ? " from 1 to " + most : ""));
    }

    /** {@return a finite number above 0} */
    double real(String name, double otherwise) {
        Object value = values.get(name);
        if (value == null && !values.containsKey(name)) {
            return otherwise;
        }
        if (value instanceof Number n && n.doubleValue() > 0 && n.doubleValue() < Double.POSITIVE_INFINITY) {
            return n.doubleValue();
        }
        throw wrong(name, "a number above 0");
    }

    private ParameterException wrong(String name, String wanted) {
        String value = String.valueOf(values.get(name));
        return new ParameterException(
                spec.commandLine(),
                "%s is damaged: %s is %s; want %s"
                        .formatted(
                                folder.resolve("config.json"),
                                name,
                                value.length() <= 60 ? value : value.substring(0, 57) + "...",
                                wanted));
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
