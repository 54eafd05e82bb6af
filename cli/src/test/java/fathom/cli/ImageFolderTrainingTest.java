package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.vision.Images;
import fathom.vision.models.ResNet;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of images of one's own, drawn here: from the command line to a trained model and its predictions. */
class ImageFolderTrainingTest {
    private static final List<String> SHAPES = List.of("disc", "square", "triangle");
    private static final List<String> ENDINGS = List.of("png", "jpg", "bmp", "gif");
    private static final Pattern ACCURACY = Pattern.compile("test acc (\\d\\.\\d+)");

    @TempDir Path folder;

    private static BufferedImage shape(String kind, Random random) {
        int side = 36 + random.nextInt(24);
        var image = new BufferedImage(side, side + random.nextInt(8), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(Color.HSBtoRGB(random.nextFloat(), 0.15f, 0.95f)));
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        g.setColor(new Color(Color.HSBtoRGB(random.nextFloat(), 0.9f, 0.5f)));
        int size = side / 2 + random.nextInt(side / 5);
        int x = random.nextInt(side - size);
        int y = random.nextInt(side - size);
        switch (kind) {
            case "disc" -> g.fillOval(x, y, size, size);
            case "square" -> g.fillRect(x, y, size, size);
            default -> g.fillPolygon(new int[] {x, x + size, x + size / 2}, new int[] {y + size, y + size, y}, 3);
        }
        g.dispose();
        return image;
    }

    private Path draw(Path root, int perClass, long seed) throws IOException {
        var random = new Random(seed);
        for (String kind : SHAPES) {
            Path place = Files.createDirectories(root.resolve(kind));
            for (int i = 0; i < perClass; i++) {
                String ending = ENDINGS.get(i % ENDINGS.size());
                assertThat(ImageIO.write(shape(kind, random), ending, place.resolve(i + "." + ending).toFile()))
                        .isTrue();
            }
        }
        return root;
    }

    private static double accuracy(Cli trained) {
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        var matcher = ACCURACY.matcher(trained.lines().getFirst());
        assertThat(matcher.find()).as(trained.out()).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void shapesAreLearntEvaluatedAndNamed() throws IOException {
        Path data = draw(folder.resolve("shapes"), 60, 1);
        Files.writeString(data.resolve("disc/broken.png"), "not an image");
        Path run = folder.resolve("run");
        Object[] train = {
            "train",
            "image-folder",
            "--data",
            data,
            "--width",
            16,
            "--image-size",
            32,
            "--epochs",
            12,
            "--augment",
            "flip",
            "--out",
            run
        };
        Cli unreadable = Cli.run(train);
        assertThat(unreadable.exitCode()).isEqualTo(1);
        assertThat(unreadable.err()).contains(data.resolve("disc/broken.png") + ": not an image of a known format");

        Object[] skipping = Stream.concat(Stream.of(train), Stream.of("--skip-broken", "--overwrite")).toArray();
        Cli trained = Cli.run(skipping);
        assertThat(accuracy(trained)).isGreaterThan(0.75); // a third by chance
        assertThat(trained.err())
                .contains(
                        "1 file of " + data + " cannot be read and is left out:",
                        "image-folder on 144 images of 3 classes from "
                                + data
                                + " (disc, square, triangle), 36 more for"
                                + " testing, 32 x 32 pixels");

        Cli eval = Cli.run("eval", run, "--confusion");
        assertThat(eval.exitCode()).as(eval.err()).isZero();
        assertThat(eval.out()).contains("triangle");
        assertThat(eval.lines().getLast())
                .contains("acc %s".formatted(trained.lines().getFirst().split("test acc ")[1]));

        // images that the network has not seen, in a folder of their own; one of them is turned by its EXIF orientation
        Path others = draw(folder.resolve("others"), 4, 2);
        Cli elsewhere = Cli.run("eval", run, "--data", others);
        assertThat(elsewhere.exitCode()).as(elsewhere.err()).isZero();
        Cli predicted =
                Cli.run(
                        "predict",
                        run,
                        others.resolve("disc"),
                        others.resolve("square/0.png"),
                        "--out",
                        folder.resolve("p.csv"));
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines()).hasSize(7);
        assertThat(predicted.lines().getFirst()).startsWith(others.resolve("disc/0.png") + ": ").contains("disc ");
        List<String> csv = Files.readAllLines(folder.resolve("p.csv"));
        assertThat(csv.getFirst()).isEqualTo("image,class,probability,class 2,probability 2,class 3,probability 3");
        assertThat(csv).hasSize(6);
        assertThat(Images.read(run.resolve("predictions.png")).numel()).isPositive();

        Cli withBroken = Cli.run("predict", run, data.resolve("disc/broken.png"), others.resolve("disc/0.png"));
        assertThat(withBroken.exitCode()).isEqualTo(1);
        assertThat(withBroken.err()).contains("fathom predict: " + data.resolve("disc/broken.png") + ": not an image");
        assertThat(withBroken.lines()).hasSize(2);
        assertThat(Cli.run("predict", run).lines()).hasSize(12).last().asString().startsWith("images: ");
        assertThat(Cli.run("predict", run, "--out", "x.jpg").err()).contains("--out: must end in .png");
    }

