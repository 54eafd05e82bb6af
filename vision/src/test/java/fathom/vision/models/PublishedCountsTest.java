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
