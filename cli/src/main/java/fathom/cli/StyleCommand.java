package fathom.cli;

import fathom.Device;
import fathom.Tensor;
import fathom.vision.Images;
import fathom.vision.style.StyleFeatures;
import fathom.vision.style.StyleTransfer;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the content of one image in the style of another. */
@Command(
        name = "style",
        description = {
            "Draw the content of one image in the style of another, by neural style transfer (Gatys et al., 2016).",
            "Without weights a small network is trained first, which takes about a minute and gives plainer pictures."
        },
        showDefaultValues = true)
final class StyleCommand implements Callable<Integer> {
    private static final int LEAST_SIZE = 32;

    @Spec private CommandSpec spec;

    @Mixin private Common common;

    @Parameters(index = "0", paramLabel = "CONTENT", description = "The image to show.")
    private Path content;

    @Parameters(index = "1", paramLabel = "STYLE", description = "The image whose style to take on.")
    private Path style;

    @Option(
            names = "--weights",
            paramLabel = "FILE",
            description = "torchvision's weights of VGG-19, vgg19-dcbb9e9d.pth or the same as .safetensors.")
    private @Nullable Path weights;

    @Option(names = "--out", paramLabel = "FILE", defaultValue = "styled.png", description = "The picture, a PNG file.")
    private Path out;

    @Option(
            names = "--size",
            paramLabel = "N",
            defaultValue = "300",
            description = "Shorter side of the picture in pixels; both images are resized to it.")
    private int size;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "500", description = "Number of steps.")
    private int steps;

    @Option(names = "--lr", paramLabel = "X", defaultValue = "0.3", description = "Learning rate of Adam.")
    private double lr;

    @Option(names = "--content-weight", paramLabel = "X", description = "Weight of the content loss.")
    private @Nullable Double contentWeight;

    @Option(names = "--style-weight", paramLabel = "X", description = "Weight of the style losses.")
    private @Nullable Double styleWeight;

    @Option(
            names = "--tv-weight",
            paramLabel = "X",
            description = "Weight of the total variation: higher for smoother pictures.")
    private @Nullable Double tvWeight;

    @Mixin private DeviceOption device;

    @Override
    public Integer call() throws IOException {
        if (size < LEAST_SIZE) {
            throw wrong(String.format(Locale.ROOT, "--size: must be at least %d, is %d", LEAST_SIZE, size));
        }
        if (steps < 1) {
            throw wrong(String.format(Locale.ROOT, "--steps: must be at least 1, is %d", steps));
        }
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw wrong("--out: must end in .png, is " + out);
        }
        Device on = device.device(spec);
        Tensor from = read(content);
        Tensor to = read(style);
        PrintWriter err = spec.commandLine().getErr();
        StyleFeatures features = on.with(() -> features(err));
        StyleTransfer transfer;
        try {
            transfer = new StyleTransfer(features, o -> configure(o, err));
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        }
        Tensor picture = on.with(() -> transfer.apply(from, to));
        Images.write(out, picture.to(Device.CPU));
        PrintWriter print = spec.commandLine().getOut();
        print.println(
                String.format(
                        Locale.ROOT,
                        "%s in the style of %s: %s, %d x %d",
                        content,
                        style,
                        out,
                        picture.size(1),
                        picture.size(2)));
        print.flush();
        return 0;
    }

    private void configure(StyleTransfer.Options o, PrintWriter err) {
        o.steps(steps).lr(lr).decayEvery(Math.max(1, steps / 10)).report(Math.max(1, steps / 10), err::println);
        if (contentWeight != null) {
            o.contentWeight(contentWeight);
        }
        if (styleWeight != null) {
            o.styleWeight(styleWeight);
        }
        if (tvWeight != null) {
            o.tvWeight(tvWeight);
        }
    }

    private StyleFeatures features(PrintWriter err) {
        if (weights == null) {
            err.println(
                    "no --weights: a small network learns to tell generated textures apart, and serves instead of VGG-19");
            return StyleFeatures.small();
        }
        try {
            return StyleFeatures.vgg19(weights);
        } catch (IllegalArgumentException | IOException e) {
            throw wrong("--weights: " + e.getMessage());
        }
    }

    private Tensor read(Path file) throws IOException {
        return Transforms.resize(size).apply(Images.read(file, o -> o.applyExifOrientation(true)));
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
