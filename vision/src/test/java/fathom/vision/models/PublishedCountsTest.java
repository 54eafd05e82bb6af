package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Device;
import fathom.nn.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Parameters and multiply-adds of torchvision's networks are those of the table in its documentation ("Table of all
 * available classification weights", column GFLOPS: billions of multiply-adds of one image, to three digits).
 */
class PublishedCountsTest {
    @ParameterizedTest
    @CsvSource({
        "alexnet, 61100840, 0.714",
        "vgg11, 132863336, 7.609",
        "vgg11_bn, 132868840, 7.609",
        "vgg13, 133047848, 11.308",
        "vgg13_bn, 133053736, 11.308",
        "vgg16, 138357544, 15.470",
        "vgg16_bn, 138365992, 15.470",
        "vgg19, 143667240, 19.632",
        "vgg19_bn, 143678248, 19.632",
        "inception_v3, 27161264, 5.713",
        "densenet121, 7978856, 2.834",
        "densenet161, 28681000, 7.728",
        "densenet169, 14149480, 3.360",
        "densenet201, 20013928, 4.291",
        "squeezenet1_0, 1248424, 0.819",
        "squeezenet1_1, 1235496, 0.349",
        "mobilenet_v2, 3504872, 0.301",
        "mobilenet_v3_small, 2542856, 0.057",
        "mobilenet_v3_large, 5483032, 0.217",
        "shufflenet_v2_x0_5, 1366792, 0.040",
        "shufflenet_v2_x1_0, 2278604, 0.145",
        "shufflenet_v2_x1_5, 3503624, 0.296",
        "shufflenet_v2_x2_0, 7393996, 0.583",
        "resnet18, 11689512, 1.814",
        "resnet34, 21797672, 3.664",
        "resnet50, 25557032, 4.089",
        "resnet101, 44549160, 7.801",
        "resnet152, 60192808, 11.514",
        "resnext50_32x4d, 25028904, 4.230",
        "wide_resnet50_2, 68883240, 11.398",
        "efficientnet_b0, 5288548, 0.386",
        "efficientnet_b1, 7794184, 0.687",
        "efficientnet_b2, 9109994, 1.088",
        "efficientnet_b3, 12233232, 1.827",
        "efficientnet_v2_s, 21458488, 8.366",
        "convnext_tiny, 28589128, 4.456",
        "convnext_small, 50223688, 8.684",
        "vit_b_16, 86567656, 17.564",
        "vit_b_32, 88224232, 4.409",
        "swin_t, 28288354, 4.491",
        "swin_s, 49606258, 8.741",
        "regnet_y_400mf, 4344144, 0.402",
    })
    void areThePublishedOnes(String name, long parameters, double billions) {
        try (var meta = Device.META.open()) { // which takes no memory
            long[] image = Models.inputShape(name);
            Summary summary = Summary.of(Models.create(name), 1, image[0], image[1], image[2]);
            assertThat(summary.parameters()).isEqualTo(parameters);
            assertThat(Math.round(summary.multiplyAdds() / 1e6) / 1e3).isEqualTo(billions);
        }
    }

    /** The table's GoogLeNet has no auxiliary classifiers; the network as constructed has two. */
    @Test
    void googlenetIsPublishedWithoutAuxiliaryClassifiers() {
        try (var meta = Device.META.open()) {
            Summary summary = Summary.of(GoogLeNet.googlenet(o -> o.auxLogits(false)), 1, 3, 224, 224);
            assertThat(summary.parameters()).isEqualTo(6_624_904);
            assertThat(Math.round(summary.multiplyAdds() / 1e6) / 1e3).isEqualTo(1.498);
            assertThat(Summary.of(GoogLeNet.googlenet(), 1, 3, 224, 224).parameters()).isEqualTo(13_004_888);
        }
    }
}
