package fathom.cli;

import fathom.nn.Layer;
import fathom.train.recipe.Recipes;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A layer of the user's, named by its class in place of a model, and the option that says what it takes. */
final class OwnLayer {
    @Option(
            names = "--input",
            paramLabel = "SHAPE",
            split = ",",
            description = "Of a layer of yours: the shape of one example of float32, such as 3,224,224.")
    private long @Nullable [] input;

    /**
     * {@return whether the name is that of a layer of the user's rather than of a model}
     *
     * @throws ParameterException if it is a class, but the shape of its input is not given
     */
    boolean isNamed(CommandSpec spec, String name) {
        if (input != null) {
            return true;
        }
        if (Recipes.find(name).isEmpty() && exists(name)) {
            throw wrong(spec, "--input: the shape of one example that %s takes, such as 3,224,224".formatted(name));
        }
        return false;
    }

    private static boolean exists(String name) {
        try {
            Class.forName(name, false, ClassLoader.getSystemClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    /** {@return a new layer of the class} */
    static Layer create(CommandSpec spec, String name) {
        try {
            Class<?> type = Class.forName(name, true, ClassLoader.getSystemClassLoader());
            if (Layer.class.isAssignableFrom(type)) {
                return (Layer) type.getConstructor().newInstance();
            }
            throw wrong(spec, name + " is no Layer");
        } catch (ClassNotFoundException e) {
            throw wrong(
                    spec, "there is no class %s on the class path (./fathom --class-path CLASSES ...)".formatted(name));
        } catch (InvocationTargetException e) {
            throw wrong(spec, "the constructor of %s failed: %s".formatted(name, e.getCause()));
        } catch (ReflectiveOperationException e) {
            throw wrong(spec, "%s has no public constructor without parameters".formatted(name));
        }
    }

    /** {@return the shape of a batch of examples} */
    long[] batch(CommandSpec spec, int size) {
        long[] example = input == null ? new long[0] : input;
        var shape = new long[example.length + 1];
        shape[0] = size;
        for (int i = 0; i < example.length; i++) {
            if (example[i] < 1) {
                throw wrong(
                        spec, String.format(Locale.ROOT, "--input: extents must be at least 1, one is %d", example[i]));
            }
            shape[i + 1] = example[i];
        }
        return shape;
    }

    private static ParameterException wrong(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
