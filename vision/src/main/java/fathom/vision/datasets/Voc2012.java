package fathom.vision.datasets;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.data.TrainTestData;
import fathom.data.hub.DataHub;
import fathom.files.InputFiles;
import fathom.vision.Images;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * The segmentation part of Pascal VOC 2012 (Everingham et al., 2010): photographs whose pixels are labelled with one of
 * 20 classes of things, or background.
 *
 * {@snippet :
 * var voc = Voc2012.load(o -> o.crop(320, 480));
 * for (var batch : DataLoader.of(voc.train(), 64).shuffle(true)) {
 *     var loss = crossEntropy(net.forward(batch.x()), batch.y());
 * }
 * }
 *
 * <p>An example is an image, float32 {@code [3, H, W]}, normalised by ImageNet's mean and standard deviation, and its
 * labels, int64 {@code [H, W]}: 0 is background, and so is the border around things, which has no class, unless {@link
 * Options#ignoreVoid} sets it apart. With a crop, image and labels are cropped at the same random position, and smaller
 * images are left out. Images are read when they are fetched.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code VOCtrainval_11-May-2012.tar} (2 GB). If it cannot,
 * generated images are used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/semantic-segmentation-and-dataset.html">Dive into Deep Learning,
 *     Semantic Segmentation and the Dataset</a>
 */
public final class Voc2012 implements TrainTestData {
    private static final String NAME = "voc2012";

    /** The label of pixels without a class, with {@link Options#ignoreVoid}. */
    private static final long VOID = 255;

    /** The colour of pixels without a class. */
    private static final int VOID_COLOR = 0xE0E0C0;

    private static final int CROP_TRIES = 10;

    private static final int STAND_IN_VERSION = 2;

    /** ImageNet's mean and standard deviation, by which images are normalised. */
    private static final double[] MEAN = {0.485, 0.456, 0.406};

    private static final double[] STD = {0.229, 0.224, 0.225};

    private static final List<String> CLASSES =
            List.of(
                    "background",
                    "aeroplane",
                    "bicycle",
                    "bird",
                    "boat",
                    "bottle",
                    "bus",
                    "car",
                    "cat",
                    "chair",
                    "cow",
                    "diningtable",
                    "dog",
                    "horse",
                    "motorbike",
                    "person",
                    "pottedplant",
                    "sheep",
                    "sofa",
                    "train",
                    "tvmonitor");

    private final Dataset train;
    private final Dataset test;
    private final String source;
    private final boolean isStandIn;

    /** Options of the data set. */
    public static final class Options {
        private int height;
        private int width;
        private long voidLabel;
        private double leastThings;

        private Options() {}

        /**
         * The share of a training crop that things should cover at least: of ten random positions, the first of which
         * this is true is taken, else the last. Networks learn the classes sooner from such crops, since most pixels
         * are background. Default: 0, any position.
         */
        public Options leastThings(double share) {
            if (!(share >= 0 && share <= 1)) {
                throw new IllegalArgumentException("Voc2012: expected a share from 0 to 1, got " + share);
            }
            this.leastThings = share;
            return this;
        }

        /**
         * Labels the border around things, which has no class, 255, as torchvision does, rather than as background: for
         * losses and metrics that ignore 255. Default: no, as in the course.
         */
        public Options ignoreVoid() {
            voidLabel = VOID;
            return this;
        }

