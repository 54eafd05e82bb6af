package fathom.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.bench.scale.StepModel.Scheme;
import org.junit.jupiter.api.Test;

/** The model against figures that others published, and against arithmetic by hand. */
class StepModelTest {
    /**
     * The course's section 12.7: gradients of 160 MB, four GPUs on links of 16 GB/s. Added up on one GPU, which sends
     * the sum to the three others, they take 30 + 30 ms; if each of the four adds up a quarter, 7.5 + 7.5 ms.
     */
    @Test
    void theParameterServersOfTheCourse() {
        var pcie = new Network(16e9, 0);
        assertThat(pcie.parameterServer(160e6, 3, 1)).isCloseTo(0.060, within(1e-9));
        // a reduce-scatter and an all-gather: the quarter of each other GPU, at the same time
        assertThat(pcie.ring(160e6, 4)).isCloseTo(0.015, within(1e-9));
    }

    /** A ring sends each byte twice, whatever the number of workers; a server sends as many as there are workers. */
    @Test
    void aRingDoesNotGrowWithTheWorkersAndAServerDoes() {
        var network = new Network(1e9, 0);
        assertThat(network.ring(1e9, 1)).isZero();
        assertThat(network.ring(1e9, 2)).isCloseTo(1, within(1e-9));
        assertThat(network.ring(1e9, 1000)).isCloseTo(2, within(0.01));
        assertThat(network.parameterServer(1e9, 8, 1)).isCloseTo(16, within(1e-9));
        assertThat(network.parameterServer(1e9, 8, 8)).isCloseTo(2, within(1e-9));
        // many small messages are what a ring is slow at
        var slow = new Network(1e9, 1e-3);
        assertThat(slow.allReduce(1e3, 1024)).isEqualTo(slow.halvingDoubling(1e3, 1024));
        assertThat(slow.ring(1e3, 1024)).isGreaterThan(2);
    }

    @Test
    void communicationHidesBehindBackward() {
        var model = new StepModel(1, 2, 0, 1e9, 10, 0);
        var fast = new Network(10e9, 0);
        // 10 buckets of 0.1 GB, 0.01 s each on two workers: all but the last are hidden
        assertThat(model.seconds(Scheme.DATA_PARALLEL, 2, fast)).isCloseTo(3.01, within(1e-9));
        assertThat(model.seconds(Scheme.NO_OVERLAP, 2, fast)).isCloseTo(3.1, within(1e-9));
        // a slow link is the bottleneck: from the first bucket on it is busy
        var slow = new Network(0.1e9, 0);
        assertThat(model.seconds(Scheme.DATA_PARALLEL, 2, slow)).isCloseTo(1.2 + 10, within(1e-9));
        assertThat(model.seconds(Scheme.DATA_PARALLEL, 1, slow)).isCloseTo(3, within(1e-9));
        assertThat(model.seconds(Scheme.ZERO_3, 1, slow)).isCloseTo(3, within(1e-9));
        // three halves of the traffic of data parallel, and 2 s that the link waits for gradients
        assertThat(model.seconds(Scheme.ZERO_3, 2, slow)).isCloseTo(17, within(1e-9));
    }

    /**
     * ResNet-50 (Goyal et al., 2017, "Accurate, Large Minibatch SGD", abstract): about 90 % efficiency from 8 to 256
     * GPUs, in servers of eight with 50 Gbit/s. Within a server gradients are reduced over its own links, so that a
     * server is one worker of the network. 90 epochs of 1.28 million images on one server took 29 hours.
     */
    @Test
    void resNet50OnServersWith50GigabitScalesAsPublished() {
        double step = 29 * 3600 / (90 * 1_281_167 / 256.0);
        var server = new StepModel(step / 3, step * 2 / 3, 0, 4 * 25_557_032.0, 5, 0.03);
        var ethernet = Network.gigabits(50, 2e-5);
        assertThat(server.efficiency(Scheme.DATA_PARALLEL, 32, ethernet)).isCloseTo(0.9, within(0.04));
    }

    @Test
    void stragglersSlowManyWorkersMoreThanFew() {
        var model = new StepModel(1, 2, 0, 1, 1, 0.05);
        var network = new Network(1e12, 0);
        double two = model.efficiency(Scheme.DATA_PARALLEL, 2, network);
        double many = model.efficiency(Scheme.DATA_PARALLEL, 1024, network);
        assertThat(two).isBetween(0.95, 0.99);
        assertThat(many).isBetween(0.8, 0.9);
    }

    @Test
    void aPipelineHasABubble() {
        var model = new StepModel(1, 2, 0, 1, 1, 0);
        var network = new Network(1e12, 0);
        // 4 p micro-batches in p stages: 4 p / (5 p - 1)
        assertThat(model.efficiency(Scheme.PIPELINE, 8, network)).isCloseTo(32 / 39.0, within(1e-3));
    }
}
