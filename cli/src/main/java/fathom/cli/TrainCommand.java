package fathom.cli;

import fathom.Fathom;
import fathom.Precision;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.nn.Layer;
import fathom.optim.ExponentialLR;
import fathom.train.EpochResult;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.train.TrainingCallback;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains one of the course's models. */
@Command(
        name = "train",
        description = "Train a model and keep it in a folder.",
        footerHeading = "%nModels, with what is used unless you say otherwise:%n",
        footer = {
            "  linear      linear regression on 1,000 synthetic points; sgd, lr 0.03, batch 10, 3 epochs",
            "  softmax     softmax regression; sgd, lr 0.1, batch 256, 10 epochs",
            "  mlp         multilayer perceptron, 256 hidden units; sgd, lr 0.1, batch 256, 10 epochs",
            "  lenet       the course's LeNet, with sigmoids; sgd, lr 0.9, batch 256, 10 epochs",
            "  lenet-relu  LeNet with ReLU, the rate times 0.8 each epoch; adam, lr 0.006, batch 256, 10 epochs",
            "  batchnorm-lenet  LeNet with batch norm; sgd, lr 1, batch 256, 10 epochs",
            "  alexnet     AlexNet, 224 x 224; sgd, lr 0.01, batch 128, 10 epochs",
            "  vgg11       VGG-11 with a quarter of the channels, 224 x 224; sgd, lr 0.05, batch 128, 10 epochs",
            "  nin         Network in Network, 224 x 224; sgd, lr 0.1, batch 128, 10 epochs",
            "  googlenet   GoogLeNet, 96 x 96; sgd, lr 0.1, batch 128, 10 epochs",
            "  resnet18    ResNet-18, 96 x 96; sgd, lr 0.05, batch 256, 10 epochs",
            "  densenet    DenseNet, 96 x 96; sgd, lr 0.1, batch 256, 10 epochs",
            "  gru-lm      characters foretold by 256 gated units; sgd, lr 1, batch 32, 35 steps, 500 epochs of 10,000",
            "              characters of The Time Machine, or of the text file that --data names",
            "",
            "Where only the sample of Fashion-MNIST serves there are so many more epochs that the weights are updated as often.",
            "From alexnet on an epoch takes from many minutes to hours: --limit 2000 gives a first impression.",
            "The last two lines tell loss and accuracies after the last epoch, and the speed of training.",
            "Ctrl-C ends the training after the batch under way; --resume goes on from there. With it --epochs, --lr,",
            "--batch-size, --data, --limit, --precision, --threads and --eager may be given anew; --batch-size, --data and",
            "--limit only between epochs."
        })
final class TrainCommand implements Callable<Integer> {
    /** No limit. */
    private static final int ALL = Integer.MAX_VALUE;

    /** What a shell reports of a program that Ctrl-C ended. */
    private static final int INTERRUPTED = 130;

    /** That a test gave NaN or infinity. */
    private static final int NOT_FINITE = 1;

