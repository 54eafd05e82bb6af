package fathom.nn;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.loss.BCELoss;
import fathom.nn.loss.BCEWithLogitsLoss;
import fathom.nn.loss.CosineEmbeddingLoss;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.HuberLoss;
import fathom.nn.loss.KLDivLoss;
import fathom.nn.loss.L1Loss;
import fathom.nn.loss.MSELoss;
import fathom.nn.loss.NLLLoss;
import fathom.nn.loss.SmoothL1Loss;
import fathom.nn.loss.TripletMarginLoss;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.InstanceNorm1d;
import fathom.nn.norm.InstanceNorm2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.RMSNorm;
import fathom.nn.pool.AdaptiveAvgPool1d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AdaptiveMaxPool1d;
import fathom.nn.pool.AdaptiveMaxPool2d;
import fathom.nn.pool.AvgPool1d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool1d;
import fathom.nn.pool.MaxPool2d;
import fathom.options.PadMode;
import fathom.options.Reduction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What layers do beyond the functions they call: training and evaluation, statistics, options. */
class LayersTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(11);
    }

    @Test
    void dropoutDropsInTrainingAndNotInEvaluation() {
        var dropout = new Dropout(0.3);
        Tensor x = Tensors.ones(200, 200).requiresGrad_();
        Tensor y = dropout.forward(x);
        assertThat(y.eq(0).to(DType.FLOAT32).mean().item()).isCloseTo(0.3, within(0.01));
        assertThat(y.max().item()).isCloseTo(1 / 0.7, within(1e-6));
        assertThat(y.mean().item()).isCloseTo(1, within(0.02));
        y.sum().backward();
        assertThat(x.grad()).isEqualToTensor(y.detach());
        assertThat(dropout.forward(x).equal(y)).as("each call draws anew").isFalse();
        dropout.eval();
        assertThat(dropout.forward(x)).isSameAs(x);
    }

    @Test
    void dropoutOfAllAndOfNothing() {
        Tensor x = Tensors.tensor(Double.POSITIVE_INFINITY, 1, 2);
        assertThat(new Dropout(1).forward(x)).hasValues(0, 0, 0);
        assertThat(new Dropout(0).forward(x)).isSameAs(x);
        assertThatThrownBy(() -> new Dropout(1.5)).hasMessage("Dropout: expected a probability from 0 to 1, got 1.5");
        assertThatThrownBy(() -> new Dropout().forward(Tensors.arange(3))).hasMessageContaining("floating type");
    }

    @Test
    void dropout2dDropsWholeChannels() {
        Tensor y = new Dropout2d(0.5).forward(Tensors.ones(20, 30, 4, 4));
        Tensor sums = y.flatten(2).sum(2);
        assertThat(sums.eq(0).logicalOr(sums.eq(32)).all().itemBoolean()).isTrue();
        assertThat(sums.eq(0).to(DType.FLOAT32).mean().item()).isCloseTo(0.5, within(0.1));
        assertThatThrownBy(() -> new Dropout2d().forward(Tensors.ones(2, 2)))
                .hasMessage("dropout2d: expected [N, C, H, W] or [C, H, W], not [2, 2]");
    }

    @Test
    void batchNormNormalisesAndTracks() {
        var bn = new BatchNorm2d(3);
        Tensor x = Tensors.randn(8, 3, 5, 5).mul(4).add(7);
        Tensor y = bn.forward(x).transpose(0, 1).flatten(1);
        assertThat(y.mean(1).abs().max().item()).isLessThan(1e-5);
        assertThat(y.std(1).sub(1).abs().max().item()).isLessThan(0.01);
        Tensor columns = x.transpose(0, 1).flatten(1);
        assertThat(bn.runningMean).isCloseTo(columns.mean(1).mul(0.1), 1e-5, 1e-6);
        assertThat(bn.runningVar).isCloseTo(columns.var(1).mul(0.1).add(0.9), 1e-5, 1e-6);
        bn.eval();
        Tensor expected = x.sub(bn.runningMean.reshape(3, 1, 1)).div(bn.runningVar.add(1e-5).sqrt().reshape(3, 1, 1));
        assertThat(bn.forward(x).detach()).isCloseTo(expected, 1e-5, 1e-5);
        assertThat(bn.numBatchesTracked.itemLong()).isEqualTo(1);
    }

    @Test
    void batchNormOfAllBatchesAveragesThem() {
        var bn = new BatchNorm1d(2, o -> o.cumulativeAverage());
        Tensor a = Tensors.randn(6, 2);
        Tensor b = Tensors.randn(6, 2);
        bn.forward(a);
        bn.forward(b);
        assertThat(bn.runningMean).isCloseTo(a.mean(0).add(b.mean(0)).div(2), 1e-5, 1e-6);
        assertThat(bn.runningVar).isCloseTo(a.var(0).add(b.var(0)).div(2), 1e-5, 1e-6);
        assertThat(bn).hasToString("BatchNorm1d(2, eps=1e-05, momentum=None, affine=True, track_running_stats=True)");
    }

    @Test
    void batchNormWithoutTrackingUsesTheBatchInEvaluation() {
        var bn = new BatchNorm1d(2, o -> o.trackRunningStats(false));
        Tensor x = Tensors.randn(6, 2);
        Tensor y = bn.forward(x);
        bn.eval();
        assertThat(bn.forward(x).detach()).isEqualToTensor(y.detach());
        assertThat(bn.buffers()).isEmpty();
    }

    @Test
    void batchNormRefusesWhatDoesNotFit() {
        assertThatThrownBy(() -> new BatchNorm2d(3).forward(Tensors.ones(2, 3)))
                .hasMessage("BatchNorm2d: expected an input [N, C, H, W], got [2, 3]");
        assertThatThrownBy(() -> new BatchNorm1d(3).forward(Tensors.ones(2, 4)))
                .hasMessageContaining("input [2, 4] has 4 channels, weight has shape [3]");
        assertThatThrownBy(() -> new BatchNorm1d(3).forward(Tensors.ones(1, 3)))
                .hasMessageContaining("input [1, 3] has 1 value per channel");
    }

    @Test
    void batchNormTakesChannelsLastAndBfloat16() {
        var bn = new BatchNorm2d(4);
        Tensor rows = Tensors.randn(2, 5, 5, 4);
        Tensor channelsLast = rows.permute(0, 3, 1, 2);
        Tensor y = bn.forward(channelsLast);
        assertThat(y.strides()).containsExactly(channelsLast.strides());
        assertThat(y.detach()).isCloseTo(new BatchNorm2d(4).forward(channelsLast.contiguous()).detach(), 1e-5, 1e-5);
        Tensor half = channelsLast.to(DType.BFLOAT16).requiresGrad_();
        Tensor z = new BatchNorm2d(4).forward(half);
        assertThat(z.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(z.detach().to(DType.FLOAT32)).isCloseTo(y.detach(), 0.02, 0.02);
        z.sum().backward();
        assertThat(half.grad().dtype()).isEqualTo(DType.BFLOAT16);
    }

    @Test
    void instanceNormOfOneExample() {
        var norm = new InstanceNorm2d(3, o -> o.affine(true));
        Tensor x = Tensors.randn(3, 4, 4);
        assertThat(norm.forward(x)).isEqualToTensor(norm.forward(x.unsqueeze(0)).squeeze(0));
        assertThatThrownBy(() -> norm.forward(Tensors.ones(2, 4, 4, 4)))
                .hasMessageContaining("with 3 channels, got [2, 4, 4, 4]");
        assertThat(new InstanceNorm1d(2).forward(Tensors.randn(2, 7)).mean(1).abs().max().item()).isLessThan(1e-5);
    }

    @Test
    void instanceNormTracksStatistics() {
        var norm = new InstanceNorm1d(2, o -> o.trackRunningStats(true).momentum(0.5));
        assertThat(norm.stateDict().names().toString()).isEqualTo("[running_mean, running_var, num_batches_tracked]");
        Tensor x = Tensors.tensor(new double[][][] {{{1, 3}, {0, 4}}, {{3, 5}, {8, 8}}}, DType.FLOAT32);
        norm.forward(x);
        // means 2, 2 and 4, 8; unbiased variances 2, 8 and 2, 0
        assertThat(norm.runningMean).hasValues(1.5, 2.5);
        assertThat(norm.runningVar).hasValues(1.5, 2.5);
        assertThat(norm.numBatchesTracked).hasValues(0);
        norm.eval();
        Tensor one = Tensors.tensor(new double[][][] {{{1.5}, {2.5}}}, DType.FLOAT32);
        assertThat(norm.forward(one)).hasValues(0, 0);
        assertThat(norm.runningMean).hasValues(1.5, 2.5);
        norm.train();
        assertThatThrownBy(() -> norm.forward(one)).hasMessageContaining("one value per channel");
        assertThatThrownBy(() -> Tensors.instanceNorm(x, Tensors.zeros(3), null, o -> o.training(true)))
                .hasMessageContaining("2 channels")
                .hasMessageContaining("[3]");
    }

    @Test
    void embeddingHoldsNorms() {
        var e = new Embedding(4, 2, o -> o.maxNorm(5));
        try (var off = fathom.Autograd.noGrad()) {
            e.weight.copy_(Tensors.tensor(new double[][] {{6, 8}, {3, 4}, {0, 1}, {60, 80}}));
        }
        Tensor y = e.forward(Tensors.tensor(0L, 1, 0));
        assertThat(y.detach()).isCloseTo(Tensors.tensor(new double[][] {{3, 4}, {3, 4}, {3, 4}}).toFloat(), 1e-6, 0);
        assertThat(e.weight.detach().select(0, 3)).hasValues(60, 80); // was not asked for
        y.sum().backward();
        assertThat(e.weight.grad().sum(1)).hasValues(4, 2, 0, 0);
        assertThatThrownBy(() -> new Embedding(4, 2, o -> o.maxNorm(0))).hasMessageContaining("maxNorm");
        assertThatThrownBy(() -> new Embedding(4, 2, o -> o.paddingIdx(4)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("paddingIdx 4 is not one of 4 rows");
        var pretrained = Embedding.fromPretrained(Tensors.ones(3, 2), false, o -> o.paddingIdx(1));
        pretrained.forward(Tensors.tensor(0L, 1, 1)).sum().backward();
        assertThat(pretrained.weight.grad().sum(1)).hasValues(2, 0, 0);
        assertThat(pretrained.weight.detach().sum()).hasValues(6);
    }

    @Test
    void rmsNormDividesByTheRootMeanSquare() {
        Tensor x = Tensors.randn(4, 6);
        Tensor expected = x.div(x.square().mean(1, fathom.KeepDim.KEEP_DIM).add(1e-6).sqrt());
        assertThat(new RMSNorm(6, 1e-6).forward(x).detach()).isCloseTo(expected, 1e-5, 1e-6);
        assertThat(new RMSNorm(6)).hasToString("RMSNorm((6,), eps=None, elementwise_affine=True)");
    }

    @Test
    void layerNormWithoutBias() {
        assertThat(new LayerNorm(4, o -> o.bias(false)).parameters()).hasSize(1);
        assertThatThrownBy(() -> new LayerNorm(4).forward(Tensors.ones(2, 3)))
                .hasMessageContaining("input [2, 3] of FLOAT32 does not end in [4]");
    }

    @Test
    void embeddingLooksUpRows() {
        var e = new Embedding(5, 3, -1);
        assertThat(e.weight.select(0, 4).detach()).hasValues(0, 0, 0);
        Tensor index = Tensors.tensor(new long[][] {{0, 4}, {4, 0}});
        Tensor y = e.forward(index);
        assertThat(y).hasShape(2, 2, 3);
        y.sum().backward();
        assertThat(e.weight.grad().sum(1)).hasValues(6, 0, 0, 0, 0);
        assertThat(e.weight.grad().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(new Embedding(5, 3).forward(Tensors.tensor(new int[] {1, 2}, DType.INT32))).hasShape(2, 3);
        assertThatThrownBy(() -> e.forward(Tensors.tensor(5L))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> e.forward(Tensors.ones(2))).hasMessageContaining("expected integers");
        var frozen = Embedding.fromPretrained(Tensors.ones(2, 2), true);
        assertThat(frozen.parameters()).hasSize(1);
        assertThat(frozen.weight.requiresGrad()).isFalse();
    }

    @Test
    void oneHotAndItsErrors() {
        assertThat(Tensors.oneHot(Tensors.tensor(1L, 0), 3)).hasValues(0, 1, 0, 1, 0, 0).hasType(DType.INT64);
        assertThat(Tensors.oneHot(Tensors.tensor(1L, 2))).hasShape(2, 3);
        assertThatThrownBy(() -> Tensors.oneHot(Tensors.tensor(3L), 3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("oneHot: class index 3 is not one of the 3 classes");
    }

    @Test
    void convolutionPadsAsTold() {
        var conv = new Conv2d(1, 1, 3, c -> c.padding(1, 2).paddingMode(PadMode.REFLECT));
        Tensor x = Tensors.randn(1, 1, 5, 6);
        Tensor expected =
                Tensors.conv2d(Tensors.pad(x, new long[] {2, 2, 1, 1}, PadMode.REFLECT), conv.weight, conv.bias);
        assertThat(conv.forward(x).detach()).isEqualToTensor(expected.detach());
        assertThat(conv)
                .hasToString("Conv2d(1, 1, kernel_size=(3, 3), stride=(1, 1), padding=(1, 2), padding_mode=reflect)");
        var line = new Conv1d(1, 1, 3, c -> c.padding(1).paddingMode(PadMode.CIRCULAR));
        assertThat(line.forward(Tensors.ones(1, 1, 4))).hasShape(1, 1, 4);
    }

    @Test
    void transposedConvolutionUndoesShapes() {
        var down = new Conv2d(3, 4, 3, c -> c.stride(2).padding(1));
        var up = new ConvTranspose2d(4, 3, 3, c -> c.stride(2).padding(1).outputPadding(1));
        assertThat(up.forward(down.forward(Tensors.ones(2, 3, 8, 8)))).hasShape(2, 3, 8, 8);
    }

    @Test
    void layersAreWhatTheirFunctionsAre() {
        Tensor x = Tensors.randn(2, 3, 6, 6);
        assertThat(new MaxPool2d(2).forward(x)).isEqualToTensor(Tensors.maxPool2d(x, 2));
        assertThat(new AvgPool2d(3, p -> p.stride(2)).forward(x))
                .isEqualToTensor(Tensors.avgPool2d(x, 3, p -> p.stride(2)));
        assertThat(new AdaptiveAvgPool2d(1).forward(x)).hasShape(2, 3, 1, 1);
        assertThat(new AdaptiveMaxPool2d(0, 2).forward(x)).hasShape(2, 3, 6, 2);
        assertThat(new AdaptiveAvgPool1d(2).forward(x.flatten(2))).hasShape(2, 3, 2);
        assertThat(new AdaptiveMaxPool1d(2).forward(x.flatten(2))).hasShape(2, 3, 2);
        assertThat(new MaxPool1d(2).forward(x.flatten(2))).hasShape(2, 3, 18);
        assertThat(new AvgPool1d(2).forward(x.flatten(2))).hasShape(2, 3, 18);
        assertThat(new Flatten().forward(x)).hasShape(2, 108);
        assertThat(new Unflatten(1, 3, 36).forward(x.flatten(1))).hasShape(2, 3, 36);
        assertThat(new IdentityLayer().forward(x)).isSameAs(x);
        assertThat(new Bilinear(3, 4, 5).forward(Tensors.ones(2, 3), Tensors.ones(2, 4))).hasShape(2, 5);
    }

    @Test
    void maxPoolTellsPlaces() {
        Tensor x = Tensors.tensor(new double[][] {{1, 2}, {4, 3}}).reshape(1, 1, 2, 2);
        var r = Tensors.maxPool2dWithIndices(x, 2, p -> {});
        assertThat(r.values()).hasValues(4);
        assertThat(r.indices()).hasValues(2);
    }

    @Test
    void lossesAsLayersAreTheFunctions() {
        Tensor x = Tensors.randn(4, 3);
        Tensor y = Tensors.rand(4, 3);
        Tensor p = Tensors.rand(4, 3);
        Tensor c = Tensors.tensor(0L, 2, 1, 1);
        Tensor w = Tensors.tensor(1.0, 2, 0.5);
        assertThat(new MSELoss().forward(x, y)).isEqualToTensor(Tensors.mseLoss(x, y));
        assertThat(new L1Loss(Reduction.SUM).forward(x, y)).isEqualToTensor(Tensors.l1Loss(x, y, Reduction.SUM));
        assertThat(new SmoothL1Loss().forward(x, y)).isEqualToTensor(Tensors.smoothL1Loss(x, y));
        assertThat(new HuberLoss(0.3, Reduction.NONE).forward(x, y)).hasShape(4, 3);
        assertThat(new CrossEntropyLoss(o -> o.weight(w)).forward(x, c))
                .isEqualToTensor(Tensors.crossEntropy(x, c, o -> o.weight(w)));
        assertThat(new CrossEntropyLoss(o -> o.weight(w)).stateDict().names()).containsExactly("weight");
        assertThat(new NLLLoss().forward(x.logSoftmax(1), c))
                .isCloseTo(new CrossEntropyLoss().forward(x, c), 1e-6, 1e-6);
        assertThat(new BCELoss().forward(p, y)).isEqualToTensor(Tensors.bceLoss(p, y));
        assertThat(new BCEWithLogitsLoss(o -> o.posWeight(w)).forward(x, y))
                .isEqualToTensor(Tensors.bceWithLogits(x, y, o -> o.posWeight(w)));
        assertThat(new KLDivLoss(Reduction.BATCH_MEAN).forward(x.logSoftmax(1), y.softmax(1)).item()).isPositive();
        assertThat(new CosineEmbeddingLoss().forward(x, x, Tensors.ones(4)).item()).isCloseTo(0, within(1e-6));
        assertThat(new TripletMarginLoss(o -> o.margin(0.5)).forward(x, x, x).item()).isCloseTo(0.5, within(1e-6));
    }
}
