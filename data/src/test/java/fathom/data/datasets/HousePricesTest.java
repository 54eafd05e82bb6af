package fathom.data.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Table;
import fathom.data.hub.DataHub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HousePricesTest {
    @TempDir Path folder;

    private static Table features(HousePrices houses) {
        return houses.train()
                .drop("Id", "SalePrice")
                .concat(houses.test().drop("Id"))
                .standardize()
                .fillMissing(0)
                .oneHot(true);
    }

    /** {@return the root mean square of the log prices' errors of the best linear function, on the rows kept back} */
    private static double linearError(HousePrices houses, Tensor x) {
        Tensor y = houses.train().tensor("SalePrice").to(DType.FLOAT64).log();
        int used = 1168; // four of five folds
        Tensor a = Tensors.cat(List.of(x.narrow(0, 0, 1460), Tensors.ones(DType.FLOAT64, 1460, 1)), 1);
        Tensor train = a.narrow(0, 0, used);
        Tensor normal = train.t().matmul(train).add(Tensors.eye(a.size(1), a.size(1), DType.FLOAT64));
        Tensor w = normal.solve(train.t().matmul(y.narrow(0, 0, used).unsqueeze(1)));
        Tensor error = a.matmul(w).squeeze(1).sub(y).narrow(0, used, 1460 - used);
        return Math.sqrt(error.square().mean().item());
    }

    @Test
    void theRealFilesHaveTheBooksShapes() {
        DataHub hub = DataHub.standard();
        assumeTrue(
                hub.find("kaggle_house_train").isPresent() && hub.find("kaggle_house_test").isPresent(),
                "the real house prices are not on this machine (FATHOM_DATA)");
        var notices = new ArrayList<String>();
        HousePrices houses = HousePrices.load(hub, notices::add);
        assertThat(notices).isEmpty();
        assertThat(houses.isStandIn()).isFalse();
        assertThat(houses.train().rows()).isEqualTo(1460);
        assertThat(houses.train().width()).isEqualTo(81);
        assertThat(houses.test().rows()).isEqualTo(1459);
        assertThat(houses.test().width()).isEqualTo(80);
        assertThat(houses.train().frame().getColumn("SalePrice").get(0)).isEqualTo(208500L);
        Table features = features(houses);
        assertThat(features.rows()).isEqualTo(2919);
        assertThat(features.width()).isEqualTo(331);
        assertThat(features.columns()).contains("MasVnrType_None", "MasVnrType_nan", "GarageCars");
        assertThat(linearError(houses, features.toTensor(DType.FLOAT64))).isBetween(0.1, 0.2);
    }

    @Test
    void theStandInHasTheColumnsOfTheRealData() {
        var notices = new ArrayList<String>();
        DataHub nowhere = DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
        HousePrices houses = HousePrices.load(nowhere, notices::add);
        assertThat(notices)
                .containsExactly(
                        "House prices: using a stand-in, which is generated and not the real data (downloads are turned off)");
        assertThat(houses.isStandIn()).isTrue();
        assertThat(houses.train().rows()).isEqualTo(1460);
        assertThat(houses.train().width()).isEqualTo(81);
        assertThat(houses.test().rows()).isEqualTo(1459);
        assertThat(houses.test().columns()).isEqualTo(houses.train().columns().subList(0, 80));
        assertThat(features(houses).width()).isBetween(300, 331); // rare categories may be missing
        assertThat(houses.train().missing()).containsEntry("SalePrice", 0);
        assertThat(houses.train().missing().get("PoolQC")).isGreaterThan(1300);
        assertThat(HousePrices.standIn().train()).hasToString(houses.train().toString());
    }

    /** As with the real prices, the mean or a single column says little and a linear function much, but not all. */
    @Test
    void noTrivialRuleSolvesTheStandIn() {
        HousePrices houses = HousePrices.standIn();
        Table features = features(houses);
        Tensor x = features.toTensor(DType.FLOAT64);
        double all = linearError(houses, x);
        double constant = linearError(houses, Tensors.zeros(DType.FLOAT64, 2919, 1));
        double bestColumn = Double.POSITIVE_INFINITY;
        for (int c = 0; c < x.size(1); c++) {
            bestColumn = Math.min(bestColumn, linearError(houses, x.narrow(1, c, 1)));
        }
        assertThat(constant).isBetween(0.3, 0.5);
        assertThat(bestColumn).isGreaterThan(1.5 * all);
        assertThat(all).isEqualTo(0.19, within(0.03));
    }
}