    static final class ModelNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            var names = new java.util.TreeSet<>(Recipe.ALL.keySet());
            names.add(LanguageModelRun.NAME);
            return names.iterator();
        }
    }

    static final class OptimizerNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Optimizers.ALL.keySet().iterator();
        }
    }

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Mixin private DataOption data;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODEL",
            completionCandidates = ModelNames.class,
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
            description = "Only the first N pictures to learn from, and at most as many to test with. Default: all.")
    private @Nullable Integer limit;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Where all chance comes from; the same seed gives the same weights. Default: 0.")
    private @Nullable Long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "How many threads compute; results do not depend on it. Default: as many as there are processors.")
    private @Nullable Integer threads;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            completionCandidates = Precisions.Names.class,
            description =
                    "One of ${COMPLETION-CANDIDATES}: bf16 multiplies in bfloat16 and keeps weights, sums and losses in"
                            + " float32. Default: float32.")
    private @Nullable String precision;

    @Option(names = "--out", paramLabel = "FOLDER", description = "Where the run is kept. Default: runs/MODEL-TIME.")
    private @Nullable Path out;

    @Option(names = "--overwrite", description = "Delete the run that --out holds. Default: such a folder is refused.")
    private boolean overwrite;

    @Option(
            names = "--resume",
            paramLabel = "RUN",
            description = "Go on with the run in this folder, with its model and settings; --epochs may ask for more.")
    private @Nullable Path resume;

    @Option(
            names = "--eager",
            description = "Run each step as it stands, rather than captured as a plan; the numbers are the same.")
    private boolean eager;

    @Option(names = "--quiet", description = "No progress, only the last two lines.")
    private boolean quiet;

    private int trainedEpochs;

    @Override
    public Integer call() {
        RunConfig before = resume == null ? null : resumed(resume);
        if (threads != null) {
            Fathom.setThreads(threads(threads));
        }
        if (LanguageModelRun.NAME.equals(before == null ? model : before.text("model"))) {
            return trainLanguageModel(before);
        }
        Recipe recipe = recipe(before);
        int n =
                positive(
                        "--epochs",
                        epochs,
                        before == null ? recipe.epochs() : before.integer("epochs", recipe.epochs()));
        int batch =
                positive(
                        "--batch-size",
                        batchSize,
                        before == null ? recipe.batchSize() : before.integer("batchSize", recipe.batchSize()));
        double rate = rate(before, recipe.lr());
        String ruleBefore = before == null ? null : before.text("rule");
        String rule = optimizer != null ? optimizer : ruleBefore != null ? ruleBefore : recipe.optimizer();
        if (!Optimizers.ALL.containsKey(rule)) {
            throw wrong(
                    "--optimizer: there is no %s; there are %s"
                            .formatted(rule, String.join(", ", Optimizers.ALL.keySet())));
        }
        Path folder = folder(before, recipe.name());
        if (limit != null && !recipe.isOfPictures()) {
            throw wrong("--limit: %s makes its data itself".formatted(recipe.name()));
        }
        int most = positive("--limit", limit, before == null ? ALL : before.integer("limit", ALL));
        String source = data.folder != null ? data.folder : before == null ? null : before.text("data");
        Precision type = Precisions.of(spec, precision, before == null ? null : before.text("precision"));
        double decay = before == null ? recipe.decay() : before.real("decay", recipe.decay());
        boolean ours = epochs == null && before == null;
        return train(
                recipe,
                new Settings(
                        n, ours, decay, batch, rate, rule, seed(before), type, folder, source, most, before != null),
                before);
    }

    /** {@return the settings of the run that is to go on} */
    private RunConfig resumed(Path folder) {
        RunConfig before = RunConfig.read(spec, folder);
        if (!before.hasCheckpoint()) {
            throw wrong(
                    "--resume: %s has no checkpoint.safetensors to go on from: the run was ended before its first epoch was, or the file is lost; --out %1$s --overwrite begins anew"
                            .formatted(folder));
        }
        if (overwrite) {
            throw wrong("--overwrite: a run that is resumed is not overwritten");
        }
        if (seed != null && seed != before.number("seed", 0)) {
            throw wrong(
                    String.format(
                            Locale.ROOT,
                            "--seed: a run that is resumed goes on with its own random numbers, of seed %d",
                            before.number("seed", 0)));
        }
        String rule = before.text("rule");
        if (optimizer != null && !optimizer.equals(rule)) {
            throw wrong(
                    "--optimizer: a run that is resumed goes on with its own optimizer, %s"
                            .formatted(rule == null ? "sgd" : rule));
        }
        return before;
    }

    private int threads(int wanted) {
        if (wanted > Fathom.MAX_THREADS) {
            throw wrong(String.format(Locale.ROOT, "--threads: must be at most %d, is %d", Fathom.MAX_THREADS, wanted));
        }
        return positive("--threads", wanted, 1);
    }

    private Integer trainLanguageModel(@Nullable RunConfig before) {
        if (optimizer != null || limit != null || precision != null) {
            throw wrong(
                    "%s takes --data FILE, --epochs, --batch-size, --lr, --seed, --threads, --out, --overwrite, --resume, --eager and"
                                    .formatted(LanguageModelRun.NAME)
                            + " --quiet");
        }
        if (before != null) {
            isOf(before, LanguageModelRun.NAME);
        }
        int n = LanguageModelRun.EPOCHS;
        int batch = LanguageModelRun.BATCH_SIZE;
        Path folder = folder(before, LanguageModelRun.NAME);
        Run run =
                new LanguageModelRun(
                                spec,
                                data.folder != null ? data.folder : before == null ? null : before.text("data"),
                                positive("--epochs", epochs, before == null ? n : before.integer("epochs", n)),
                                positive(
                                        "--batch-size",
                                        batchSize,
                                        before == null ? batch : before.integer("batchSize", batch)),
                                rate(before, LanguageModelRun.LR),
                                lr != null && before != null,
                                seed(before),
                                folder,
                                before != null,
                                overwrite,
                                eager,
                                quiet)
                        .call();
        return run.ending() == Run.Ending.INTERRUPTED ? interrupted(folder) : 0;
    }

    private int interrupted(Path folder) {
        spec.commandLine().getErr().println("fathom train: interrupted; go on with: fathom train --resume " + folder);
        return INTERRUPTED;
    }

    private double rate(@Nullable RunConfig before, double otherwise) {
        double rate = lr != null ? lr : before == null ? otherwise : before.real("lr", otherwise);
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw wrong("--lr: must be above 0, is " + rate);
        }
        return rate;
    }

    private long seed(@Nullable RunConfig before) {
        return seed != null ? seed : before == null ? 0 : before.number("seed", 0);
    }

    /** Where the run is kept. */
    private Path folder(@Nullable RunConfig before, String name) {
        Path folder = before != null ? before.folder() : out != null ? out : unused(name);
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw wrong("--out: %s is a file".formatted(folder));
        }
        if (before == null && !overwrite) {
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

    /** Holds what else was said against a run that is to be resumed. */
    private void isOf(RunConfig before, String name) {
        if (model != null && !model.equals(name)) {
            throw wrong("%s is a run of %s, not of %s".formatted(before.folder(), name, model));
        }
        if (out != null) {
            throw wrong("--out: a run that is resumed stays in its folder");
        }
    }

    /**
     * How to train.
     *
     * @param areEpochsOurs whether the number of epochs is the model's for the whole data set, and not a user's wish
     * @param decay what the learning rate is multiplied by after each epoch
     */
    private record Settings(
            int epochs,
            boolean areEpochsOurs,
            double decay,
            int batchSize,
            double lr,
            String rule,
            long seed,
            Precision precision,
            Path folder,
            @Nullable String data,
            int limit,
            boolean resume) {}

    private Integer train(Recipe recipe, Settings s, @Nullable RunConfig before) {
        PrintWriter err = spec.commandLine().getErr();
        Tensors.manualSeed(s.seed);
        Layer net = recipe.maker().get();
        DataLoader train;
        DataLoader test = null;
        int n = s.epochs;
        double decay = s.decay;
        if (recipe.isOfPictures()) {
            var pictures = data.load(spec, s.data);
            Dataset learn = limited(pictures.train().with(recipe.transform()), s.limit);
            long wanted = Math.min(s.limit, pictures.wholeSize());
            String longer = "";
            if (s.areEpochsOurs && learn.size() < wanted) {
                n = Math.toIntExact(Math.ceilDiv(n * wanted, learn.size()));
                decay = Math.pow(decay, (double) s.epochs / n);
                longer =
                        String.format(
                                Locale.ROOT,
                                " (%d epochs, for as many updates as %d of %,d pictures)",
                                n,
                                s.epochs,
                                wanted);
            }
            if (!quiet) {
                err.println(
                        String.format(
                                Locale.ROOT,
                                "%s on %,d pictures of Fashion-MNIST from %s%s, into %s",
                                recipe.name(),
                                learn.size(),
                                pictures.source(),
                                longer,
                                s.folder));
            }
            train = DataLoader.of(learn, s.batchSize).shuffle(true).workers(1);
            test = DataLoader.of(limited(pictures.test().with(recipe.transform()), s.limit), s.batchSize).workers(1);
        } else {
            if (data.folder != null) {
                throw wrong("--data: %s makes its data itself".formatted(recipe.name()));
            }
            Dataset points = Recipe.points(1000);
            train = DataLoader.of(points, s.batchSize).shuffle(true);
        }
        int epochsInAll = n;
        double decayOfEpoch = decay;
        Run run =
                new Trainer(
                                net,
                                t -> {
                                    t.loss(recipe.loss().get())
                                            .optimizer(p ->
                                                    Objects.requireNonNull(Optimizers.ALL.get(s.rule)).apply(p, s.lr))
                                            .metrics(recipe.metrics().toArray(fathom.train.Metric[]::new))
                                            .precision(s.precision)
                                            .checkpoints(s.folder)
                                            .resume(s.resume)
                                            .overwrite(overwrite)
                                            .progress(!quiet)
                                            .eager(eager)
                                            .callbacks(countEpochs())
                                            .note("model", recipe.name())
                                            .note("rule", s.rule)
                                            .note("lr", s.lr)
                                            .note("seed", s.seed);
                                    if (lr != null && s.resume) {
                                        t.lr(lr);
                                    }
                                    if (decayOfEpoch != 1) {
                                        t.schedule(o -> new ExponentialLR(o, decayOfEpoch));
                                        t.note("decay", decayOfEpoch);
                                    }
                                    if (s.limit != ALL) {
                                        t.note("limit", s.limit);
                                    }
                                    if (s.data != null) {
                                        t.note("data", s.data);
                                    }
                                })
                        .fit(train, test, Epochs.of(epochsInAll));
        if (run.ending() == Run.Ending.INTERRUPTED) {
            return interrupted(s.folder);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(run.last());
        out.println(run.speed());
        out.flush();
        return finished(run, before == null ? 0 : s.epochs);
    }

    private TrainingCallback countEpochs() {
        return new TrainingCallback() {
            @Override
            public void onEpoch(Progress progress, EpochResult result) {
                trainedEpochs++;
            }
        };
    }

    /**
     * {@return the exit code of a training that went through}
     *
     * @param wanted the epochs that a resumed run was to have; 0 for a new one
     */
    private int finished(Run run, int wanted) {
        PrintWriter err = spec.commandLine().getErr();
        if (wanted > 0 && run.history().size() >= wanted && trainedEpochs == 0) {
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

    private static Dataset limited(Dataset data, int limit) {
        return limit >= data.size() ? data : data.range(0, limit);
    }

    private Recipe recipe(@Nullable RunConfig before) {
        if (before != null) {
            Recipe recipe = before.recipe(spec);
            isOf(before, recipe.name());
            return recipe;
        }
        if (model == null) {
            throw wrong("which model? There are " + String.join(", ", new ModelNames()));
        }
        return recipeOf(spec, model);
    }

    static Recipe recipeOf(CommandSpec spec, String model) {
        Recipe recipe = Recipe.find(model);
        if (recipe == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "there is no model %s; there are %s".formatted(model, String.join(", ", new ModelNames())));
        }
        return recipe;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private int positive(String option, @Nullable Integer given, int otherwise) {
        int value = given == null ? otherwise : given;
        if (value < 1) {
            throw wrong(String.format(Locale.ROOT, "%s: must be at least 1, is %d", option, value));
        }
        return value;
    }

    /** A folder that is not there yet. */
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
}
