package fathom.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.data.hub.DataHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The course's house prices on the real files, in full. */
class HousePricesProgramTest {
    private static final Pattern AVERAGE =
            Pattern.compile("5-fold: average train log rmse ([\\d.]+), average valid log rmse ([\\d.]+)");

    @TempDir Path folder;

    @Test
    void theRealPricesArePredictedAsWellAsInTheBook() throws IOException, InterruptedException {
        DataHub hub = DataHub.standard();
        assumeTrue(
                hub.find("kaggle_house_train").isPresent() && hub.find("kaggle_house_test").isPresent(),
                "the real house prices are not on this machine (FATHOM_DATA)");
        List<String> lines = ProgramRun.of(ProgramRun.PROGRAMS.resolve("Chapter4_10_HousePrices.java"), folder);
        Matcher average = AVERAGE.matcher(String.join("\n", lines));
        assertThat(average.find()).as("the averages in %s", lines).isTrue();
        assertThat(Double.parseDouble(average.group(1))).isCloseTo(0.165, withinPercentage(3));
        assertThat(Double.parseDouble(average.group(2))).isCloseTo(0.170, withinPercentage(3));
        List<String> submission = Files.readAllLines(folder.resolve("submission.csv"));
        assertThat(submission).hasSize(1460).startsWith("Id,SalePrice");
        assertThat(submission.get(1)).startsWith("1461,");
    }
}
