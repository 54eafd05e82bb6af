package fathom.vision.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Dataset;
import fathom.data.hub.Archives;
import fathom.data.hub.DataHub;
import fathom.data.hub.FileDigest;
import fathom.data.hub.RemoteFile;
import fathom.vision.Images;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hot dogs, and the competitions' images. */
class ImageFoldersTest {
    @TempDir static Path cache;

    @TempDir Path folder;

    private static DataHub nowhere;

    @BeforeAll
    static void hub() {
        nowhere = DataHub.standard().withDataFolder(null).withCache(cache).withDownload(null);
    }

    @Test
    void kagglesRealImagesAreReadWithTheirLabels() throws IOException {
        Path data = DataHub.standard().dataFolder().orElse(Path.of("none"));
        Path images = data.resolve("cifar10_train_tiny.zip");
        Path labels = data.resolve("cifar10_trainLabels.csv.zip");
        assumeTrue(
                Files.exists(images) && Files.exists(labels),
                "the real CIFAR-10 images are not on this machine (FATHOM_DATA)");
        Archives.unpack(images, folder.resolve("images"));
        Archives.unpack(labels, folder.resolve("labels"));
        Path tiny = Files.createDirectory(folder.resolve("kaggle_cifar10_tiny"));
        Files.move(folder.resolve("images/train_tiny"), tiny.resolve("train"));
        // the labels of those that are here: all of Kaggle's 50,000 are in the file
        var lines = Files.readAllLines(folder.resolve("labels/trainLabels.csv"));
        var kept =
                lines.stream()
                        .filter(l ->
                                l.startsWith("id") || Files.exists(tiny.resolve("train/" + l.split(",")[0] + ".png")))
                        .toList();
        Files.write(tiny.resolve("trainLabels.csv"), kept);
        KaggleImages cifar = KaggleImages.cifar10(nowhere.withDataFolder(folder), o -> {}, line -> {});
        assertThat(cifar.isStandIn()).isFalse();
        assertThat(cifar.train().size()).isEqualTo(100);
        assertThat(cifar.train().classes()).containsExactlyElementsOf(Cifar10.classNames());
        assertThat(cifar.train().get(0).x().shape().dims()).containsExactly(3, 32, 32);
        assertThat(cifar.testFiles()).isEmpty();
        int first = cifar.train().files().indexOf(tiny.resolve("train/1.png"));
        assertThat(cifar.train().classes().get((int) cifar.train().get(first).y().itemLong())).isEqualTo("frog");
    }

    @Test
    void theCoursesPhotographsAreFound() throws IOException {
        DataHub hub = DataHub.standard().withDownload(null);
        assumeTrue(hub.find("pictures").isPresent(), "the course's photographs are not on this machine (FATHOM_DATA)");
        for (RemoteFile file : hub.card("pictures").files()) {
            Path path = hub.file("pictures", file.name());
            assertThat(Files.size(path)).isEqualTo(file.bytes());
            assertThat(FileDigest.of(path, "SHA-1")).isEqualTo(file.digest());
        }
        assertThat(Images.read(hub.file("pictures", "catdog.jpg")).shape().dims()).containsExactly(3, 561, 728);
    }

    /** {@return features of all examples, and their labels} */
    private static Tensor[] colors(Dataset data) {
        var means = new ArrayList<Tensor>();
        var labels = new long[(int) data.size()];
        for (int i = 0; i < labels.length; i++) {
            var example = data.get(i);
            means.add(
                    Tensors.cat(
                            java.util.List.of(example.x().mean(new int[] {1, 2}), example.x().std(new int[] {1, 2})),
                            0));
            labels[i] = example.y().itemLong();
        }
        return new Tensor[] {Tensors.stack(means, 0), Tensors.tensor(labels)};
    }

