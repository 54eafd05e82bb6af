package fathom.vision.detection;

import fathom.Tensor;
import fathom.plot.Plot;
import fathom.train.recipe.DetectorTask;
import fathom.vision.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Images with the objects that a detector finds in them, as lines of text and drawn on a page.
 *
 * {@snippet :
 * var page = new DetectionPage(detector, d -> d.threshold(0.9));
 * page.addFiles(List.of("street.jpg", "pictures"), System.err::println).forEach(IO::println);
 * page.save(Path.of("detections.png"));
 * }
 */
public final class DetectionPage {
    /** The number of images on the page. */
    private static final int MOST_SHOWN = 60;

    private static final double CELL = 256;
    private static final int COLUMNS = 4;

    private final Detector net;
    private final Consumer<DetectOptions> options;
    private final List<Tensor> images = new ArrayList<>();
    private final List<Detections> found = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    /** An empty page. */
    public DetectionPage(Detector net, Consumer<DetectOptions> options) {
        this.net = net;
        this.options = options;
    }

    /** Does what {@link DetectorTask#detect} asks for. */
    static List<String> of(Detector net, DetectorTask.Options asked) throws IOException {
        var page = new DetectionPage(net, o -> o.threshold(asked.threshold()));
        List<String> lines = page.addFiles(asked.images(), asked.warn());
        if (page.save(asked.out())) {
            lines.add("image: " + asked.out());
        }
        return lines;
    }

    /**
     * {@return the objects in an image, a line each, or one line if there are none}
     *
     * @param name the image's name in the lines
     * @param image as for {@link Detector#detect}
     */
    public List<String> add(String name, Tensor image) {
        Detections d = net.detect(image, options);
        if (images.size() < MOST_SHOWN) {
            images.add(image);
            found.add(d);
            names.add(Path.of(name).getFileName().toString());
        }
        return d.toString().lines().map(line -> name + ": " + line).toList();
    }

    /**
     * {@return the objects in image files and in those of folders, turned upright by their EXIF orientation}
     *
     * @param problem receives a line for each file that cannot be read, and is left out
     * @throws IOException if there is no such file, or a folder has no images
     */
    public List<String> addFiles(List<String> inputs, Consumer<String> problem) throws IOException {
        var lines = new ArrayList<String>();
        for (String input : inputs) {
            Path path = Path.of(input);
            List<Path> files = Files.isDirectory(path) ? Images.files(path) : List.of(path);
            if (files.isEmpty()) {
                throw new IOException("there is no image in the folder " + input);
            }
            if (!Files.exists(path)) {
                throw new IOException("there is no image " + input);
            }
            for (Path file : files) {
                try {
                    lines.addAll(add(file.toString(), Images.read(file, o -> o.applyExifOrientation(true))));
                } catch (IOException e) {
                    problem.accept(String.valueOf(e.getMessage()));
                }
            }
        }
        return lines;
    }

    /**
     * Writes the page, if it has images.
     *
     * @param file a path that ends in {@code .png} or {@code .svg}
     * @return whether it has
     * @throws IOException if it cannot be written
     */
    public boolean save(Path file) throws IOException {
        if (images.isEmpty()) {
            return false;
        }
        plot().save(file);
        return true;
    }

    private Plot plot() {
        boolean isOne = images.size() == 1;
        return Plot.images(
                images,
                o -> {
                    if (isOne) {
                        o.cell(Math.clamp(Math.max(images.getFirst().size(1), images.getFirst().size(2)), 256, 1024));
                    } else {
                        o.cell(CELL).columns(COLUMNS).labels(names);
                    }
                    for (int i = 0; i < images.size(); i++) {
                        o.boxes(i, found.get(i));
                    }
                });
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "DetectionPage(images=%d)", images.size());
    }
}
