package fathom.vision.prediction;

import fathom.Tensor;
import fathom.train.recipe.InferenceGraph;
import fathom.train.recipe.RecipeException;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an exported image classifier says of itself in its metadata: the names of its classes, and how images from 0 to
 * 1 are normalised.
 *
 * @param classes the names of the classes; empty if it does not say them
 * @param mean subtracted from each channel; empty for none
 * @param std then divides each channel; empty for none
 */
public record ClassifierDescription(List<String> classes, List<Double> mean, List<Double> std) {
    private static final int RGB = 3;

    /** Copies the lists. */
    public ClassifierDescription {
        classes = List.copyOf(classes);
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /** {@return the description of a classifier of images that are normalised as those of ImageNet} */
    public static ClassifierDescription imagenet(List<String> classes) {
        return new ClassifierDescription(classes, Transforms.imagenetMean(), Transforms.imagenetStd());
    }

    /**
     * {@return what a model's metadata say; where they do not, colour images are normalised as those of ImageNet, and
     * grey ones not at all}
     *
     * @param channels the channels of the model's input
     * @throws RecipeException if the metadata are damaged
     */
    public static ClassifierDescription of(Map<String, String> metadata, long channels) {
        List<String> classes = list(metadata, InferenceGraph.CLASSES, new TypeReference<List<String>>() {});
        List<Double> mean = list(metadata, InferenceGraph.MEAN, new TypeReference<List<Double>>() {});
        List<Double> std = list(metadata, InferenceGraph.STD, new TypeReference<List<Double>>() {});
        if (mean == null || std == null) {
            boolean isSaid = classes != null && metadata.containsKey(InferenceGraph.CLASSES);
            return channels == RGB && !isSaid
                    ? imagenet(List.of())
                    : new ClassifierDescription(classes == null ? List.of() : classes, List.of(), List.of());
        }
        if (mean.size() != std.size() || !mean.isEmpty() && mean.size() != channels) {
            throw new RecipeException(
                    String.format(
                            Locale.ROOT,
                            "the model's metadata normalise images of %d channels, but its input has %d",
                            mean.size(),
                            channels));
        }
        return new ClassifierDescription(classes == null ? List.of() : classes, mean, std);
    }

    private static <T> @Nullable List<T> list(Map<String, String> metadata, String key, TypeReference<List<T>> type) {
        String text = metadata.get(key);
        if (text == null) {
            return null;
        }
        try {
            return new JsonMapper().readValue(text, type);
        } catch (JacksonException e) {
            throw new RecipeException("the model's metadata are damaged: %s is %s".formatted(key, text));
        }
    }

    /** {@return the metadata that say this} */
    public Map<String, String> metadata() {
        var map = new LinkedHashMap<String, String>();
        map.put(InferenceGraph.CLASSES, InferenceGraph.json(classes));
        map.put(InferenceGraph.MEAN, InferenceGraph.json(mean));
        map.put(InferenceGraph.STD, InferenceGraph.json(std));
        return map;
    }

    /** {@return the names of {@code count} classes, by numbers where they are not known} */
    public List<String> names(int count) {
        return classes.size() == count
                ? classes
                : IntStream.range(0, count).mapToObj(k -> String.format(Locale.ROOT, "class %d", k)).toList();
    }

    /** {@return the normalisation of images from 0 to 1} */
    public Transform normalized() {
        return mean.isEmpty() ? x -> x : Transforms.normalize(array(mean), array(std));
    }

    /** {@return a normalised image as it was, from 0 to 1} */
    public Tensor picture(Tensor normalized) {
        if (mean.isEmpty()) {
            return normalized;
        }
        double[] m = array(mean);
        double[] s = array(std);
        for (int c = 0; c < m.length; c++) {
            m[c] = -m[c] / s[c];
            s[c] = 1 / s[c];
        }
        return Transforms.normalize(m, s).apply(normalized).clamp(0, 1);
    }

    private static double[] array(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
