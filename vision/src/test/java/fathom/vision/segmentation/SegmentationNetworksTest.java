package fathom.vision.segmentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.vision.models.ResNet;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentationNetworksTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(3);
    }

    private static long parameters(Supplier<Layer> net) {
        return Device.META.with(net).parameters().stream().mapToLong(Tensor::numel).sum();
    }

    /** torchvision's figures are with the auxiliary classifier. */
    @Test
    void parametersAreAsPublished() {
        assertThat(parameters(() -> SegmentationModel.fcn_resnet50(o -> o.auxiliary()))).isEqualTo(35_322_218);
        assertThat(parameters(() -> SegmentationModel.fcn_resnet101(o -> o.auxiliary()))).isEqualTo(54_314_346);
        assertThat(parameters(() -> SegmentationModel.deeplabv3_resnet50(o -> o.auxiliary()))).isEqualTo(42_004_074);
        assertThat(parameters(() -> SegmentationModel.deeplabv3_resnet101(o -> o.auxiliary()))).isEqualTo(60_996_202);
        assertThat(parameters(SegmentationModel::fcn_resnet50)).isEqualTo(32_957_013);
        assertThat(parameters(SegmentationModel::deeplabv3_resnet50)).isEqualTo(39_638_869);
    }

    @Test
    void theCoursesNetworkHasItsNamesAndShapes() {
        Layer net = new FCN(ResNet.resnet18(o -> o.width(4)), 21);
        assertThat(net.stateDict().names())
                .startsWith("0.weight", "1.weight")
                .contains("4.0.conv1.weight", "7.1.bn2.running_var")
                .endsWith("final_conv.weight", "final_conv.bias", "transpose_conv.weight", "transpose_conv.bias");
        assertThat(net.stateDict().get("transpose_conv.weight").shape().dims()).containsExactly(21, 21, 64, 64);
        assertThat(evaluate(net, Tensors.randn(2, 3, 64, 96)).shape().dims()).containsExactly(2, 21, 64, 96);
        // at first the scores are enlarged bilinearly: a constant stays one, away from the border
        Tensor up = net.block("transpose_conv", Layer.class).forward(Tensors.ones(1, 21, 4, 4));
        Tensor middle = up.narrow(2, 32, 64).narrow(3, 32, 64);
        Tensor bias = net.stateDict().get("transpose_conv.bias").reshape(1, 21, 1, 1);
        assertThat(middle.sub(bias).sub(1).abs().max().item()).isLessThan(1e-5);
    }

    @Test
    void theUNetTakesImagesOfAnySize() {
        Layer net = new UNet(o -> o.width(4).classes(5));
        for (long[] size : new long[][] {{32, 48}, {33, 47}, {16, 16}, {31, 100}}) {
            assertThat(evaluate(net, Tensors.randn(1, 3, size[0], size[1])).shape().dims())
                    .containsExactly(1, 5, size[0], size[1]);
        }
        assertThatThrownBy(() -> net.forward(Tensors.randn(1, 3, 15, 40)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("UNet", "16", "[1, 3, 15, 40]");
        assertThat(parameters(UNet::new)).isBetween(31_000_000L, 31_100_000L);
    }

    @Test
    void theSegmenterPadsAndReducesImages() {
        var widths = new java.util.ArrayList<String>();
        Layer net =
                new Layer() {
                    private final Tensor weight = parameter(Tensors.ones(1));

                    @Override
                    public Tensor forward(Tensor x) {
                        widths.add(x.shape().toString());
                        // class 1 where red exceeds green
                        Tensor d = x.select(1, 0).sub(x.select(1, 1));
                        return Tensors.stack(java.util.List.of(d.neg(), d), 1).mul(weight);
                    }
                };
        Tensor image = Tensors.zeros(DType.UINT8, 3, 50, 70);
        image.narrow(0, 0, 1).narrow(2, 20, 30).fill_(255);
        Tensor classes = new Segmenter(net.eval(), 32).classes(image);
        assertThat(widths).containsExactly("[1, 3, 64, 96]");
        assertThat(classes.shape().dims()).containsExactly(50, 70);
        assertThat(classes.narrow(1, 20, 30).eq(1).all().itemBoolean()).isTrue();
        assertThat(classes.narrow(1, 50, 20).eq(0).all().itemBoolean()).isTrue();

        Tensor large = Tensors.zeros(DType.UINT8, 3, 300, 1024);
        large.narrow(0, 0, 1).narrow(2, 512, 512).fill_(255);
        Tensor reduced = new Segmenter(net, 32).classes(large);
        assertThat(widths.getLast()).isEqualTo("[1, 3, 160, 512]");
        assertThat(reduced.shape().dims()).containsExactly(300, 1024);
        assertThat(reduced.narrow(1, 516, 500).eq(1).all().itemBoolean()).isTrue();
        assertThat(reduced.narrow(1, 0, 508).eq(0).all().itemBoolean()).isTrue();
    }

    @Test
    void classesAreDrawnInTheColoursOfTheDataSet() {
        Tensor image = Tensors.full(100, DType.UINT8, 3, 40, 200);
        Tensor classes = Tensors.zeros(DType.INT64, 40, 200);
        classes.narrow(1, 0, 50).fill_(8);
        classes.narrow(1, 50, 10).fill_(255);
        Tensor over = SegmentationPicture.overlay(image, classes);
        assertThat(over.select(1, 0).select(1, 0).toFloatArray()).containsExactly(80, 45, 45); // 0.45 x 100 + 0.55 x 64
        assertThat(over.select(1, 0).select(1, 55).toFloatArray()).containsExactly(185, 185, 185);
        assertThat(over.select(1, 0).select(1, 199).toFloatArray()).containsExactly(100, 100, 100);
        assertThat(SegmentationPicture.shares(classes, fathom.vision.datasets.Voc2012.classNames()))
                .singleElement()
                .satisfies(s -> {
                    assertThat(s.name()).isEqualTo("cat");
                    assertThat(s.share()).isEqualTo(50.0 / 190);
                });
        Tensor page = SegmentationPicture.draw(image, classes, fathom.vision.datasets.Voc2012.classNames());
        assertThat(page.size(1)).isGreaterThan(40);
        assertThat(page.narrow(1, 0, 40).narrow(2, 0, 200).equal(over)).isTrue();
    }

    private static Tensor evaluate(Layer net, Tensor x) {
        net.eval();
        try (var off = Autograd.noGrad()) {
            return net.forward(x);
        }
    }
}
