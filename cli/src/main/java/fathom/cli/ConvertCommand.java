package fathom.cli;

import fathom.DType;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.train.recipe.RecipeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Converts files of weights. */
@Command(
        name = "convert",
        description = {
            "Convert a file of weights to another format, under other names or of another type.",
            "Reads and writes .safetensors, in one file or several with an index, and .pth, .pt and .bin."
        },
        showDefaultValues = true)
final class ConvertCommand implements Callable<Integer> {
    private static final Map<String, DType> TYPES =
            Map.of(
                    "float32", DType.FLOAT32,
                    "float64", DType.FLOAT64,
                    "float16", DType.FLOAT16,
                    "bfloat16", DType.BFLOAT16);

    /** The metadata of a file of Model.save, which describe a network whose tensors have their own names. */
    private static final List<String> OF_MODEL =
            List.of("format", "formatVersion", "architecture", "model", "replaced", "recipe", "settings");

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(
            index = "0",
            paramLabel = "IN",
            description = "The weights to read; of several files, model.safetensors.index.json.")
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write; its ending says the format.")
    private Path out;

    @Option(
            names = "--rename",
            paramLabel = "OLD=NEW",
            description = {
                "Replaces a part of names, between dots: module= removes module, backbone.body=net replaces two",
                "levels by one. Repeatable, in this order."
            })
    private Map<String, String> renames = new LinkedHashMap<>();

    @Option(names = "--prefix", paramLabel = "NAME", description = "Puts NAME and a dot before all names.")
    private @Nullable String prefix;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Converts floating-point tensors to float32, float64, float16 or bfloat16.")
    private @Nullable String dtype;

    @Option(
            names = "--shard-size",
            paramLabel = "BYTES",
            description = "The greatest size of a .safetensors file, such as 2GB: writes several, and an index.")
    private @Nullable String shardSize;

    @Option(names = "--force", description = "Replace an existing file.")
    private boolean force;

    @Override
    public Integer call() throws IOException {
        DType type = dtype == null ? null : TYPES.get(dtype.toLowerCase(Locale.ROOT));
        if (dtype != null && type == null) {
            throw wrong("--dtype: must be float32, float64, float16 or bfloat16, is " + dtype);
        }
        long bytes = shardSize == null ? 0 : bytes(shardSize);
        if (!force) {
            for (Path taken : List.of(out, index())) {
                if (Files.exists(taken) && (taken.equals(out) || bytes > 0)) {
                    throw new RecipeException(taken + " exists already; --force replaces it");
                }
            }
        }
        StateDict state = StateDict.load(in);
        if (state.size() == 0) {
            throw new RecipeException(in + " holds no tensors");
        }
        StateDict renamed = renamed(state);
        StateDict converted = type == null ? renamed : converted(renamed, type);
        Path written;
        try {
            if (bytes > 0) {
                written = converted.save(out, bytes);
            } else {
                converted.save(out);
                written = out;
            }
        } catch (IllegalArgumentException e) {
            throw wrong("OUT: " + e.getMessage());
        }
        report(state, converted, written);
        return 0;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private Path index() {
        return out.resolveSibling(out.getFileName() + ".index.json");
    }

    private long bytes(String text) {
        String t = text.strip().toUpperCase(Locale.ROOT);
        long unit = t.endsWith("KB") ? 1000 : t.endsWith("MB") ? 1000_000 : t.endsWith("GB") ? 1000_000_000 : 1;
        try {
            long number = Math.multiplyExact(Long.parseLong(unit == 1 ? t : t.substring(0, t.length() - 2)), unit);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // refused below
        }
        throw wrong("--shard-size: must be a size such as 500MB or 2GB, is " + text);
    }

    private StateDict renamed(StateDict state) {
        StateDict result = state;
        for (Map.Entry<String, String> e : renames.entrySet()) {
            String from = e.getKey();
            if (from.isEmpty() || result.names().stream().noneMatch(n -> !replaced(n, from, e.getValue()).equals(n))) {
                throw wrong(
                        "--rename: no name has the part '%s'; the first is %s"
                                .formatted(from, result.names().iterator().next()));
            }
            try {
                result = result.rename(n -> replaced(n, from, e.getValue()));
            } catch (IllegalArgumentException clash) {
                throw wrong("--" + clash.getMessage());
            }
        }
        String before = prefix == null || prefix.isEmpty() ? "" : prefix.endsWith(".") ? prefix : prefix + ".";
        if (!before.isEmpty()) {
            result = result.rename(n -> before + n);
        }
        if (result != state) {
            result.metadata().keySet().removeAll(OF_MODEL);
        }
        return result;
    }

    /** {@return the name with the first occurrence of a part, which consists of whole levels, replaced} */
    private static String replaced(String name, String part, String by) {
        String all = "." + name + ".";
        int at = all.indexOf("." + part + ".");
        if (at < 0) {
            return name;
        }
        String end = all.substring(at + part.length() + 2);
        String result = all.substring(0, at + 1) + (by.isEmpty() ? "" : by + ".") + end;
        return result.length() < 2 ? name : result.substring(1, result.length() - 1);
    }

    private static StateDict converted(StateDict state, DType type) {
        var result = new StateDict();
        state.entries().forEach((name, t) -> result.put(name, t.dtype().isFloating() ? t.to(type) : t));
        result.metadata().putAll(state.metadata());
        return result;
    }

    private void report(StateDict before, StateDict after, Path written) {
        long elements = after.entries().values().stream().mapToLong(Tensor::numel).sum();
        long bytes = after.entries().values().stream().mapToLong(t -> t.numel() * t.dtype().size()).sum();
        long renamed = after.names().stream().filter(n -> !before.contains(n)).count();
        var types = new java.util.TreeMap<String, Integer>();
        after.entries()
                .values()
                .forEach(t -> types.merge(t.dtype().toString().toLowerCase(Locale.ROOT), 1, Integer::sum));
        List<String> kinds =
                types.entrySet().stream()
                        .map(e -> String.format(Locale.ROOT, "%,d of %s", e.getValue(), e.getKey()))
                        .toList();
        PrintWriter print = spec.commandLine().getOut();
        print.println(
                String.format(
                        Locale.ROOT,
                        "%s: %,d tensors, %,d elements, %,d bytes; %s%s",
                        written,
                        after.size(),
                        elements,
                        bytes,
                        String.join(", ", kinds),
                        renamed == 0 ? "" : String.format(Locale.ROOT, "; %,d renamed", renamed)));
        print.flush();
    }
}
