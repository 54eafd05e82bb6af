package fathom.data.datasets;

import fathom.data.Table;
import fathom.data.hub.DataHub;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * House prices in Ames, Iowa, 2006 to 2010 (De Cock, "Ames, Iowa: Alternative to the Boston Housing Data", 2011), as in
 * Kaggle's competition: 79 columns of numbers and categories, many with missing values.
 *
 * {@snippet :
 * var houses = HousePrices.load();
 * Tensor labels = houses.train().tensor("SalePrice");
 * }
 *
 * <p>The {@linkplain DataHub hub} finds or downloads the files {@code kaggle_house_pred_train.csv} and {@code
 * kaggle_house_pred_test.csv}. If it cannot, a generated stand-in of the same columns is used, and a line on standard
 * error says so.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/kaggle-house-price.html">Dive into Deep Learning,
 *     Predicting House Prices on Kaggle</a>
 */
public final class HousePrices {
    private static final String TITLE = "House prices";

    private final Table train;
    private final Table test;
    private final String source;
    private final boolean isStandIn;

    private HousePrices(Table train, Table test, String source, boolean isStandIn) {
        this.train = train;
        this.test = test;
        this.source = source;
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws java.io.UncheckedIOException if a file is damaged
     */
    public static HousePrices load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static HousePrices load(DataHub hub, Consumer<String> notice) {
        return hub.load(
                TITLE,
                h -> load(h.file("kaggle_house_train"), h.file("kaggle_house_test")),
                HousePrices::standIn,
                notice);
    }

    /**
     * {@return the data set from two files}
     *
     * @throws java.io.UncheckedIOException if one cannot be read
     */
    public static HousePrices load(Path train, Path test) {
        return new HousePrices(read(train), read(test), train.toString(), false);
    }

    /** Only NA is missing: "None", which newer versions of pandas treat alike, is a kind of masonry here. */
    private static Table read(Path file) {
        return Table.readCsv(file, o -> o.missing("NA", ""));
    }

    /** {@return the stand-in: generated houses with the columns of the real ones, the same at each call} */
    public static HousePrices standIn() {
        return new HousePrices(
                HousePricesStandIn.table(1, 1460, true),
                HousePricesStandIn.table(1461, 1459, false),
                "a stand-in",
                true);
    }

    /** {@return the 1,460 training rows: Id, 79 features, SalePrice} */
    public Table train() {
        return train;
    }

    /** {@return the 1,459 test rows: Id and 79 features} */
    public Table test() {
        return test;
    }

    /** {@return the training file it was read from, or "a stand-in"} */
    public String source() {
        return source;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