    @Test
    void weightsOfTorchvisionsNetworksGetANewLastLayer() throws IOException {
        Path data = folder.resolve("parts");
        draw(data.resolve("train"), 4, 1);
        draw(data.resolve("val"), 2, 2);
        Layer pretrained = ResNet.resnet18();
        Path weights = folder.resolve("resnet18.safetensors");
        pretrained.stateDict().save(weights);
        Path run = folder.resolve("run");
        Cli trained =
                Cli.run(
                        "train",
                        "image-folder",
                        "--data",
                        data,
                        "--weights",
                        weights,
                        "--image-size",
                        32,
                        "--epochs",
                        1,
                        "--lr",
                        1e-9,
                        "--out",
                        run);
        accuracy(trained);
        assertThat(trained.err())
                .contains(
                        "weights of " + weights + ", apart from fc.bias and fc.weight",
                        "on 12 images of 3 classes",
                        "6 more for testing");
        float[] before = pretrained.namedParameters().get("layer4.1.conv2.weight").toFloatArray();
        float[] after =
                fathom.io.StateDict.load(run.resolve("model.safetensors")).get("layer4.1.conv2.weight").toFloatArray();
        for (int i = 0; i < before.length; i += 1000) {
            assertThat(after[i]).isCloseTo(before[i], org.assertj.core.api.Assertions.within(1e-6f));
        }
        Files.delete(weights); // the run needs them no more
        assertThat(Cli.run("eval", run).exitCode()).isZero();
        Cli other =
                Cli.run(
                        "train",
                        "image-folder",
                        "--data",
                        data,
                        "--model",
                        "resnet34",
                        "--weights",
                        run.resolve("model.safetensors"));
        assertThat(other.exitCode()).isEqualTo(2);
        assertThat(other.err()).contains("--weights: ", "is not of resnet34: layer1.2.conv1.weight is not in it");
    }