        /** Sets the size of random crops. Default: whole images, which differ in size. */
        public Options crop(int height, int width) {
            if (height < 1 || width < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "Voc2012: expected a positive size, got %d x %d", height, width));
            }
            this.height = height;
            this.width = width;
            return this;
        }
    }

    private Voc2012(Path folder, Consumer<Options> configure, boolean isStandIn) {
        var options = new Options();
        configure.accept(options);
        train = new Part(folder, "train", options, options.leastThings);
        test = new Part(folder, "val", options, 0);
        this.source = isStandIn ? "a stand-in" : folder.toString();
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws UncheckedIOException if a file is missing or damaged
     */
    public static Voc2012 load(Consumer<Options> options) {
        return load(DataHub.standard(), options, System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static Voc2012 load(DataHub hub, Consumer<Options> options, Consumer<String> notice) {
        return hub.load("Pascal VOC 2012", h -> load(h.folder(NAME), options), () -> standIn(hub, options), notice);
    }

    /**
     * {@return the data set from a folder with {@code JPEGImages}, {@code SegmentationClass} and {@code
     * ImageSets/Segmentation}}
     *
     * @throws UncheckedIOException if a file is missing or damaged
     */
    public static Voc2012 load(Path folder, Consumer<Options> options) {
        return new Voc2012(folder, options, false);
    }

    /** {@return the stand-in: 120 and 30 generated images, written into the cache at the first call} */
    public static Voc2012 standIn(Consumer<Options> options) {
        return standIn(DataHub.standard(), options);
    }

    private static Voc2012 standIn(DataHub hub, Consumer<Options> options) {
        return new Voc2012(hub.standInFolder(NAME, STAND_IN_VERSION, VocStandIn::write), options, true);
    }

    /** The images of one list. */
    private static final class Part implements Dataset {
        private final Path folder;
        private final List<String> names;
        private final Options options;
        private final double leastThings;
        private final Transform normalized = Transforms.rgb().then(Transforms.normalize(MEAN, STD));

        Part(Path folder, String part, Options options, double leastThings) {
            this.folder = folder;
            this.options = options;
            this.leastThings = leastThings;
            Path list = folder.resolve("ImageSets").resolve("Segmentation").resolve(part + ".txt");
            try {
                var kept = new ArrayList<String>();
                for (String name : InputFiles.text(list).lines().map(String::strip).toList()) {
                    if (!name.isEmpty() && isLargeEnough(labelFile(name))) {
                        kept.add(name);
                    }
                }
                names = List.copyOf(kept);
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }

        /** A part of an image. */
        private record Crop(long top, long left, long height, long width) {
            Tensor of(Tensor x) {
                return x.narrow(-2, top, height).narrow(-1, left, width);
            }
        }

        /** {@return a random crop; while there are tries, one with things} */
        private Crop crop(Tensor labels) {
            for (int tries = leastThings > 0 ? CROP_TRIES : 1; ; tries--) {
                double[] u = Tensors.rand(2).toDoubleArray();
                var crop =
                        new Crop(
                                (long) (u[0] * (labels.size(0) - options.height + 1)),
                                (long) (u[1] * (labels.size(1) - options.width + 1)),
                                options.height,
                                options.width);
                if (tries == 1 || crop.of(labels).gt(0).to(DType.FLOAT32).mean().item() >= leastThings) {
                    return crop;
                }
            }
        }

        private Path labelFile(String name) {
            return folder.resolve("SegmentationClass").resolve(name + ".png");
        }

        /** Reads the header alone. */
        private boolean isLargeEnough(Path file) throws IOException {
            if (options.height == 0) {
                return true;
            }
            InputFiles.check(file);
            try (var stream = Files.newInputStream(file);
                    var in = new MemoryCacheImageInputStream(stream)) {
                var readers = ImageIO.getImageReaders(in);
                if (!readers.hasNext()) {
                    throw new IOException("%s: it is no image".formatted(file));
                }
                ImageReader reader = readers.next();
                try {
                    reader.setInput(in);
                    return reader.getHeight(0) >= options.height && reader.getWidth(0) >= options.width;
                } finally {
                    reader.dispose();
                }
            }
        }

        @Override
        public long size() {
            return names.size();
        }

        @Override
        public Example get(long index) {
            String name = names.get((int) Objects.checkIndex(index, size()));
            try {
                Tensor image = Images.read(folder.resolve("JPEGImages").resolve(name + ".jpg"));
                Tensor labels = labels(Images.read(labelFile(name)), options.voidLabel);
                if (image.size(1) != labels.size(0) || image.size(2) != labels.size(1)) {
                    throw new IOException(
                            "%s: the image is %s, its labels are %s".formatted(name, image.shape(), labels.shape()));
                }
                if (options.height > 0) {
                    Crop crop = crop(labels);
                    image = crop.of(image);
                    labels = crop.of(labels);
                }
                return Example.of(normalized.apply(image), labels.contiguous());
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        }
    }

    /**
     * {@return the classes of the pixels of a label picture: int64 {@code [H, W]}; 0 for colours that are no class}
     *
     * @param picture uint8 {@code [3, H, W]}
     */
    public static Tensor labels(Tensor picture) {
        return labels(picture, 0);
    }

    private static Tensor labels(Tensor picture, long voidLabel) {
        int n = Math.toIntExact(picture.size(1) * picture.size(2));
        byte[] rgb = picture.expand(3, picture.size(1), picture.size(2)).contiguous().toByteArray();
        var labels = new long[n];
        for (int i = 0; i < n; i++) {
            int color = (rgb[i] & 0xFF) << 16 | (rgb[n + i] & 0xFF) << 8 | rgb[2 * n + i] & 0xFF;
            int label = CLASS_OF_COLOR[key(color)];
            labels[i] = color(label) == color ? label : color == VOID_COLOR ? voidLabel : 0;
        }
        return Tensors.tensor(labels).reshape(picture.size(1), picture.size(2));
    }

    /**
     * {@return a picture of classes in the colours of the data set: uint8 {@code [3, H, W]}}
     *
     * @param labels classes from 0 to 20, {@code [H, W]}
     */
    public static Tensor picture(Tensor labels) {
        long[] classes = labels.to(DType.INT64).toLongArray();
        var rgb = new byte[3 * classes.length];
        for (int i = 0; i < classes.length; i++) {
            int color = color(Math.toIntExact(Objects.checkIndex(classes[i], CLASSES.size())));
            for (int c = 0; c < 3; c++) {
                rgb[c * classes.length + i] = (byte) (color >> 16 - 8 * c);
            }
        }
        return Tensors.fromBytes(MemorySegment.ofArray(rgb), DType.UINT8, 3, labels.size(0), labels.size(1));
    }

    /** The class by the two upper bits of the samples, in which the classes' colours differ. */
    private static final byte[] CLASS_OF_COLOR = new byte[64];

    static {
        for (int c = 0; c < CLASSES.size(); c++) {
            CLASS_OF_COLOR[key(color(c))] = (byte) c;
        }
    }

    private static int key(int color) {
        return (color >> 22 & 3) << 4 | (color >> 14 & 3) << 2 | color >> 6 & 3;
    }

    /**
     * {@return the colour of a class as 0xRRGGBB: the bits of its number, spread over the upper bits of the samples}
     */
    public static int color(int label) {
        int[] rgb = new int[3];
        int bits = label;
        for (int shift = 7; bits > 0; shift--, bits >>= 3) {
            for (int c = 0; c < 3; c++) {
                rgb[c] |= (bits >> c & 1) << shift;
            }
        }
        return rgb[0] << 16 | rgb[1] << 8 | rgb[2];
    }

    /**
     * {@return an image as it was before its normalisation, uint8}
     *
     * @param x an image of this data set, float32 {@code [3, H, W]}
     */
    public static Tensor image(Tensor x) {
        Tensor mean = Tensors.tensor(MEAN, DType.FLOAT32).reshape(3, 1, 1);
        Tensor std = Tensors.tensor(STD, DType.FLOAT32).reshape(3, 1, 1);
        return x.mul(std).add(mean).mul(255).round().clamp(0, 255).to(DType.UINT8);
    }

    /** {@return the names of the classes, by label} */
    public static List<String> classNames() {
        return CLASSES;
    }

    @Override
    public Dataset train() {
        return train;
    }

    @Override
    public Dataset test() {
        return test;
    }

    /** {@return the folder it was read from, or "a stand-in"} */
    public String source() {
        return source;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
