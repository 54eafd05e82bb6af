package fathom.cli;

import fathom.Precision;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What {@code --precision} may be. */
final class Precisions {
    static final Map<String, Precision> ALL = new LinkedHashMap<>();

    static {
        ALL.put("float32", Precision.FLOAT32);
        ALL.put("bf16", Precision.BFLOAT16);
    }

    private Precisions() {}

    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ALL.keySet().iterator();
        }
    }

    /**
     * {@return the precision that is asked for}
     *
     * @param name what the option says; null if it is not there
     * @param before what the run that goes on was trained with, as its folder tells; null for a new one
     * @throws ParameterException if there is none of that name, or this machine would be slower for it
     */
    static Precision of(CommandSpec spec, @Nullable String name, @Nullable String before) {
        Precision precision = Precision.FLOAT32;
        if (name != null) {
            Precision found = ALL.get(name);
            if (found == null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--precision: there is no %s; there are %s".formatted(name, String.join(", ", ALL.keySet())));
            }
            precision = found;
        } else if (Precision.BFLOAT16.name().equals(before)) {
            precision = Precision.BFLOAT16;
        }
        precision
                .refusal()
                .ifPresent(why -> {
                    throw new ParameterException(spec.commandLine(), "--precision: " + why);
                });
        return precision;
    }
}