    @Test
    void theHeadLearnsAtItsOwnRateWhileTheBodyIsFrozen() throws IOException {
        Path data = folder.resolve("parts");
        draw(data.resolve("train"), 4, 1);
        draw(data.resolve("val"), 2, 2);
        Layer pretrained = ResNet.resnet18(o -> o.width(8));
        Path weights = folder.resolve("small.safetensors");
        pretrained.stateDict().save(weights);
        Path run = folder.resolve("run");
        Object[] fineTune = {
            "train",
            "image-folder",
            "--data",
            data,
            "--weights",
            weights,
            "--width",
            8,
            "--image-size",
            32,
            "--epochs",
            1
        };
        Cli trained = Cli.run(with(fineTune, "--freeze", "body", "--head-lr", 0.25, "--out", run));
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.err()).contains("60 of 62 parameters are frozen");
        StateDict after = StateDict.load(run.resolve("model.safetensors"));
        pretrained
                .stateDict()
                .entries()
                .forEach((name, t) -> {
                    if (!name.startsWith("fc.")) {
                        assertThat(after.get(name).equal(t)).as(name).isTrue();
                    }
                });
        assertThat(Images.read(run.resolve("pictures/predictions.png")).numel()).isPositive();
        assertThat(lastRate(run)).isEqualTo(0.25);
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 2, "--lr", 0.125);
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(lastRate(run)).isEqualTo(0.125);

        Path both = folder.resolve("both");
        Cli tuned =
                Cli.run(
                        with(
                                fineTune,
                                "--freeze",
                                "conv1,bn1,layer1",
                                "--head-lr",
                                1e-3,
                                "--base-lr",
                                1e-9,
                                "--out",
                                both));
        assertThat(tuned.exitCode()).as(tuned.err()).isZero();
        StateDict moved = StateDict.load(both.resolve("model.safetensors"));
        assertThat(moved.get("layer1.0.bn1.running_mean").equal(after.get("layer1.0.bn1.running_mean"))).isTrue();
        assertThat(moved.get("layer2.0.bn1.running_mean").equal(after.get("layer2.0.bn1.running_mean"))).isFalse();
        double difference =
                moved.get("layer4.0.conv1.weight").sub(after.get("layer4.0.conv1.weight")).abs().max().item();
        assertThat(difference).isLessThan(1e-6);

        assertThat(Cli.run(with(fineTune, "--freeze", "layer9")).err())
                .contains("--freeze: ", "has no parameter named layer9", "its parts are conv1, bn1, layer1");
        assertThat(Cli.run(with(fineTune, "--base-lr", "fast")).err())
                .contains("--base-lr: must be a positive number, is fast");
        assertThat(Cli.run(with(fineTune, "--head-lr", "-1")).exitCode()).isEqualTo(2);
    }

    private static Object[] with(Object[] command, Object... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray();
    }

    /** {@return the learning rate of the last epoch in the run's table of metrics} */
    private static double lastRate(Path run) throws IOException {
        List<String> history = Files.readAllLines(run.resolve("metrics.csv"));
        int column = List.of(history.getFirst().split(",")).indexOf("lr");
        return Double.parseDouble(history.getLast().split(",")[column]);
    }

    @Test
    void optionsOfTheModelAreShownAndRefusedByName() throws IOException {
        assertThat(Cli.run("models", "image-folder").out()).contains("--weights", "--image-size", "Default: resnet18");
        assertThat(Cli.run("train", "image-folder", "--help").out())
                .contains("Options of image-folder:", "--skip-broken");
        assertThat(Cli.run("train", "--help").out())
                .contains("some have options of their own", "diffusion, ", "image-folder, ", "table");
        assertThat(Cli.run("train", "softmax", "--image-size", 3).err())
                .contains("--image-size: softmax has no such option; image-folder has");
        assertThat(Cli.run("train", "image-folder").err()).contains("--data: which folder of images?");
        assertThat(Cli.run("train", "image-folder", "--data", folder.resolve("no")).err())
                .contains("--data: there is no folder");
        assertThat(Cli.run("train", "image-folder", "--image-size", "big").err())
                .contains("--image-size: must be an integer of at least 8, is big");
        Path data = draw(folder.resolve("few"), 2, 1);
        assertThat(Cli.run("train", "image-folder", "--data", data, "--model", "vit_b_16", "--image-size", 65).err())
                .contains("--image-size: VisionTransformer: patches of 16 pixels do not tile images of 65");
        assertThat(Cli.run("train", "image-folder", "--data", data, "--model", "lenet").err())
                .contains("--model: there is no lenet for images of a folder; there are ", "course-alexnet");
    }
}
