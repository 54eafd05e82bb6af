package fathom.cli;

import fathom.Precision;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The values of {@code --precision}. */
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
     * {@return the precision of a name}
     *
     * @throws ParameterException if there is none
     */
    static Precision of(CommandSpec spec, String name) {
        Precision found = ALL.get(name);
        if (found == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--precision: there is no %s; there are %s".formatted(name, String.join(", ", ALL.keySet())));
        }
        return found;
    }
}
