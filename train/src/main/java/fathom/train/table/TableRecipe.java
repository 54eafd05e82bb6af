package fathom.train.table;

import fathom.Tensors;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;

/**
 * A multilayer perceptron that predicts one column of the user's table from the others: a class or a number, which the
 * column decides.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/kaggle-house-price.html">Dive into Deep Learning,
 *     Predicting House Prices on Kaggle</a>
 */
public final class TableRecipe implements Recipe {
    static final String TARGET = "target";
    static final String TASK = "task";
    static final String DROP = "drop";
    static final String CATEGORIES = "categories";
    static final String TEST = "test";
    static final String VALIDATION = "validation";
    static final String HIDDEN = "hidden";
    static final String DROPOUT = "dropout";

    private static final int EXAMPLE_WIDTH = 16;
    private static final int EPOCHS = 60;
    private static final int BATCH_SIZE = 32;
    private static final int[] EXAMPLE_HIDDEN = {128, 64};

    /** For {@code fathom train table}. */
    public TableRecipe() {}

    @Override
    public RecipeCard card() {
        return RecipeCard.of("table", "a perceptron for a CSV file of yours: classes or numbers")
                .withSection("4.10")
                .withData(
                        "a CSV file",
                        "a CSV file, or a Parquet file (NAME.parquet), required; delimiter and header are found from its first lines (a file without header"
                                + " has columns 0, 1, ...).");
    }

    @Override
    public List<RecipeOption> options() {
        return List.of(
                RecipeOption.of(TARGET, "COLUMN", "The column to predict; required."),
                RecipeOption.of(
                                TASK,
                                "KIND",
                                "What the column holds: classification, regression or auto, for which text and at most ten"
                                        + " different integers are classes.")
                        .withDefault("auto"),
                RecipeOption.of(DROP, "COLUMNS", "Columns to leave out, separated by commas."),
                RecipeOption.of(
                        CATEGORIES, "COLUMNS", "Columns of numbers that name categories, such as postal codes."),
                RecipeOption.of(TEST, "FILE", "Rows for testing, rather than a part of the data."),
                RecipeOption.of(
                                VALIDATION,
                                "FRACTION",
                                "Fraction of the rows held out for testing, unless --test is given.")
                        .withDefault("0.2"),
                RecipeOption.of(HIDDEN, "N,N", "Units of the hidden layers.").withDefault("128,64"),
                RecipeOption.of(DROPOUT, "P", "Dropout probability after each hidden layer.").withDefault("0.1"));
    }

    @Override
    public HyperParameters hyperParameters() {
        return HyperParameters.of("adamw", 1e-3).withEpochs(EPOCHS).withBatchSize(BATCH_SIZE).withDecay(0.97);
    }

    /** The loss of a regression; {@link TableTask} decides. */
    @Override
    public Loss loss() {
        return new MSELoss();
    }

    /** A regression on sixteen columns. */
    @Override
    public RecipeExample example(int batchSize) {
        return new RecipeExample(
                new TabularMLP(EXAMPLE_WIDTH, new int[0], 1, EXAMPLE_HIDDEN, 0),
                Tensors.randn(batchSize, EXAMPLE_WIDTH),
                Tensors.randn(batchSize, 1));
    }

    @Override
    public RecipeTask open(TaskOptions options) {
        return new TableTask(options);
    }
}
