package fathom.train.recipe;

import fathom.Device;
import fathom.Precision;
import fathom.distributed.ProcessGroup;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options of training by a recipe: {@code Recipes.train("lenet", o -> o.epochs(3).folder(Path.of("runs/lenet")))}. The
 * defaults are the recipe's, or those of the run that is resumed.
 */
public final class RecipeOptions {
    @Nullable Integer epochs;
    @Nullable Integer batchSize;
    @Nullable Double lr;
    @Nullable String optimizer;
    @Nullable String data;
    @Nullable Integer limit;
    @Nullable Long seed;
    @Nullable Precision precision;
    @Nullable Device device;
    List<Device> devices = List.of();
    @Nullable ProcessGroup group;
    boolean syncBatchNorm;
    boolean compressGradients;
    boolean shardOptimizer;
    @Nullable Path folder;
    final Map<String, String> own = new LinkedHashMap<>();
    boolean overwrite;
    boolean eager;
    boolean tensorBoard;
    boolean progress = true;
    Consumer<String> notice = System.err::println;

    RecipeOptions() {}

    /** The number of passes over the training data. */
    public RecipeOptions epochs(int epochs) {
        this.epochs = epochs;
        return this;
    }

    /** The number of examples per update. */
    public RecipeOptions batchSize(int batchSize) {
        this.batchSize = batchSize;
        return this;
    }

    /** The learning rate; in a resumed run it overrides that of the checkpoint. */
    public RecipeOptions lr(double lr) {
        this.lr = lr;
        return this;
    }

    /** The name of the optimiser: one of {@link fathom.optim.Optimizers}, or the recipe's own. */
    public RecipeOptions optimizer(String name) {
        this.optimizer = Objects.requireNonNull(name);
        return this;
    }

    /**
     * An option of the recipe's own, one of {@link Recipe#options}.
     *
     * @param value its value as text; {@link RecipeOption#ON} for an option that is on or off
     */
    public RecipeOptions option(String name, String value) {
        own.put(name, Objects.requireNonNull(value));
        return this;
    }

    /** The data, as {@link RecipeCard#dataOption} describes them. */
    public RecipeOptions data(String data) {
        this.data = Objects.requireNonNull(data);
        return this;
    }

    /** The maximum number of training examples, and of test examples. Default: all. */
    public RecipeOptions limit(int limit) {
        this.limit = limit;
        return this;
    }

    /** The seed of weights and of all other random numbers. Default: 0. */
    public RecipeOptions seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** The precision. Default: FLOAT32. */
    public RecipeOptions precision(Precision precision) {
        this.precision = Objects.requireNonNull(precision);
        return this;
    }

    /** The device to train on. Default: the current one. */
    public RecipeOptions device(Device device) {
        this.device = Objects.requireNonNull(device);
        return this;
    }

    /**
     * Several devices of this machine, each of which trains on a part of each batch; the results are those of one
     * device but for rounding and the statistics of batch norms. Default: one.
     *
     * @throws IllegalArgumentException if one is given twice
     */
    public RecipeOptions devices(List<Device> devices) {
        if (Set.copyOf(devices).size() < devices.size()) {
            throw new IllegalArgumentException("devices: expected different devices, got " + devices);
        }
        this.devices = List.copyOf(devices);
        return this;
    }

    /**
     * The processes that share the training, as {@link fathom.train.TrainerOptions#distributed} describes it; all must
     * train with the same options. Default: none.
     */
    public RecipeOptions distributed(ProcessGroup group) {
        this.group = Objects.requireNonNull(group);
        return this;
    }

    /**
     * Whether batch norms use the statistics of the whole batch, on several devices or processes: {@link
     * fathom.distributed.parallel.SyncBatchNorm}. Default: no, each uses those of its part.
     */
    public RecipeOptions syncBatchNorm(boolean sync) {
        this.syncBatchNorm = sync;
        return this;
    }

    /**
     * Whether several devices or processes send their gradients in bfloat16, half the bytes: {@link
     * fathom.distributed.parallel.ReducerOptions#compressToBfloat16}. Default: no.
     */
    public RecipeOptions compressGradients(boolean compress) {
        this.compressGradients = compress;
        return this;
    }

    /**
     * Whether several devices or processes divide the optimiser's state, and with it the work of the update: {@link
     * fathom.distributed.parallel.ZeroRedundancyOptimizer}. Results do not change. Default: no.
     */
    public RecipeOptions shardOptimizer(boolean shard) {
        this.shardOptimizer = shard;
        return this;
    }

    /** The folder of the run, as {@link fathom.train.TrainerOptions#checkpoints} describes it. Default: none. */
    public RecipeOptions folder(Path folder) {
        this.folder = Objects.requireNonNull(folder);
        return this;
    }

    /** Whether to delete a run that the folder holds. Default: no, such a folder is refused. */
    public RecipeOptions overwrite(boolean overwrite) {
        this.overwrite = overwrite;
        return this;
    }

    /** Whether to write {@linkplain fathom.train.TensorBoardEvents events} into the folder. Default: no. */
    public RecipeOptions tensorBoard(boolean write) {
        this.tensorBoard = write;
        return this;
    }

    /** Whether steps run eagerly rather than captured. Default: no. */
    public RecipeOptions eager(boolean eager) {
        this.eager = eager;
        return this;
    }

    /** Whether to show progress on standard error and send lines to {@link #notice}. Default: yes. */
    public RecipeOptions progress(boolean show) {
        this.progress = show;
        return this;
    }

    /** Receives lines for the user. Default: prints them on standard error. */
    public RecipeOptions notice(Consumer<String> notice) {
        this.notice = Objects.requireNonNull(notice);
        return this;
    }
}
