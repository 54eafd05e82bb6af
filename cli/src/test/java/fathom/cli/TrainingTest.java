package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.io.StateDict;
import fathom.testkit.Weights;
import fathom.vision.FashionMnist;
import fathom.vision.Images;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the command line to a trained model and its predictions, on the pictures that come with Fathom. */
class TrainingTest {
    @TempDir Path folder;

    private static final Pattern LOSS = Pattern.compile("loss (\\S+), train acc (\\S+), test acc (\\S+)");

    private static double testAccuracy(Cli trained) {
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.lines()).hasSize(2);
        assertThat(trained.lines().get(1)).matches("\\d+\\.\\d examples/sec on cpu");
        Matcher m = LOSS.matcher(trained.lines().getFirst());
        assertThat(m.matches()).as(trained.out()).isTrue();
        return Double.parseDouble(m.group(3));
    }

    private static Cli train(String model, Path out, Object... more) {
        Object[] args =
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.<Object>of(
                                        "train", model, "--data", "sample", "--out", out, "--quiet"),
                                java.util.stream.Stream.of(more))
                        .toArray();
        return Cli.run(args);
    }

    @Test
    void linearRegressionFindsTheCoursesLine() throws IOException {
        Path run = folder.resolve("linear");
        Cli trained = Cli.run("train", "linear", "--out", run);
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        assertThat(trained.lines().getFirst()).startsWith("loss ");
        assertThat(trained.lines().getLast()).matches("\\d+\\.\\d examples/sec on cpu");
        StateDict state = StateDict.load(run.resolve("model.safetensors"));
        float[] weight = tensor(state, "0.weight").toFloatArray();
        assertThat(weight[0]).isCloseTo(2f, within(0.01f));
        assertThat(weight[1]).isCloseTo(-3.4f, within(0.01f));
        assertThat(tensor(state, "0.bias").toFloatArray()[0]).isCloseTo(4.2f, within(0.01f));
        Cli eval = Cli.run("eval", run);
        assertThat(eval.exitCode()).isZero();
        assertThat(eval.out()).matches("loss \\d\\.\\d+e-\\d+\\R");
        Cli predicted = Cli.run("predict", run, "1,1", "0,-2");
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        double[] y = predicted.lines().stream().mapToDouble(l -> Double.parseDouble(l.split(": ")[1])).toArray();
        assertThat(y).usingComparatorWithPrecision(0.05).containsExactly(2 - 3.4 + 4.2, 2 * 3.4 + 4.2);
        assertThat(Cli.run("predict", run, "--count", 3).lines()).hasSize(3).allMatch(l -> l.contains(" (is "));
        assertThat(Cli.run("predict", run, "one").exitCode()).isEqualTo(2);
        assertThat(Cli.run("eval", run, "--confusion").err()).contains("--confusion: linear has no classes");
    }

    private static Tensor tensor(StateDict state, String name) {
        return java.util.Objects.requireNonNull(state.get(name), name);
    }

    @Test
    void softmaxRegressionLearnsAndIsKept() throws IOException {
        Path run = folder.resolve("softmax");
        Cli trained = train("softmax", run, "--epochs", 5, "--batch-size", 64, "--tensorboard");
        assertThat(trained.err()).isEmpty();
        double accuracy = testAccuracy(trained);
        assertThat(accuracy).isGreaterThan(0.75);

        Cli eval = Cli.run("eval", run, "--confusion");
        assertThat(eval.exitCode()).as(eval.err()).isZero();
        assertThat(eval.lines()).hasSize(12);
        assertThat(eval.lines().getLast()).contains(String.format(Locale.ROOT, "acc %.3f", accuracy));
        assertThat(eval.out()).contains("ankle boot");
        assertThat(Cli.run("predict", run, "--top", 11).err()).contains("--top: must be from 1 to 10, is 11");
        assertThat(run.resolve("curve.png")).exists();
        assertThat(run.resolve("curve.svg")).exists();
        assertThat(run.resolve("pictures/predictions.svg")).content().contains("epoch ", "trouser");
        try (var events = Files.newDirectoryStream(run, "events.out.tfevents.*")) {
            assertThat(events).hasSize(1);
        }
        assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(6);
    }

    @Test
    void theMultilayerPerceptronLearns() {
        assertThat(testAccuracy(train("mlp", folder.resolve("mlp"), "--epochs", 4, "--batch-size", 64)))
                .isGreaterThan(0.77);
    }

    @Test
    void leNetLearns() {
        // with the course's plain descent sigmoids take a thousand updates to get going
        Object[] settings = {"--epochs", 3, "--batch-size", 32, "--optimizer", "adam", "--lr", 0.005};
        assertThat(testAccuracy(train("lenet", folder.resolve("lenet"), settings))).isGreaterThan(0.62);
    }

    @Test
    void theSampleIsGoneThroughSoOftenThatUpdatesAreAsMany() throws IOException {
        Path run = folder.resolve("softmax");
        Cli trained = Cli.run("train", "softmax", "--data", "sample", "--limit", 12_000, "--out", run);
        assertThat(testAccuracy(trained)).isGreaterThan(0.7);
        assertThat(trained.err().lines().toList())
                .containsExactly(
                        "softmax on 6,000 images of Fashion-MNIST from the embedded sample"
                                + " (20 epochs, for as many updates as 10 of 12,000 examples), into "
                                + run);
        assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(21);

        // what the user says goes
        Cli limited = Cli.run("train", "softmax", "--data", "sample", "--limit", 50, "--out", folder.resolve("few"));
        assertThat(limited.err()).startsWith("softmax on 50 images of Fashion-MNIST from the embedded sample, into");
        assertThat(Files.readAllLines(folder.resolve("few/metrics.csv"))).hasSize(11);
    }

    @Test
    void aTrainingThatIsTooShortToLearnIsWarnedOf() {
        Cli few = Cli.run("train", "softmax", "--limit", 1500, "--epochs", 2, "--out", folder.resolve("few"));
        assertThat(few.err())
                .contains(
                        "only 12 updates of the weights, and this recipe makes 2,350: expect a network that has hardly");
        Cli enough = Cli.run("train", "softmax", "--limit", 1500, "--epochs", 40, "--out", folder.resolve("enough"));
        assertThat(enough.err()).doesNotContain("updates");
    }

    @Test
    void aRateThatDecaysDoesSoByUpdates() throws IOException {
        Path run = folder.resolve("relu");
        testAccuracy(train("lenet-relu", run, "--limit", 9_000, "--batch-size", 3_000));
        var lines = Files.readAllLines(run.resolve("metrics.csv"));
        assertThat(lines).hasSize(16);
        int lr = java.util.List.of(lines.getFirst().split(",")).indexOf("lr");
        // the rate of the last of 15 epochs, as it would be after two thirds of them
        assertThat(Double.parseDouble(lines.getLast().split(",")[lr]))
                .isCloseTo(0.006 * Math.pow(0.8, 14 / 1.5), within(1e-6));
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 16, "--quiet");
        testAccuracy(resumed);
        assertThat(Double.parseDouble(Files.readAllLines(run.resolve("metrics.csv")).getLast().split(",")[lr]))
                .isCloseTo(0.006 * Math.pow(0.8, 10), within(1e-6));
    }

    @Test
    void leNetWithReluLearnsAndPredicts() throws IOException {
        Path run = folder.resolve("relu");
        assertThat(testAccuracy(train("lenet-relu", run, "--epochs", 4, "--batch-size", 64))).isGreaterThan(0.78);

        Cli predicted = Cli.run("predict", run, "--top", 2);
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines()).hasSize(12);
        Matcher right = Pattern.compile("(\\d+) of 10 right").matcher(predicted.lines().get(10));
        assertThat(right.matches()).isTrue();
        assertThat(Integer.parseInt(right.group(1))).isGreaterThanOrEqualTo(7);
        assertThat(ImageIO.read(run.resolve("predictions.png").toFile()).getWidth()).isGreaterThan(500);

        // the trouser of the sample, small and grey as it is, and large, coloured and dark on white
        Tensor trouser = trouser();
        Path small = folder.resolve("small.png");
        Images.write(small, trouser);
        Path large = folder.resolve("large.jpg");
        paintLarge(trouser, large);
        Path page = folder.resolve("page.png");
        Cli files = Cli.run("predict", run, small, large, "--out", page, "--top", 1);
        assertThat(files.exitCode()).as(files.err()).isZero();
        assertThat(files.lines().get(0)).startsWith(small + ": trouser ");
        assertThat(files.lines().get(1)).startsWith(large + ": trouser ");
        assertThat(page).exists();

        // as a camera that was turned to its left stores it
        Path turned = folder.resolve("turned.png");
        Images.write(turned, trouser.transpose(1, 2).flip(1));
        markAsTurnedLeft(turned);
        Cli upright = Cli.run("predict", run, turned, "--out", page, "--top", 1);
        assertThat(upright.lines().getFirst().replace("turned", "small")).isEqualTo(files.lines().getFirst());

        Path text = Files.writeString(folder.resolve("text.png"), "not an image");
        Cli bad = Cli.run("predict", run, text);
        assertThat(bad.exitCode()).isEqualTo(1);
        assertThat(bad.err().lines()).hasSize(1);
        assertThat(Cli.run("predict", run, folder.resolve("none.png")).exitCode()).isEqualTo(2);
    }

    /** Puts EXIF's orientation 6 into a PNG file, behind its header of 33 bytes. */
    private static void markAsTurnedLeft(Path file) throws IOException {
        byte[] png = Files.readAllBytes(file);
        ByteBuffer chunk = ByteBuffer.allocate(4 + 4 + 22 + 4).putInt(22).putInt(0x65584966);
        chunk.putInt(0x4D4D002A).putInt(8).putShort((short) 1);
        chunk.putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) 6).putShort((short) 0);
        var crc = new CRC32();
        crc.update(chunk.array(), 4, 26);
        chunk.putInt((int) crc.getValue());
        Files.write(file, Arrays.copyOf(png, 33));
        Files.write(file, chunk.array(), StandardOpenOption.APPEND);
        Files.write(file, Arrays.copyOfRange(png, 33, png.length), StandardOpenOption.APPEND);
    }

    @Test
    void aNetworkOfLargerPicturesIsTrainedResumedTestedAndAsked() throws IOException {
        Path run = folder.resolve("googlenet");
        testAccuracy(train("course-googlenet", run, "--epochs", 1, "--limit", 32, "--batch-size", 16));
        assertThat(Files.readString(run.resolve("config.json")))
                .contains("\"trainingExamples\" : 32", "\"testExamples\" : 32", "\"limit\" : 32");
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 2);
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("course-googlenet on 32 images");
        assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(3);
        Cli eval = Cli.run("eval", run, "--limit", 20);
        assertThat(eval.out()).matches("loss \\S+, acc \\S+\\R");
        Path small = folder.resolve("small.png");
        Images.write(small, trouser());
        Cli predicted = Cli.run("predict", run, small, "--top", 1);
        assertThat(predicted.exitCode()).as(predicted.err()).isZero();
        assertThat(predicted.lines().getFirst()).startsWith(small + ": ");
        Cli page = Cli.run("predict", run, "--count", 2);
        assertThat(page.lines()).hasSize(4);
    }

    private static Tensor trouser() {
        var test = FashionMnist.sample().test();
        long[] labels = test.labels().toLongArray();
        int i = 0;
        while (labels[i] != FashionMnist.classNames().indexOf("trouser")) {
            i++;
        }
        return test.images().select(0, i);
    }

    private static void paintLarge(Tensor picture, Path file) throws IOException {
        var small = Images.toImage(picture);
        var large = new java.awt.image.BufferedImage(400, 300, java.awt.image.BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 300; y++) {
            for (int x = 0; x < 400; x++) {
                int sx = (x - 50) * 28 / 300;
                int value = x < 50 || x >= 350 ? 0 : small.getRaster().getSample(sx, y * 28 / 300, 0);
                int light = 255 - value;
                large.setRGB(x, y, light << 16 | light << 8 | Math.min(255, light + 10));
            }
        }
        ImageIO.write(large, "jpg", file.toFile());
    }

    @Test
    void theSameSeedGivesTheSameWeightsWhateverTheThreads() throws IOException {
        int before = fathom.Fathom.threads();
        try {
            train("lenet-relu", folder.resolve("a"), "--epochs", 1, "--threads", 1);
            train("lenet-relu", folder.resolve("b"), "--epochs", 1, "--threads", 3);
            train("lenet-relu", folder.resolve("c"), "--epochs", 1, "--seed", 1);
        } finally {
            fathom.Fathom.setThreads(before);
        }
        java.util.List<String> a = Weights.of(folder.resolve("a/model.safetensors"));
        assertThat(Weights.of(folder.resolve("b/model.safetensors"))).isEqualTo(a);
        assertThat(Weights.of(folder.resolve("c/model.safetensors"))).isNotEqualTo(a);
    }

    @Test
    void aDeviceOfItsOwnGivesTheSameWeights() throws IOException {
        train("lenet-relu", folder.resolve("first"), "--epochs", 1, "--limit", 640);
        Cli second = train("lenet-relu", folder.resolve("second"), "--epochs", 1, "--limit", 640, "--device", "cpu:1");
        assertThat(second.lines().getLast()).endsWith("examples/sec on cpu:1");
        assertThat(Weights.of(folder.resolve("second/model.safetensors")))
                .isEqualTo(Weights.of(folder.resolve("first/model.safetensors")));
        for (String command : new String[] {"eval", "predict"}) {
            Cli here = Cli.run(command, folder.resolve("first"), "--best");
            assertThat(here.exitCode()).as(here.err()).isZero();
            Cli there = Cli.run(command, folder.resolve("first"), "--best", "--device", "cpu:1");
            assertThat(there.out()).isEqualTo(here.out());
        }
    }

    @Test
    void aRunGoesOnWhereItStood() throws IOException {
        testAccuracy(train("softmax", folder.resolve("whole"), "--epochs", 3, "--lr", 0.05));
        testAccuracy(train("softmax", folder.resolve("parts"), "--epochs", 1, "--lr", 0.05));
        Cli rest = Cli.run("train", "--resume", folder.resolve("parts"), "--epochs", 3, "--quiet");
        testAccuracy(rest);
        assertThat(Weights.of(folder.resolve("parts/model.safetensors")))
                .isEqualTo(Weights.of(folder.resolve("whole/model.safetensors")));
        Cli nothing = Cli.run("train", "--resume", folder.resolve("parts"), "--epochs", 2, "--quiet");
        assertThat(nothing.exitCode()).isZero();
        assertThat(nothing.err()).contains("nothing was left to do: the run has 3 epochs");
        assertThat(Cli.run("train", "mlp", "--resume", folder.resolve("parts")).err())
                .contains("is a run of softmax, not of mlp");
        assertThat(Cli.run("train", "--resume", folder.resolve("parts"), "--out", folder).exitCode()).isEqualTo(2);
    }

    @Test
    void aRateThatIsGivenToARunThatIsResumedTakesEffect() throws IOException {
        Path run = folder.resolve("softmax");
        testAccuracy(train("softmax", run, "--epochs", 1, "--lr", 0.05));
        testAccuracy(Cli.run("train", "--resume", run, "--epochs", 2, "--lr", 0.5, "--batch-size", 128, "--quiet"));
        testAccuracy(Cli.run("train", "--resume", run, "--epochs", 3, "--quiet"));
        var lines = Files.readAllLines(run.resolve("metrics.csv"));
        int lr = java.util.List.of(lines.getFirst().split(",")).indexOf("lr");
        assertThat(lines.stream().skip(1).map(l -> l.split(",")[lr])).containsExactly("0.05", "0.5", "0.5");
        assertThat(Files.readString(run.resolve("config.json"))).contains("\"lr\" : 0.5", "\"batchSize\" : 128");
    }

    @Test
    void weightsOfAnotherRunAreRefused() throws IOException {
        testAccuracy(train("softmax", folder.resolve("a"), "--epochs", 1, "--limit", 500));
        testAccuracy(train("softmax", folder.resolve("b"), "--epochs", 1, "--limit", 500));
        Files.copy(
                folder.resolve("a/model.safetensors"),
                folder.resolve("b/model.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Cli eval = Cli.run("eval", folder.resolve("b"));
        assertThat(eval.exitCode()).isEqualTo(1);
        assertThat(eval.err()).contains("model.safetensors and config.json belong to different runs");
        assertThat(Cli.run("eval", folder.resolve("b"), "--best").exitCode()).isZero();
    }

    @Test
    void aRunIsOverwrittenIfTheUserSaysSo() throws IOException {
        Path run = folder.resolve("softmax");
        testAccuracy(train("softmax", run, "--epochs", 2, "--limit", 500));
        assertThat(train("softmax", run, "--epochs", 1).exitCode()).isEqualTo(2);
        testAccuracy(train("softmax", run, "--epochs", 1, "--limit", 500, "--overwrite"));
        assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(2);
    }

    @Test
    void aLossThatIsNoNumberEndsTheTrainingInOneLine() {
        Path run = folder.resolve("mlp");
        Cli cli = train("mlp", run, "--epochs", 2, "--lr", 1e30);
        assertThat(cli.exitCode()).isEqualTo(1);
        assertThat(cli.out()).isEmpty();
        assertThat(cli.err().lines()).hasSize(1);
        assertThat(cli.err()).matches("(?s)fathom train: the loss is (NaN|-?Infinity) in epoch 1, batch \\d+ of .*");
        assertThat(run.resolve("model.safetensors")).doesNotExist();
    }

    @Test
    void aTestThatGivesNoNumberIsAFailure() throws IOException {
        Path run = folder.resolve("softmax");
        testAccuracy(train("softmax", run, "--epochs", 1, "--limit", 500));
        Path file = run.resolve("model.safetensors");
        StateDict state = StateDict.load(file);
        state.entries().values().forEach(t -> t.fill_(Double.NaN));
        state.save(file);
        Cli eval = Cli.run("eval", run, "--limit", 100);
        assertThat(eval.exitCode()).isEqualTo(1);
        assertThat(eval.out()).isEqualTo("loss NaN, acc NaN\n");
    }

    /** With the statistics of the whole batch two devices compute what one does. */
    @Test
    void devicesShareATraining() {
        List<String> one = train("batchnorm-lenet", folder.resolve("one"), "--limit", 200, "--epochs", 1).lines();
        Cli two =
                train(
                        "batchnorm-lenet",
                        folder.resolve("two"),
                        "--limit",
                        200,
                        "--epochs",
                        1,
                        "--devices",
                        "cpu:0,cpu:1",
                        "--sync-batch-norm",
                        "--shard-optimizer");
        assertThat(two.exitCode()).as(two.err()).isZero();
        assertThat(two.lines().getFirst()).isEqualTo(one.getFirst());
        Cli alone = train("batchnorm-lenet", folder.resolve("alone"), "--sync-batch-norm");
        assertThat(alone.exitCode()).isEqualTo(2);
        assertThat(alone.err()).contains("--sync-batch-norm: needs several devices or processes");
    }
}
