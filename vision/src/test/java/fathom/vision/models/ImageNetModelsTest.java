package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What golden vectors do not show of torchvision's networks: their initial weights and their options. */
class ImageNetModelsTest {
    private static Layer create(String name) {
        return Models.create(
                name,
                o -> {
                    switch (o) {
                        case AlexNet.Options a -> a.hidden(64);
                        case VGG.Options v -> v.hidden(64);
                        default -> {}
                    }
                });
    }

    /** The standard deviations of torchvision's initialisers: of He with fan in or out, or given numbers. */
    @ParameterizedTest
    @CsvSource({
        "alexnet, features.3.weight, 0.014434", // 1 / sqrt(3 * 64 * 25), PyTorch's default
        "vgg11_bn, features.8.weight, 0.029463", // sqrt(2 / (256 * 9))
        "vgg11_bn, classifier.0.weight, 0.01",
        "googlenet, inception5b.branch2.1.conv.weight, 0.01",
        "googlenet, aux1.fc1.weight, 0.01",
        "densenet121, features.denseblock4.denselayer16.conv2.weight, 0.041667", // sqrt(2 / (128 * 9))
        "densenet121, classifier.weight, 0.018042", // 1 / sqrt(3 * 1024)
        "squeezenet1_0, features.3.expand3x3.weight, 0.117851", // sqrt(2 / (16 * 9))
        "squeezenet1_0, classifier.1.weight, 0.01",
        "mobilenet_v2, features.18.0.weight, 0.039528", // sqrt(2 / 1280)
        "mobilenet_v2, classifier.1.weight, 0.01",
        "mobilenet_v3_small, features.12.0.weight, 0.058926", // sqrt(2 / 576)
        "mobilenet_v3_small, classifier.3.weight, 0.01",
        "shufflenet_v2_x0_5, conv5.0.weight, 0.041667", // 1 / sqrt(3 * 192)
    })
    void weightsStartAsTorchvisions(String name, String parameter, double std) {
        Tensors.manualSeed(1);
        Tensor weight = create(name).namedParameters().get(parameter).detach().to(DType.FLOAT64);
        double error = 5 / Math.sqrt(2.0 * weight.numel()); // five standard errors
        assertThat(weight.std().item()).isCloseTo(std, within(error * std));
        assertThat(weight.mean().item()).isCloseTo(0, within(5 * std / Math.sqrt(weight.numel())));
    }

    @ParameterizedTest
    @CsvSource({
        "vgg11, features.0.bias",
        "densenet121, classifier.bias",
        "squeezenet1_0, classifier.1.bias",
        "mobilenet_v2, classifier.1.bias",
        "mobilenet_v3_small, features.1.block.1.fc1.bias",
    })
    void biasesStartAtZero(String name, String parameter) {
        assertThat(create(name).namedParameters().get(parameter).abs().max().item()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"mobilenet_v2, 0.5, 1968680", "mobilenet_v3_small, 0.75, 1653920", "mobilenet_v3_large, 1.25, 8164744"})
    void mobileNetsHaveTorchvisionsChannelsAtOtherWidths(String name, double width, long parameters) {
        try (var meta = Device.META.open()) {
            Layer net =
                    Models.create(
                            name,
                            o -> {
                                switch (o) {
                                    case MobileNetV2.Options v2 -> v2.widthMult(width);
                                    case MobileNetV3.Options v3 -> v3.widthMult(width);
                                    default -> throw new AssertionError(name);
                                }
                            });
            assertThat(net.parameters().stream().mapToLong(Tensor::numel).sum()).isEqualTo(parameters);
        }
    }

    @Test
    void auxiliaryClassifiersAddToTheLoss() {
        Tensor logits = Tensors.tensor(new double[][] {{2, 0}, {0, 1}});
        Tensor auxiliary = Tensors.tensor(new double[][] {{1, 3}, {0, 0}});
        Tensor target = Tensors.tensor(0L, 1);
        double main = Tensors.crossEntropy(logits, target).item();
        double other = Tensors.crossEntropy(auxiliary, target).item();
        var outputs = new AuxiliaryOutputs(logits, List.of(auxiliary, auxiliary));
        assertThat(outputs.loss(target, 0.3).item()).isCloseTo(main + 0.6 * other, within(1e-6));
    }

    @Test
    void auxiliaryClassifiersRunInTrainingOnly() {
        GoogLeNet net = GoogLeNet.googlenet(o -> o.classes(4));
        Tensor x = Tensors.rand(2, 3, 32, 32);
        assertThat(net.forwardWithAuxiliary(x).auxiliary()).hasSize(2);
        assertThat(net.call(x).shape().dims()).containsExactly(2, 4);
        net.eval();
        assertThat(net.forwardWithAuxiliary(x).auxiliary()).isEmpty();
        net.train();
        Tensor target = Tensors.tensor(0L, 3);
        net.forwardWithAuxiliary(x).loss(target, 0.3).backward();
        assertThat(net.namedParameters().get("aux2.fc2.bias").grad()).isNotNull();
    }

    @Test
    void optionsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> Models.create("resnet18", o -> o.classes(0))).hasMessageContaining("classes: must be");
        assertThatThrownBy(() -> Models.create("vgg11", o -> o.dropout(1.5))).hasMessageContaining("from 0 to 1");
        assertThatThrownBy(() -> Models.create("lenet", o -> {})).hasMessageContaining("lenet has no options");
        assertThatThrownBy(() -> GoogLeNet.googlenet(o -> o.transformInput(true).channels(1)))
                .hasMessageContaining("transformInput: images have three channels, not 1");
    }
}
