package fathom.train;

import fathom.Generator;
import fathom.data.DataLoader;
import fathom.io.StateDict;
import fathom.nn.Block;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of a training loop in one file, for loops of one's own: a loop that is interrupted and continues from its
 * checkpoint computes the same bits as one that was never interrupted. {@link Trainer} writes its own.
 *
 * {@snippet :
 * Path file = Path.of("runs/mine.safetensors");
 * if (Files.exists(file)) {
 *     Checkpoint.load(file, net, optimizer, schedule, loader, Generator.current());
 * }
 * while (loader.epoch() < 10) {
 *     for (var batch : loader) {            // the rest of the epoch, if it was interrupted
 *         trainOn(batch);
 *     }
 *     schedule.step();
 *     Checkpoint.save(file, net, optimizer, schedule, loader, Generator.current());
 * }
 * }
 *
 * <p>Any of the parts may be null. Loops with several networks or optimisers, or with values of their own, name them:
 *
 * {@snippet :
 * var checkpoint = new Checkpoint().add("generator", g).add("discriminator", d).add("optimizerG", optG).add("optimizerD", optD);
 * checkpoint.put("bestLoss", best).save(file);
 * best = checkpoint.load(file).get("bestLoss", Double.POSITIVE_INFINITY);
 * }
 *
 * <p>A checkpoint may be saved within an epoch, after an update: the {@linkplain DataLoader#stateDict loader's state}
 * includes the position. Files are safetensors, written atomically and synced: a crash while one is written leaves the
 * earlier one. A file may have more parts than are loaded; the checkpoint of a trainer's run has {@code model}, {@code
 * optimizer} and {@code schedule}, too.
 */
public final class Checkpoint {
    /** The name of the network in files written by {@link #save(Path, Block, Optimizer)} and by trainers. */
    static final String MODEL = "model";

    static final String OPTIMIZER = "optimizer";
    private static final String SCHEDULE = "schedule";
    private static final String LOADER = "loader";
    private static final String GENERATOR = "generator";

    private static final String FORMAT = "format";
    private static final String FORMAT_NAME = "fathom checkpoint";
    private static final String FORMAT_VERSION = "formatVersion";
    private static final String VERSION = "1";
    private static final String PARTS = "parts";
    private static final String VALUES = "values";
    private static final Set<String> RESERVED = Set.of(FORMAT, FORMAT_VERSION, PARTS, VALUES, "transient");

    private final Map<String, CheckpointPart> parts = new LinkedHashMap<>();
    private final Map<String, String> values = new LinkedHashMap<>();

    /** A checkpoint without parts. */
    public Checkpoint() {}

    // ---- parts ----------------------------------------------------------------------------------------------------

    /** Adds a network: its parameters and all of its buffers. */
    public Checkpoint add(String name, Block net) {
        return add(name, new CheckpointPart.Network(net));
    }

    /** Adds an optimiser. */
    public Checkpoint add(String name, Optimizer optimizer) {
        return add(name, new CheckpointPart.Rule(optimizer::stateDict, optimizer::loadStateDict));
    }

    /** Adds a learning-rate schedule. */
    public Checkpoint add(String name, LRScheduler schedule) {
        return add(name, new CheckpointPart.Schedule(schedule));
    }

    /** Adds a loader: its seed, and its position between or within epochs. */
    public Checkpoint add(String name, DataLoader loader) {
        return add(name, new CheckpointPart.Loader(loader));
    }

    /** Adds a source of random numbers. */
    public Checkpoint add(String name, Generator generator) {
        return add(name, new CheckpointPart.Randomness(generator));
    }

