package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Device;
import fathom.nn.Summary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Parameters and multiply-adds of torchvision's networks are those of the table in its documentation ("Table of all
 * available classification weights", column GFLOPS: billions of multiply-adds of one image, to three digits).
 */
class PublishedCountsTest {
    @ParameterizedTest
    @CsvSource({
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
}
