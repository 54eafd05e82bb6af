package fathom.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import fathom.bench.work.KernelWork.AdamStep;
import fathom.bench.work.LayerWork.Convolution;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RowsTest {
    @Test
    void idsAreUniqueWithoutWhitespace() {
        List<Row> rows = Rows.matching(List.of());
        assertThat(rows).extracting(Row::id).doesNotHaveDuplicates().allMatch(id -> id.matches("\\S+"));
        assertThat(rows).allSatisfy(r -> assertThat(Rows.byId(r.id())).isSameAs(r));
    }

    @Test
    void patternsSelect() {
        assertThat(Rows.matching(List.of(Pattern.compile("^matmul/(64|128)$"))))
                .extracting(Row::name)
                .containsExactly("64", "128");
        assertThatIllegalArgumentException().isThrownBy(() -> Rows.byId("matmul/65")).withMessageContaining("65");
    }

    @Test
    void rowsOfTheCeilingsExist() {
        assertThat(List.of("matmul/2048", "kernel/copy-16m", "kernel/copy-1m"))
                .allSatisfy(id -> assertThat(Rows.byId(id)).isNotNull());
    }

    @Test
    void costsMatchTheLiterature() {
        // multiplications and additions both count: 2 * 128 * 128 * 9 * 12 * 12 per image
        var conv = new Convolution(1, 128, 12, 128, 3, 1, 1, false, false);
        assertThat(conv.flops()).isEqualTo(2.0 * 128 * 128 * 9 * 144);
        assertThat(new Convolution(1, 128, 12, 128, 3, 1, 1, true, true).flops()).isEqualTo(2 * conv.flops());
        assertThat(Model.MLP.forwardFlops(1)).isEqualTo(2.0 * (784 * 256 + 256 * 10));
        // 1.8 GMAC at 224 x 224 (He et al., 2016, table 1), the first layer on three channels; 96 x 96 has 0.184 of it
        assertThat(Model.RESNET18.forwardFlops(1) / 2).isCloseTo(0.32e9, within(0.03e9));
        // torchvision's table has 4.09 billion multiply-adds; the first layer has no gradient of its input
        assertThat(Model.RESNET50.forwardFlops(2)).isCloseTo(4 * 4.09e9, within(0.01e9));
        double first = 2.0 * 112 * 112 * 3 * 49 * 64;
        assertThat(Model.RESNET50.trainingFlops(1)).isEqualTo(3 * Model.RESNET50.forwardFlops(1) - first);
        // from CourseVGG's documentation
        assertThat(Model.VGG11.forwardFlops(1) / 2).isCloseTo(0.51e9, within(0.01e9));
    }

    @Test
    void adamUpdatesTheParametersOfResNet() {
        var adam = (AdamStep) Rows.byId("kernel/adam-step-11m-parameters").work();
        assertThat(adam.sizes().stream().mapToInt(Integer::intValue).sum()).isEqualTo(11_178_378);
        // 20 convolutions and the linear layer with biases, 17 norms
        assertThat(adam.sizes()).hasSize(2 * (20 + 1 + 17));
    }
}
