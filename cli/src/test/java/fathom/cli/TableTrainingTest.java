package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CSV file of one's own: from the command line to a trained model and its predictions. */
class TableTrainingTest {
    @TempDir Path folder;

    private static double metric(String name, Cli result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        var matcher = Pattern.compile("\\b" + name + " (-?[\\d.e-]+)").matcher(result.out());
        assertThat(matcher.find()).as(result.out()).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    /** Flats whose price depends on the area, the district and, where it is known, the floor. */
    private Path flats(String name, int rows) throws IOException {
        var random = new Random(1);
        var csv = new StringBuilder("id,area,district,floor,heated,price,dear\n");
        for (int i = 0; i < rows; i++) {
            double area = 30 + 100 * random.nextDouble();
            int district = random.nextInt(40);
            int floor = random.nextInt(6);
            boolean known = random.nextInt(4) > 0;
            double price = 1000 * area + 2000 * (district % 7) * 5 + (known ? 3000 * floor : 0);
            csv.append(
                    String.format(
                            Locale.ROOT,
                            "%d,%.1f,D%02d,%s,%s,%.0f,%s%n",
                            i,
                            area,
                            district,
                            known ? floor : "NA",
                            random.nextBoolean(),
                            price,
                            price > 110_000 ? "yes" : "no"));
        }
        return Files.writeString(folder.resolve(name), csv);
    }

    @Test
    void aRegressionIsReportedAndPredictedInTheTargetsUnit() throws IOException {
        Path csv = flats("flats.csv", 800);
        Path run = folder.resolve("run");
        Cli trained =
                Cli.run(
                        "train",
                        "table",
                        "--data",
                        csv,
                        "--target",
                        "price",
                        "--drop",
                        "dear",
                        "--epochs",
                        25,
                        "--lr",
                        0.005,
                        "--dropout",
                        0,
                        "--out",
                        run);
        double rmse = metric("test rmse", trained);
        assertThat(rmse).isBetween(300.0, 5_000.0); // always predicting the mean comes to some 31,000
        assertThat(metric("test r2", trained)).isGreaterThan(0.97);
        assertThat(trained.err())
                .contains(
                        "target price: numbers from ",
                        "features: 2 columns of numbers, 2 of categories (1 with an embedding)",
                        "1 with missing values",
                        "left out: id (it numbers the rows), dear (dropped)",
                        "table on 640 rows of " + csv + ", 160 more for testing");
        assertThat(metric("rmse", Cli.run("eval", run))).isEqualTo(rmse);

        // rows of later: no price, other columns, an unknown district
        Path later =
                Files.writeString(
                        folder.resolve("later.csv"), "district,area,floor,heated\nD03,100,,true\nD99,60,2,false\n");
        Path out = folder.resolve("predictions.csv");
        Cli predicted = Cli.run("predict", run, later, "--out", out);
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines()).hasSize(3);
        assertThat(predicted.lines().getFirst()).matches("row 1: 1[23]\\d,\\d+(\\.\\d+)?");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines.getFirst()).isEqualTo("district,area,floor,heated,predicted_price");
        assertThat(Double.parseDouble(lines.get(1).split(",")[4])).isBetween(120_000.0, 140_000.0); // 130,000
        Cli shown = Cli.run("predict", run, "--count", 2);
        assertThat(shown.lines()).hasSize(3);
        assertThat(shown.lines().getFirst()).contains(" (is ");
        Cli wrong = Cli.run("predict", run, Files.writeString(folder.resolve("w.csv"), "area\n1\n"));
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("no column 'district', 'floor', 'heated'");
        assertThat(Cli.run("predict", run, later, "--out", "x.png").err())
                .contains("--out: a table of predictions must end in .csv");

        // evaluated on another file
        assertThat(metric("r2", Cli.run("eval", run, "--data", flats("others.csv", 50)))).isGreaterThan(0.9);
    }

    @Test
    void classesAreDecidedByTheColumn() throws IOException {
        Path csv = flats("flats.csv", 600);
        Path run = folder.resolve("classes");
        Cli trained =
                Cli.run(
                        "train",
                        "table",
                        "--data",
                        csv,
                        "--target",
                        "dear",
                        "--drop",
                        "price",
                        "--epochs",
                        25,
                        "--lr",
                        0.005,
                        "--out",
                        run);
        assertThat(metric("test acc", trained)).isGreaterThan(0.85);
        assertThat(trained.err()).contains("target dear: 2 classes, no, yes; always predicting ");
        Cli eval = Cli.run("eval", run, "--confusion");
        assertThat(eval.out()).contains("yes");
        Cli predicted = Cli.run("predict", run, csv, "--count", 3);
        assertThat(predicted.lines()).hasSize(4);
        assertThat(predicted.lines().getFirst()).matches("row 1: (no|yes) [01]\\.\\d{3} \\(is (no|yes)\\)");
        assertThat(Files.readAllLines(run.resolve("predictions.csv")).getFirst())
                .endsWith("predicted_dear,probability");
        // goes on with its own options
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 26, "--quiet");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(Cli.run("train", "--resume", run, "--epochs", 27, "--target", "price").err())
                .contains("--target: a run that is resumed goes on with its own options: here dear");
    }

    @Test
    void whatIsMissingIsSaid() throws IOException {
        Path csv = flats("flats.csv", 20);
        assertThat(Cli.run("train", "table").err()).contains("--data: which CSV file?");
        assertThat(Cli.run("train", "table", "--data", "no.csv", "--target", "x").err())
                .contains("--data: there is no file no.csv");
        assertThat(Cli.run("train", "table", "--data", csv).err())
                .contains("--target: which column is to be predicted? There are id, area, district");
        assertThat(Cli.run("train", "table", "--data", csv, "--target", "cost").err())
                .contains("--target: there is no column cost. There are id, area");
        assertThat(Cli.run("train", "table", "--data", csv, "--target", "price", "--hidden", "big").err())
                .contains("--hidden: must be numbers such as 128,64, is big");
        assertThat(Cli.run("train", "table", "--data", csv, "--target", "price", "--task", "guess").err())
                .contains("--task: must be auto, classification or regression, is guess");
        assertThat(Cli.run("train", "linear", "--target", "price").err())
                .contains("--target: linear has no such option; table has");
    }

    // ---- the course's files, where they are ------------------------------------------------------------------------

    private static Path real(String name) {
        String data = System.getenv("FATHOM_DATA");
        Path file = Path.of(data == null ? "" : data).resolve(name);
        Assumptions.assumeTrue(
                data != null && Files.isRegularFile(file), () -> name + " is not there: FATHOM_DATA is " + data);
        return file;
    }

    @Test
    void housePrices() {
        Path train = real("kaggle_house_pred_train.csv");
        Path run = folder.resolve("houses");
        Cli trained = Cli.run("train", "table", "--data", train, "--target", "SalePrice", "--epochs", 20, "--out", run);
        assertThat(metric("test r2", trained)).isGreaterThan(0.75);
        Cli predicted = Cli.run("predict", run, real("kaggle_house_pred_test.csv"));
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines().getLast()).endsWith(", 1,459 rows");
    }

    @Test
    void airfoilNoiseHasNoHeader() {
        Cli trained =
                Cli.run(
                        "train",
                        "table",
                        "--data",
                        real("airfoil_self_noise.dat"),
                        "--target",
                        "5",
                        "--epochs",
                        30,
                        "--out",
                        folder.resolve("airfoil"));
        assertThat(metric("test r2", trained)).isGreaterThan(0.7);
    }
}
