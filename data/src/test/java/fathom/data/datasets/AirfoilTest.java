package fathom.data.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.hub.DataHub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AirfoilTest {
    @TempDir Path folder;

    /** {@return half the mean squared error of the best linear function, as the course measures it} */
    private static double linearLoss(Airfoil airfoil, boolean squares) {
        Tensor x = airfoil.dataset().tensors().getFirst().to(DType.FLOAT64);
        Tensor y = airfoil.dataset().tensors().getLast().to(DType.FLOAT64).unsqueeze(1);
        Tensor one = Tensors.ones(DType.FLOAT64, x.size(0), 1);
        Tensor a = Tensors.cat(squares ? List.of(x, x.square(), one) : List.of(x, one), 1);
        Tensor w = a.t().matmul(a).solve(a.t().matmul(y));
        return a.matmul(w).sub(y).square().mean().item() / 2;
    }

    @Test
    void theRealFileGivesTheBooksLoss() {
        DataHub hub = DataHub.standard();
        assumeTrue(hub.find("airfoil").isPresent(), "the real measurements are not on this machine (FATHOM_DATA)");
        Airfoil airfoil = Airfoil.load(hub, line -> {});
        assertThat(airfoil.isStandIn()).isFalse();
        assertThat(airfoil.table().rows()).isEqualTo(1503);
        assertThat(airfoil.dataset().tensors().getFirst().shape().dims()).containsExactly(1500, 5);
        assertThat(airfoil.dataset().tensors().getLast().shape().dims()).containsExactly(1500);
        // the book's optimisers reach 0.242 to 0.247
        assertThat(linearLoss(airfoil, false)).isEqualTo(0.242, within(0.002));
    }

    @Test
    void theStandInIsNeitherTrivialNorLinear() {
        var notices = new ArrayList<String>();
        DataHub nowhere = DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
        Airfoil airfoil = Airfoil.load(nowhere, notices::add);
        assertThat(notices).hasSize(1);
        assertThat(airfoil.isStandIn()).isTrue();
        assertThat(airfoil.dataset().tensors().getFirst().shape().dims()).containsExactly(1500, 5);
        double linear = linearLoss(airfoil, false);
        double quadratic = linearLoss(airfoil, true);
        // a constant has 0.5
        assertThat(linear).isBetween(0.15, 0.4);
        assertThat(quadratic).isLessThan(linear - 0.01).isGreaterThan(0.05);
    }
}
