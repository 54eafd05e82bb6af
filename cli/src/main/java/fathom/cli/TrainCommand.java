package fathom.cli;

import fathom.Device;
import fathom.Fathom;
import fathom.distributed.ProcessGroup;
import fathom.optim.Optimizers;
import fathom.train.Run;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeOptions;
import fathom.train.recipe.RecipeResult;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TrainedRun;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains a model by its recipe. */
@Command(
        name = "train",
        description = "Train a model and save it in a folder.",
        footerHeading = "%nModels, with their defaults:%n",
        footer = {
            "",
            "If only a sample of the data is available, the number of epochs is increased so that the number of updates stays the same.",
            "For models of 96 x 96 and 224 x 224 pixels an epoch takes from many minutes to hours: --limit 2000 gives a first impression.",
            "The last two lines show the result of the last epoch and the training throughput.",
            "Ctrl-C stops the training after the current batch; --resume continues it. With it --epochs, --lr,",
            "--batch-size, --data, --limit, --precision, --threads, --device and --eager may be changed; --batch-size, --data",
            "and --limit only between epochs."
        })
final class TrainCommand implements Callable<Integer> {
    /** The exit code of a program ended by Ctrl-C. */
    private static final int INTERRUPTED = 130;

    /** The exit code of a NaN or infinite test result. */
    private static final int NOT_FINITE = 1;