    /** {@return the accuracy of a linear classifier by least squares} */
    private static double linear(Tensor[] train, Tensor[] test, int classes) {
        Tensor a = withOne(train[0]);
        Tensor targets = Tensors.oneHot(train[1], classes).to(DType.FLOAT32);
        Tensor normal = a.t().matmul(a).add(Tensors.eye(a.size(1)).mul(1e-4));
        Tensor scores = withOne(test[0]).matmul(normal.solve(a.t().matmul(targets)));
        return scores.argmax(1).eq(test[1]).to(DType.FLOAT32).mean().item();
    }

    private static Tensor withOne(Tensor x) {
        return Tensors.cat(java.util.List.of(x, Tensors.ones(x.size(0), 1)), 1);
    }

    @Test
    void coloursDoNotTellAHotDog() {
        var notices = new ArrayList<String>();
        HotDog data = HotDog.load(nowhere, o -> {}, notices::add);
        assertThat(notices).hasSize(1);
        assertThat(data.isStandIn()).isTrue();
        assertThat(data.train().classes()).containsExactly("hotdog", "not-hotdog");
        assertThat(data.train().size()).isEqualTo(400);
        assertThat(data.test().size()).isEqualTo(200);
        assertThat(linear(colors(data.train()), colors(data.test()), 2)).isLessThan(0.75);
    }

    @Test
    void coloursDoNotTellABreed() throws IOException {
        KaggleImages dogs = KaggleImages.dogs(nowhere, o -> {}, line -> {});
        assertThat(dogs.isStandIn()).isTrue();
        assertThat(dogs.train().classes()).hasSize(12);
        assertThat(dogs.train().size()).isEqualTo(600);
        assertThat(dogs.testFiles()).hasSize(10);
        assertThat(Images.read(dogs.testFiles().getFirst()).shape().dims()).containsExactly(3, 96, 96);
        Tensor[] all = colors(dogs.train());
        Tensor[] train = {all[0].narrow(0, 0, 480), all[1].narrow(0, 0, 480)};
        Tensor[] test = {all[0].narrow(0, 480, 120), all[1].narrow(0, 480, 120)};
        assertThat(linear(train, test, 12)).isLessThan(0.4);
    }

    @Test
    void theStandInOfKagglesCifar10HasItsForm() {
        KaggleImages cifar = KaggleImages.cifar10(nowhere, o -> {}, line -> {});
        assertThat(cifar.isStandIn()).isTrue();
        assertThat(cifar.train().size()).isEqualTo(1000);
        assertThat(cifar.train().classes()).containsExactlyElementsOf(Cifar10.classNames());
        assertThat(cifar.testFiles().stream().map(f -> f.getFileName().toString()))
                .containsExactly("1.png", "2.png", "3.png", "4.png", "5.png");
    }

    @Test
    void whatIsHandedInHasARowPerTestImage() throws IOException {
        KaggleImages cifar = KaggleImages.cifar10(nowhere, o -> {}, line -> {});
        var images = cifar.test(Transforms.resize(8, 8));
        assertThat(images.size()).isEqualTo(5);
        assertThat(images.get(4).x().shape().dims()).containsExactly(3, 8, 8);
        assertThat(images.get(4).x().max().item()).isLessThanOrEqualTo(1);
        Tensor scores = Tensors.zeros(5, 10);
        for (int i = 0; i < 5; i++) {
            scores.select(0, i).select(0, 9 - i).fill_(2);
        }
        Path file = folder.resolve("submission.csv");
        cifar.submission(scores).writeCsv(file);
        assertThat(Files.readAllLines(file))
                .containsExactly("id,label", "1,truck", "2,ship", "3,horse", "4,frog", "5,dog");
        var probabilities = cifar.probabilities(scores);
        assertThat(probabilities.columns()).startsWith("id", "airplane").hasSize(11);
        double most = Math.exp(2) / (Math.exp(2) + 9);
        assertThat(probabilities.tensor("truck").toDoubleArray())
                .containsExactly(
                        new double[] {most, (1 - most) / 9, (1 - most) / 9, (1 - most) / 9, (1 - most) / 9},
                        within(1e-6));
        assertThatThrownBy(() -> cifar.submission(Tensors.zeros(4, 10)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("submission: expected scores [5, 10], a row per test image, got [4, 10]");
    }
}