    Checkpoint add(String name, CheckpointPart part) {
        if (name.isEmpty() || name.indexOf('.') >= 0 || name.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "Checkpoint: a part's name must not be empty or contain '.' or ':', is '%s'".formatted(name));
        }
        if (RESERVED.contains(name)) {
            throw new IllegalArgumentException("Checkpoint: the name %s is reserved".formatted(name));
        }
        if (parts.putIfAbsent(name, part) != null) {
            throw new IllegalArgumentException("Checkpoint: there is a part named %s already".formatted(name));
        }
        return this;
    }

    /** Sets a number to be saved beside the parts, such as a count or the best result so far. */
    public Checkpoint put(String name, double value) {
        return put(name, Double.toString(value));
    }

    /** Sets a text to be saved beside the parts. */
    public Checkpoint put(String name, String value) {
        values.put(name, value);
        return this;
    }

    /**
     * {@return a number set by {@link #put(String, double)} or {@linkplain #load(Path) loaded}}
     *
     * @param otherwise the result if there is none
     * @throws IllegalArgumentException if the value is not a number
     */
    public double get(String name, double otherwise) {
        String value = values.get(name);
        try {
            return value == null ? otherwise : Double.parseDouble(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Checkpoint: %s is '%s', not a number".formatted(name, value), e);
        }
    }

    /**
     * {@return a text set by {@link #put(String, String)} or {@linkplain #load(Path) loaded}}
     *
     * @param otherwise the result if there is none
     */
    public String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    // ---- in one call ----------------------------------------------------------------------------------------------

    /** {@return the usual parts under their usual names} */
    private static Checkpoint of(
            @Nullable Block net,
            @Nullable Optimizer optimizer,
            @Nullable LRScheduler schedule,
            @Nullable DataLoader loader,
            @Nullable Generator generator) {
        var checkpoint = new Checkpoint();
        if (net != null) {
            checkpoint.add(MODEL, net);
        }
        if (optimizer != null) {
            checkpoint.add(OPTIMIZER, optimizer);
        }
        if (schedule != null) {
            checkpoint.add(SCHEDULE, schedule);
        }
        if (loader != null) {
            checkpoint.add(LOADER, loader);
        }
        if (generator != null) {
            checkpoint.add(GENERATOR, generator);
        }
        if (checkpoint.parts.isEmpty()) {
            throw new IllegalArgumentException("Checkpoint: all parts are null");
        }
        return checkpoint;
    }

    /**
     * Writes a checkpoint of the parts that are not null.
     *
     * @param file the file, with the extension {@code .safetensors}; its folder is created if necessary
     * @param generator the source of random numbers of dropout and transforms: {@link Generator#current()}, if the loop
     *     opens none of its own
     * @throws IOException if the file cannot be written; an existing one is unchanged then
     */
    public static void save(
            Path file,
            @Nullable Block net,
            @Nullable Optimizer optimizer,
            @Nullable LRScheduler schedule,
            @Nullable DataLoader loader,
            @Nullable Generator generator)
            throws IOException {
        of(net, optimizer, schedule, loader, generator).save(file);
    }

    /** As {@link #save(Path, Block, Optimizer, LRScheduler, DataLoader, Generator)}, of network and optimiser. */
    public static void save(Path file, Block net, Optimizer optimizer) throws IOException {
        save(file, net, optimizer, null, null, null);
    }

    /**
     * Restores the parts that are not null: all of them, or none if one is refused.
     *
     * @throws IOException if the file cannot be read, is damaged, or lacks a part
     * @throws IllegalArgumentException if a part does not fit: names it, and what does not fit
     */
    public static void load(
            Path file,
            @Nullable Block net,
            @Nullable Optimizer optimizer,
            @Nullable LRScheduler schedule,
            @Nullable DataLoader loader,
            @Nullable Generator generator)
            throws IOException {
        of(net, optimizer, schedule, loader, generator).load(file);
    }

    /** As {@link #load(Path, Block, Optimizer, LRScheduler, DataLoader, Generator)}, of network and optimiser. */
    public static void load(Path file, Block net, Optimizer optimizer) throws IOException {
        load(file, net, optimizer, null, null, null);
    }

    // ---- files ----------------------------------------------------------------------------------------------------

    /**
     * Writes all parts and values.
     *
     * @throws IOException if the file cannot be written; an existing one is unchanged then
     */
    public void save(Path file) throws IOException {
        state().save(file);
    }

    /** {@return all parts and values as they are written} */
    StateDict state() {
        var file = new StateDict();
        var kinds = new LinkedHashMap<String, String>();
        parts.forEach((name, part) -> {
            part.write(name, file);
            kinds.put(name, part.kind());
        });
        file.metadata().put(FORMAT, FORMAT_NAME);
        file.metadata().put(FORMAT_VERSION, VERSION);
        file.metadata().put(PARTS, CheckpointPart.JSON.writeValueAsString(kinds));
        if (!values.isEmpty()) {
            file.metadata().put(VALUES, CheckpointPart.JSON.writeValueAsString(values));
        }
        return file;
    }

    /**
     * Restores all parts, or none if one is refused, and replaces the values by the file's.
     *
     * @return this
     * @throws IOException if the file cannot be read, is damaged, or lacks a part
     * @throws IllegalArgumentException if a part does not fit: names it, and what does not fit
     */
    public Checkpoint load(Path file) throws IOException {
        try {
            prepare(file, StateDict.load(file)).apply();
        } catch (StateReader.Damaged e) {
            throw damaged(file, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
        }
        return this;
    }

    static IOException damaged(Path file, StateReader.Damaged e) {
        return new IOException("%s: the checkpoint is damaged: %s".formatted(file, e.getMessage()), e);
    }

    /** The parsed contents of a file. */
    @FunctionalInterface
    interface Prepared {
        /**
         * Restores all parts, or none.
         *
         * @throws IllegalArgumentException if a part does not fit
         */
        void apply();
    }

    /** Parses the state of all parts in a file, without changing anything. */
    Prepared prepare(Path path, StateDict file) throws IOException, StateReader.Damaged {
        String version = file.metadata().get(FORMAT_VERSION);
        if (version != null && !version.equals(VERSION)) {
            throw new IOException(
                    "%s: written by another version of Fathom (format %s, this one reads %s)"
                            .formatted(path, version, VERSION));
        }
        checkPresent(path, file);
        var restores = new LinkedHashMap<String, Runnable>();
        var ordered = new ArrayList<>(parts.entrySet());
        ordered.sort(Comparator.comparingInt(e -> e.getValue().order()));
        for (var e : ordered) {
            restores.put(e.getKey(), e.getValue().read(e.getKey(), file));
        }
        String saved = file.metadata().get(VALUES);
        Map<String, String> loaded = saved == null ? Map.of() : StateReader.texts(VALUES, saved);
        return () -> {
            apply(restores);
            values.clear();
            values.putAll(loaded);
        };
    }

    private void checkPresent(Path path, StateDict file) throws IOException, StateReader.Damaged {
        String list = file.metadata().get(PARTS);
        Map<String, String> kinds = list == null ? Map.of() : StateReader.texts(PARTS, list);
        for (var e : parts.entrySet()) {
            String name = e.getKey();
            CheckpointPart part = e.getValue();
            String kind = kinds.get(name);
            if (kind != null && !kind.equals(part.kind())) {
                throw new IllegalArgumentException(
                        "%s is the state of a %s in the checkpoint, not of a %s".formatted(name, kind, part.kind()));
            }
            // checkpoints of trainers lack the list, or have entries beside it
            boolean isThere = part.hasEntry() ? file.metadata().containsKey(name) : list == null || kind != null;
            if (!isThere) {
                throw missing(path, file, name, kinds);
            }
        }
    }

    static IOException missing(Path path, StateDict file, String name, Map<String, String> kinds) {
        return new IOException(
                "%s: %sit has no entry \"%s\"%s"
                        .formatted(
                                path,
                                FORMAT_NAME.equals(file.metadata().get(FORMAT)) ? "" : "not a training checkpoint: ",
                                name,
                                kinds.isEmpty() ? "" : "; it has " + String.join(", ", kinds.keySet())));
    }

    private void apply(Map<String, Runnable> restores) {
        var undo = new ArrayDeque<Runnable>();
        int left = restores.size();
        for (var e : restores.entrySet()) {
            // copied only if a later part may be refused
            Runnable before = --left == 0 ? () -> {} : Objects.requireNonNull(parts.get(e.getKey())).snapshot();
            try {
                e.getValue().run();
            } catch (RuntimeException x) {
                undo.forEach(Runnable::run);
                if (x instanceof IllegalArgumentException) {
                    throw new IllegalArgumentException(
                            "the part %s does not fit: %s".formatted(e.getKey(), x.getMessage()), x);
                }
                throw x;
            }
            undo.push(before);
        }
    }
}
