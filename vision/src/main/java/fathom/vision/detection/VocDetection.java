package fathom.vision.detection;

import fathom.FathomException;
import fathom.files.InputFiles;
import fathom.vision.transforms.Transform;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/**
 * Images with boxes in Pascal VOC's format (Everingham et al., 2010): {@code JPEGImages}, {@code Annotations} with an
 * XML file for each, and lists of names in {@code ImageSets/Main}.
 *
 * {@snippet :
 * BoxDataset train = VocDetection.load(Path.of("VOCdevkit/VOC2012"), "train", o -> o.transform(Transforms.resize(256, 256)));
 * }
 *
 * <p>In the files the first pixel is 1, and the last pixel belongs to the box; here boxes reach from the left edge of
 * the first pixel, which is 0, to the right edge of the last. Objects that are marked as difficult are left out.
 */
public final class VocDetection {
    /** The twenty classes of VOC 2007 to 2012. */
    private static final List<String> CLASSES =
            List.of(
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

    private VocDetection() {}

    /** Options of the data set. */
    public static final class Options {
        private List<String> classes = CLASSES;
        private boolean difficult;
        private @Nullable Transform transform;

        private Options() {}

        /** The classes, in the order of their labels. Default: VOC's twenty, sorted. */
        public Options classes(List<String> names) {
            this.classes = List.copyOf(names);
            return this;
        }

        /** Whether objects that are marked as difficult are kept. Default: no. */
        public Options difficult(boolean keep) {
            this.difficult = keep;
            return this;
        }

        /** The transform of images, with which boxes move. Default: none. */
        public Options transform(Transform transform) {
            this.transform = transform;
            return this;
        }
    }

    /**
     * {@return the images of a list with their boxes}
     *
     * @param folder the folder of {@code JPEGImages}, {@code Annotations} and {@code ImageSets}
     * @param list {@code train}, {@code val} or {@code trainval}: a file in {@code ImageSets/Main}
     * @throws UncheckedIOException if a file cannot be read
     * @throws FathomException if a file is malformed, or an image is not there; names it
     */
    public static BoxDataset load(Path folder, String list, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        Path names = folder.resolve("ImageSets").resolve("Main").resolve(list + ".txt");
        try {
            var items = new ArrayList<BoxDataset.Item>();
            for (String line : InputFiles.text(names).lines().map(String::strip).toList()) {
                if (!line.isEmpty()) {
                    items.add(item(folder, line.split("\\s+", 2)[0], o));
                }
            }
            if (items.isEmpty()) {
                throw new FathomException("%s names no image".formatted(names));
            }
            return new BoxDataset(items, o.classes, o.transform);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static BoxDataset.Item item(Path folder, String name, Options o) throws IOException {
        Path image = folder.resolve("JPEGImages").resolve(name + ".jpg");
        if (!Files.isRegularFile(image)) {
            throw new FathomException("there is no image " + image);
        }
        Path file = folder.resolve("Annotations").resolve(name + ".xml");
        var boxes = new ArrayList<double[]>();
        var labels = new ArrayList<Integer>();
        for (Element object : children(root(file), "object")) {
            if (!o.difficult && textOr(object, "difficult", "0").equals("1")) {
                continue;
            }
            String label = textOr(object, "name", "");
            int index = o.classes.indexOf(label);
            if (index < 0) {
                throw new FathomException(
                        "%s: %s is none of the classes %s".formatted(file, label.isEmpty() ? "''" : label, o.classes));
            }
            List<Element> box = children(object, "bndbox");
            if (box.isEmpty()) {
                throw new FathomException("%s: the object %s has no bndbox".formatted(file, label));
            }
            labels.add(index);
            boxes.add(box(file, box.getFirst()));
        }
        return BoxDataset.Item.of(image, boxes, labels);
    }

    /** Documents with a type are refused: they could name other files, or expand without bounds. */
    private static Element root(Path file) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder.parse(new InputSource(new StringReader(InputFiles.text(file)))).getDocumentElement();
        } catch (SAXException e) {
            throw new FathomException("%s is malformed: %s".formatted(file, e.getMessage()));
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Element> children(Element parent, String name) {
        var children = new ArrayList<Element>();
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e && e.getTagName().equals(name)) {
                children.add(e);
            }
        }
        return children;
    }

    private static String textOr(Element parent, String name, String otherwise) {
        List<Element> found = children(parent, name);
        return found.isEmpty() ? otherwise : found.getFirst().getTextContent().strip();
    }

    private static double[] box(Path file, Element box) {
        String[] names = {"xmin", "ymin", "xmax", "ymax"};
        var sides = new double[4];
        for (int k = 0; k < 4; k++) {
            String text = textOr(box, names[k], "");
            try {
                sides[k] = Double.parseDouble(text) - (k < 2 ? 1 : 0);
            } catch (NumberFormatException e) {
                sides[k] = Double.NaN;
            }
            if (!Double.isFinite(sides[k])) {
                throw new FathomException("%s: %s is no number: '%s'".formatted(file, names[k], text));
            }
        }
        if (sides[0] > sides[2] || sides[1] > sides[3]) {
            throw new FathomException("%s: a box ends before it begins".formatted(file));
        }
        return sides;
    }
}
