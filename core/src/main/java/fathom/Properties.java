package fathom;

import fathom.memory.Limits;
import fathom.services.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The system properties {@code fathom.*} and their permitted values. An empty value counts as unset. */
final class Properties {
    private static final String PREFIX = "fathom.";

    /** Properties of the benchmark, which only the launcher starts. */
    private static final String BENCH = "fathom.bench.";

    /** The permitted values of a property. */
    private interface Form {
        /** {@return the permitted values; null if the value is one of them} */
        @Nullable String wanted(String value);
    }

    private static final Map<String, Form> FORMS = new TreeMap<>();

    static {
        FORMS.put("fathom.accelerator", oneOf("auto", "onednn", "none"));
        FORMS.put("fathom.backend", Properties::backend);
        FORMS.put("fathom.bfloat16", oneOf("auto", "always", "never"));
        FORMS.put("fathom.capture", oneOf("true", "false"));
        FORMS.put("fathom.capture.fusion", oneOf("true", "false"));
        FORMS.put("fathom.cpu.eager", oneOf("true", "false"));
        FORMS.put("fathom.data", value -> null); // data sets that are not there say where they were searched for
        FORMS.put("fathom.data.mirror", value -> value.matches("https?://.+") ? null : "an http or https address");
        FORMS.put("fathom.cuda", oneOf("auto", "host", "none"));
        FORMS.put("fathom.cuda.blocking", oneOf("true", "false"));
        FORMS.put("fathom.cuda.measure", oneOf("true", "false"));
        FORMS.put("fathom.cuda.cache", value -> null);
        FORMS.put("fathom.cuda.sources", value -> null);
        FORMS.put("fathom.cuda.tf32", oneOf("true", "false"));
        FORMS.put("fathom.cuda.libraries", value -> null); // the status says what was found
        FORMS.put("fathom.device", Devices::wanted);
        FORMS.put("fathom.distributed.heartbeat", whole(0, 1_000_000));
        FORMS.put("fathom.distributed.timeout", whole(1, 1_000_000_000));
        FORMS.put("fathom.home", value -> null);
        FORMS.put("fathom.memory.budget", Properties::bytes);
        FORMS.put("fathom.memory.limit", Properties::bytes);
        FORMS.put("fathom.mpi", value -> null); // a library that cannot be loaded is reported
        FORMS.put("fathom.offline", oneOf("true", "false"));
        FORMS.put("fathom.onednn.library", value -> null); // its status reports the result
        FORMS.put("fathom.profile.allocation", whole(0, Long.MAX_VALUE));
        FORMS.put("fathom.seed", whole(Long.MIN_VALUE, Long.MAX_VALUE));
        FORMS.put("fathom.threads", whole(1, Fathom.MAX_THREADS));
        FORMS.put("fathom.threads.spin", whole(0, Long.MAX_VALUE));
        FORMS.put("fathom.winograd", oneOf("auto", "none"));
    }

    private Properties() {}

    private static Form oneOf(String... values) {
        return value -> List.of(values).contains(value) ? null : "one of " + String.join(", ", values);
    }

    private static Form whole(long least, long most) {
        return value -> {
            try {
                long number = Long.decode(value);
                if (number >= least && number <= most) {
                    return null;
                }
            } catch (NumberFormatException e) {
                // the permitted values are described below
            }
            return "an integer"
                    + (least == Long.MIN_VALUE
                            ? ""
                            : most == Long.MAX_VALUE
                                    ? " of at least " + least
                                    : String.format(Locale.ROOT, " from %d to %d", least, most));
        };
    }

    private static @Nullable String bytes(String value) {
        return Limits.parse(value).isPresent() ? null : Limits.FORM;
    }

    private static @Nullable String backend(String value) {
        List<String> names = Backends.all().stream().map(b -> b.name()).toList();
        return names.contains(value) ? null : "one of " + String.join(", ", names);
    }

    private static Map<String, String> set() {
        var set = new TreeMap<String, String>();
        var properties = System.getProperties();
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(PREFIX) && !name.startsWith(BENCH)) {
                set.put(name, properties.getProperty(name));
            }
        }
        return set;
    }

    /** {@return a line per property with an invalid value, with the permitted ones} */
    static List<String> wrong() {
        var lines = new ArrayList<String>();
        set().forEach((name, value) -> {
            Form form = FORMS.get(name);
            String wanted = form == null || value.isEmpty() ? null : form.wanted(value);
            if (wanted != null) {
                lines.add("-D%s=%s: must be %s".formatted(name, value, wanted));
            }
        });
        return lines;
    }

    /** {@return a line per unknown property, with the one that was probably meant} */
    static List<String> unknown() {
        return set().keySet().stream()
                .filter(name -> !FORMS.containsKey(name))
                .map(name -> "-D%s: unknown property; %s".formatted(name, suggestion(name)))
                .toList();
    }

    private static String suggestion(String name) {
        List<String> nearest = NearestName.of(name, FORMS.keySet());
        return nearest.isEmpty()
                ? "there are " + String.join(", ", FORMS.keySet())
                : "did you mean -D%s?".formatted(String.join(" or -D", nearest));
    }
}
