package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensors;
import fathom.train.metric.Metrics;
import org.junit.jupiter.api.Test;

/** Losses and metrics as they print. */
class LossesTest {
    @Test
    void lossesPrintTheirNamesAndValues() {
        var losses = Losses.of("class", Tensors.tensor(0.5)).and("box", Tensors.tensor(-2.0));
        assertThat(losses).hasToString("Losses(class=0.500000, box=-2.00000)");
        assertThat(losses.show("acc", Tensors.tensor(0.25)))
                .hasToString("Losses(class=0.500000, box=-2.00000, acc=0.250000)");
    }

    @Test
    void metricsPrintTheirNames() {
        assertThat(Metrics.accuracy()).hasToString("acc");
    }
}
