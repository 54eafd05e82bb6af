package fathom.vision.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.hub.DataHub;
import fathom.vision.ImageDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Cifar10Test {
    @TempDir Path folder;

    private static byte[] records(int... labels) {
        var bytes = new byte[3073 * labels.length];
        for (int i = 0; i < labels.length; i++) {
            bytes[i * 3073] = (byte) labels[i];
            for (int k = 0; k < 3072; k++) {
                bytes[i * 3073 + 1 + k] = (byte) (k / 1024 * 50 + i);
            }
        }
        return bytes;
    }

    @Test
    void theBinaryFormatIsRead() throws IOException {
        Path data = Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
        Files.write(data.resolve("data_batch_1.bin"), records(3, 9));
        Files.write(data.resolve("data_batch_2.bin"), records(0));
        Files.write(data.resolve("test_batch.bin"), records(5));
        DataHub hub = DataHub.standard().withDataFolder(folder).withCache(folder.resolve("cache")).withDownload(null);
        Cifar10 cifar = Cifar10.load(hub, line -> {});
        assertThat(cifar.isStandIn()).isFalse();
        assertThat(cifar.train().labels().toLongArray()).containsExactly(3, 9, 0);
        assertThat(cifar.train().images().shape().dims()).containsExactly(3, 3, 32, 32);
        Tensor second = cifar.train().images().select(0, 1);
        assertThat(second.get(0, 31, 31).item()).isEqualTo(1);
        assertThat(second.get(2, 0, 0).item()).isEqualTo(101);
        assertThat(cifar.test().size()).isEqualTo(1);
        assertThat(Cifar10.classNames().get(5)).isEqualTo("dog");

        Files.write(data.resolve("test_batch.bin"), records(10));
        assertThatThrownBy(() -> Cifar10.load(data))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("test_batch.bin: image 0 has label 10");
        Files.write(data.resolve("test_batch.bin"), new byte[3000]);
        assertThatThrownBy(() -> Cifar10.load(data)).hasMessageContaining("expected records of 3,073 bytes");
        Files.delete(data.resolve("test_batch.bin"));
        assertThatThrownBy(() -> Cifar10.load(data)).hasMessageContaining("test_batch.bin");
    }

    /** {@return the accuracy of the class whose mean is nearest} */
    private static double nearestMean(Tensor train, Tensor trainLabels, Tensor test, Tensor testLabels) {
        var means = new ArrayList<Tensor>();
        for (int c = 0; c < 10; c++) {
            Tensor weight = trainLabels.eq(c).to(DType.FLOAT32);
            means.add(train.mul(weight.unsqueeze(1)).sum(0).div(weight.sum()));
        }
        Tensor distances = Tensors.cdist(test, Tensors.stack(means, 0));
        return distances.argmin(1).eq(testLabels).to(DType.FLOAT32).mean().item();
    }

    private static Tensor pixels(ImageDataset data) {
        return data.images().to(DType.FLOAT32).div(255).reshape(data.size(), 3072);
    }

    private static Tensor meanColors(ImageDataset data) {
        return data.images().to(DType.FLOAT32).div(255).mean(new int[] {2, 3});
    }

    @Test
    void neitherColoursNorMeanImagesSolveTheStandIn() {
        var notices = new ArrayList<String>();
        DataHub nowhere = DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
        Cifar10 cifar = Cifar10.load(nowhere, notices::add);
        assertThat(notices).hasSize(1);
        assertThat(cifar.isStandIn()).isTrue();
        assertThat(cifar.train().size()).isEqualTo(2000);
        assertThat(cifar.test().size()).isEqualTo(500);
        Tensor labels = cifar.train().labels();
        double colors = nearestMean(meanColors(cifar.train()), labels, meanColors(cifar.test()), cifar.test().labels());
        double images = nearestMean(pixels(cifar.train()), labels, pixels(cifar.test()), cifar.test().labels());
        // the nearest training image
        Tensor nearest = Tensors.cdist(pixels(cifar.test()), pixels(cifar.train())).argmin(1);
        double neighbour = labels.indexSelect(0, nearest).eq(cifar.test().labels()).to(DType.FLOAT32).mean().item();
        assertThat(List.of(colors, images, neighbour)).as("%s %s %s", colors, images, neighbour).allMatch(a -> a < 0.4);
        assertThat(Cifar10.standIn().train().images().toByteArray()).isEqualTo(cifar.train().images().toByteArray());
    }
}