    static final class OptimizerNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Optimizers.names().iterator();
        }
    }

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Mixin private DeviceOption device;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            completionCandidates = RecipeNames.Trainable.class,
            description = "One of ${COMPLETION-CANDIDATES}.")
    private @Nullable String model;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the training data. Default: the model's.")
    private @Nullable Integer epochs;

    @Option(names = "--batch-size", paramLabel = "N", description = "Examples per update. Default: the model's.")
    private @Nullable Integer batchSize;

    @Option(names = "--lr", paramLabel = "RATE", description = "The learning rate. Default: the model's.")
    private @Nullable Double lr;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            completionCandidates = OptimizerNames.class,
            description = "One of ${COMPLETION-CANDIDATES}. Default: the model's.")
    private @Nullable String optimizer;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description =
                    "Only the first N examples (images, characters) for training, and at most as many for testing. Default: all.")
    private @Nullable Integer limit;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The seed of every random number; the same seed gives the same weights. Default: 0.")
    private @Nullable Long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Number of threads; results do not depend on it. Default: the number of processors.")
    private @Nullable Integer threads;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            completionCandidates = Precisions.Names.class,
            description =
                    "One of ${COMPLETION-CANDIDATES}: bf16 multiplies in bfloat16 and keeps weights, sums and losses in"
                            + " float32. Default: float32.")
    private @Nullable String precision;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Folder of the run. Default: runs/MODEL-TIME.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Delete the run that --out holds. Default: such a folder is refused.")
    private boolean overwrite;

    @Option(
            names = "--resume",
            paramLabel = "RUN",
            description = "Resume the run in this folder, with its model and options; --epochs may be increased.")
    private @Nullable Path resume;

    @Option(names = "--tensorboard", description = "Write events for TensorBoard into the run's folder, too.")
    private boolean tensorBoard;

    @Option(
            names = "--eager",
            description = "Run each step eagerly, rather than captured as a plan; results are the same.")
    private boolean eager;

    @Option(
            names = "--distributed",
            description =
                    "Train with the other processes of the MPI job: mpirun -np 4 fathom train MODEL --distributed. Each"
                            + " has a part of each batch; the first one prints and writes.")
    private boolean distributed;

    @Option(
            names = "--devices",
            paramLabel = "DEVICES",
            split = ",",
            description = "Several devices of this machine, such as cpu:0,cpu:1; each has a part of each batch.")
    private List<String> devices = List.of();

    @Mixin private SharingOptions sharing;

    @Option(names = "--quiet", description = "No progress, only the last two lines.")
    private boolean quiet;

    /** Adds the available recipes to the help, which requires loading them. */
    static void listRecipesInHelp(CommandLine main) {
        CommandLine train = Objects.requireNonNull(main.getSubcommands().get("train"));
        var sections = train.getHelpSectionMap();
        var heading = Objects.requireNonNull(sections.get(UsageMessageSpec.SECTION_KEY_FOOTER_HEADING));
        var footer = Objects.requireNonNull(sections.get(UsageMessageSpec.SECTION_KEY_FOOTER));
        sections.put(
                UsageMessageSpec.SECTION_KEY_FOOTER_HEADING,
                help -> optionsOfModel(help.commandSpec()) + heading.render(help));
        sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> recipeLines() + footer.render(help));
        train.setHelpSectionMap(sections);
    }

    /** Makes {@code train} accept the recipes' own options, which requires loading them. */
    static void addRecipeOptions(CommandLine main) {
        RecipeOwnOptions.addTo(Objects.requireNonNull(main.getSubcommands().get("train")).getCommandSpec());
    }

    /** {@return the own options of the model that was named before {@code --help}; else which models have some} */
    private static String optionsOfModel(CommandSpec spec) {
        var parsed = spec.commandLine().getParseResult();
        String name = parsed == null ? null : parsed.matchedPositionalValue(0, (String) null);
        if (name != null) {
            return Recipes.find(name).map(RecipeOwnOptions::help).orElse("");
        }
        String having =
                Recipes.all().stream()
                        .filter(r -> !r.options().isEmpty())
                        .map(Recipe::name)
                        .collect(Collectors.joining(", "));
        return having.isEmpty()
                ? ""
                : "%nOf these, some have options of their own, which fathom train MODEL --help shows:%n%s%n"
                        .formatted(having);
    }

    private static String recipeLines() {
        List<Recipe> recipes = Recipes.all().stream().filter(Recipe::isTrainable).toList();
        int width = recipes.stream().mapToInt(r -> r.name().length()).max().orElse(0);
        return recipes.stream()
                .map(r ->
                        "  %s%s  %s; %s%n"
                                .formatted(
                                        r.name(),
                                        " ".repeat(width - r.name().length()),
                                        r.card().description(),
                                        r.hyperParameters()))
                .collect(Collectors.joining());
    }

    @Override
    public Integer call() {
        if (!distributed) {
            return train(null);
        }
        if (!devices.isEmpty()) {
            throw wrong("--devices: with --distributed each process has one device");
        }
        return Processes.run(this::setThreadsOf, this::train);
    }

    /** Divides the processors among the processes of this machine, unless the user or the launcher did. */
    private void setThreadsOf(int processes) {
        if (threads == null && processes > 1) {
            int all = Runtime.getRuntime().availableProcessors();
            device.device(spec).setThreads(Math.max(1, all / processes));
        }
    }

    private boolean isMain(@Nullable ProcessGroup group) {
        return group == null || group.rank() == 0;
    }

    private int train(@Nullable ProcessGroup group) {
        TrainedRun before = resume == null ? null : resumed(resume);
        if (threads != null) {
            if (threads < 1) {
                throw wrong(String.format(Locale.ROOT, "--threads: must be at least 1, is %d", threads));
            }
            if (threads > Fathom.MAX_THREADS) {
                throw wrong(
                        String.format(
                                Locale.ROOT, "--threads: must be at most %d, is %d", Fathom.MAX_THREADS, threads));
            }
        }
        Recipe recipe;
        if (before != null) {
            recipe = before.recipe();
        } else if (model != null) {
            recipe = Recipes.get(model);
        } else {
            throw wrong("which model? There are " + String.join(", ", new RecipeNames.Trainable()));
        }
        // of several processes only the first has a folder
        Path folder = before != null ? before.folder() : isMain(group) ? folder(recipe.name()) : Path.of("");
        setThreads();
        RecipeResult result =
                before != null
                        ? Recipes.resume(folder, o -> set(o, recipe, group))
                        : Recipes.train(recipe, o -> set(o.folder(folder).overwrite(overwrite), recipe, group));
        if (!isMain(group)) {
            return 0;
        }
        if (result.run().ending() == Run.Ending.INTERRUPTED) {
            spec.commandLine()
                    .getErr()
                    .println("fathom train: interrupted; go on with: fathom train --resume " + folder);
            return INTERRUPTED;
        }
        PrintWriter print = spec.commandLine().getOut();
        result.report().forEach(print::println);
        print.flush();
        return finished(result, before != null);
    }

    private void setThreads() {
        if (threads != null) {
            device.device(spec).setThreads(threads);
        }
    }

    private List<Device> devices() {
        try {
            return devices.stream().map(Device::of).toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--devices: " + e.getMessage(), e);
        }
    }

    private void set(RecipeOptions o, Recipe recipe, @Nullable ProcessGroup group) {
        if (group != null) {
            o.distributed(group);
        }
        if (!devices.isEmpty()) {
            if (device.isGiven()) {
                throw wrong("--devices: --device names one");
            }
            try {
                o.devices(devices());
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
            }
        }
        sharing.set(o);
        RecipeOwnOptions.given(spec, recipe).forEach(o::option);
        PrintWriter err = spec.commandLine().getErr();
        o.progress(!quiet)
                .eager(eager)
                .tensorBoard(tensorBoard)
                .notice(line -> {
                    err.println(line);
                    err.flush();
                });
        if (epochs != null) {
            o.epochs(epochs);
        }
        if (batchSize != null) {
            o.batchSize(batchSize);
        }
        if (lr != null) {
            o.lr(lr);
        }
        if (optimizer != null) {
            o.optimizer(optimizer);
        }
        if (limit != null) {
            o.limit(limit);
        }
        if (seed != null) {
            o.seed(seed);
        }
        if (data.data != null) {
            o.data(data.data);
        }
        if (precision != null) {
            o.precision(Precisions.of(spec, precision));
        }
        if (device.isGiven()) {
            o.device(device.device(spec));
        }
    }

    /** {@return the run to resume} */
    private TrainedRun resumed(Path folder) {
        TrainedRun before = TrainedRun.open(folder);
        if (!before.hasCheckpoint()) {
            throw wrong(
                    "--resume: %s has no checkpoint.safetensors to go on from: the run was ended before its first epoch was, or the file is lost; --out %1$s --overwrite starts again"
                            .formatted(folder));
        }
        if (overwrite) {
            throw wrong("--overwrite: a run that is resumed is not overwritten");
        }
        if (model != null && !model.equals(before.recipe().name())) {
            throw wrong("%s is a run of %s, not of %s".formatted(folder, before.recipe().name(), model));
        }
        if (out != null) {
            throw wrong("--out: a run that is resumed stays in its folder");
        }
        return before;
    }

    /** {@return the folder of a new run} */
    private Path folder(String name) {
        Path folder = out != null ? out : unused(name);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw wrong("--out: %s is a file".formatted(folder));
        }
        if (!overwrite) {
            for (String file : List.of("checkpoint.safetensors", "model.safetensors")) {
                if (Files.exists(folder.resolve(file))) {
                    throw wrong(
                            "--out: %s holds a run; --resume %1$s goes on with it, --overwrite deletes it"
                                    .formatted(folder));
                }
            }
        }
        return folder;
    }

    /** {@return a folder that does not exist yet} */
    private static Path unused(String model) {
        String name =
                model
                        + "-"
                        + LocalDateTime.now(ZoneId.systemDefault())
                                .format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT));
        Path folder = Path.of("runs", name);
        for (int i = 2; Files.exists(folder); i++) {
            folder = Path.of("runs", name + "-" + i);
        }
        return folder;
    }

    /** {@return the exit code of a finished training} */
    private int finished(RecipeResult result, boolean isResumed) {
        PrintWriter err = spec.commandLine().getErr();
        Run run = result.run();
        if (isResumed && result.trainedEpochs() == 0) {
            err.println(
                    String.format(
                            Locale.ROOT,
                            "fathom train: nothing was left to do: the run has %d epochs; --epochs asks for more",
                            run.history().size()));
        }
        for (var test : run.last().test().entrySet()) {
            if (!Double.isFinite(test.getValue())) {
                err.println(
                        "fathom train: the test %s of the last epoch is %s; the run is kept"
                                .formatted(test.getKey(), test.getValue()));
                return NOT_FINITE;
            }
        }
        return 0;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
