package fathom.optim;

import fathom.Tensor;
import fathom.nn.Block;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a network in groups, by name: fine-tuning with a higher learning rate for a new head, a rate that
 * decreases from the output to the input, or no weight decay of biases and norms.
 *
 * {@snippet :
 * var sgd = new SGD(ParameterGroups.of(net, g -> g.lrScale(10, "fc")), 5e-5, o -> o.weightDecay(1e-3));
 * var adam = new AdamW(ParameterGroups.of(net, g -> g.layerDecay(0.75).weightDecay(0, "**.bias")), 1e-3);
 * }
 *
 * <p>Names are those of {@link Block#namedParameters(String...)}. All parameters of the network are in some group, the
 * frozen ones too, so that they can be unfrozen during training: without a gradient they are not updated.
 *
 * @see <a href="https://d2l.ai/chapter_computer-vision/fine-tuning.html">Dive into Deep Learning, Fine-Tuning</a>
 */
public final class ParameterGroups {
    private ParameterGroups() {}

    /**
     * {@return the parameters of a network in groups}
     *
     * @throws IllegalArgumentException if a name selects no parameter, naming the parts that there are
     */
    public static List<ParameterGroup> of(Block net, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        return o.groups(net);
    }

    /** The settings that parameters of one group share. */
    private record Settings(double lrScale, @Nullable Double weightDecay) {}

    /** Which parts have which settings. Where several calls select a parameter, the last one decides. */
    public static final class Options {
        private record Part(double value, List<String> names) {
            Iterable<Tensor> of(Block net) {
                return net.namedParameters(names.toArray(String[]::new)).values();
            }
        }

        private final List<Part> scales = new ArrayList<>();
        private final List<Part> decays = new ArrayList<>();
        private List<List<String>> layers = List.of();
        private double layerDecay = 1;
        private boolean decaysVectors = true;

        private Options() {}

        /**
         * Sets the learning rate of some parts to a multiple of the optimiser's: {@code g.lrScale(10, "fc")}. It is
         * multiplied by that of {@link #layerDecay}.
         */
        public Options lrScale(double scale, String... parts) {
            scales.add(new Part(scale, named("lrScale", parts)));
            return this;
        }

        /** Sets the weight decay of some parts: {@code g.weightDecay(0, "**.bias")}. */
        public Options weightDecay(double weightDecay, String... parts) {
            decays.add(new Part(weightDecay, named("weightDecay", parts)));
            return this;
        }

        private static List<String> named(String option, String... parts) {
            if (parts.length == 0) {
                throw new IllegalArgumentException(option + ": of which parts? Name blocks or parameters");
            }
            return List.of(parts);
        }

        /**
         * Whether parameters of at most one dimension, the biases and the scales and shifts of norms, decay like
         * others; true unless set.
         */
        public Options decayVectors(boolean decay) {
            decaysVectors = decay;
            return this;
        }

        /**
         * Layer-wise decay of the learning rate: the last layer, the head, has the optimiser's rate, and each layer
         * {@code factor} times the rate of the next. Unless {@link #layers} are set, they are the children of the
         * network that have parameters, in order: of a list or {@link fathom.nn.Sequential}, or a block that holds most
         * of the network in one, its elements; a norm belongs to the layer before it.
         *
         * @param factor from 0 to 1: 0.65 to 0.9 for transformers; 1 unless set
         * @throws IllegalArgumentException if it is not
         * @see <a href="https://arxiv.org/abs/1801.06146">Howard and Ruder, 2018</a>; <a
         *     href="https://arxiv.org/abs/2106.08254">Bao et al., 2021</a>
         */
        public Options layerDecay(double factor) {
            if (!(factor > 0 && factor <= 1)) {
                throw new IllegalArgumentException("layerDecay: expected a factor above 0 and up to 1, got " + factor);
            }
            layerDecay = factor;
            return this;
        }

        /**
         * The layers for {@link #layerDecay}, from the input to the output, each a part or several: {@code
         * g.layers(List.of("conv1", "bn1"), List.of("layer1"), ..., List.of("fc"))}. Parameters outside of all of them
         * belong to the first.
         */
        @SafeVarargs
        public final Options layers(List<String>... layers) {
            this.layers = List.of(layers);
            return this;
        }

        /** {@return the factor of each parameter that {@link #layerDecay} sets} */
        private Map<Tensor, Double> layerScales(Block net) {
            var scale = new IdentityHashMap<Tensor, Double>();
            if (layerDecay == 1) {
                return scale;
            }
            var order = new ArrayList<List<Tensor>>();
            if (layers.isEmpty()) {
                order.addAll(NetworkLayers.of(net));
            } else {
                layers.forEach(l -> order.add(List.copyOf(net.namedParameters(l.toArray(String[]::new)).values())));
            }
            net.parameters().forEach(p -> scale.put(p, Math.pow(layerDecay, order.size() - 1)));
            for (int i = 0; i < order.size(); i++) {
                double factor = Math.pow(layerDecay, order.size() - 1 - i);
                order.get(i).forEach(p -> scale.put(p, factor));
            }
            return scale;
        }

        private List<ParameterGroup> groups(Block net) {
            Map<String, Tensor> all = net.namedParameters();
            var scale = new IdentityHashMap<Tensor, Double>();
            for (Part part : scales) {
                part.of(net).forEach(p -> scale.put(p, part.value()));
            }
            layerScales(net).forEach((p, layer) -> scale.merge(p, layer, (a, b) -> a * b));
            var decay = new IdentityHashMap<Tensor, Double>();
            if (!decaysVectors) {
                all.values().stream().filter(p -> p.dim() <= 1).forEach(p -> decay.put(p, 0.0));
            }
            for (Part part : decays) {
                part.of(net).forEach(p -> decay.put(p, part.value()));
            }
            var groups = new LinkedHashMap<Settings, List<Tensor>>();
            all.values()
                    .forEach(p -> {
                        var settings = new Settings(scale.getOrDefault(p, 1.0), decay.get(p));
                        groups.computeIfAbsent(settings, s -> new ArrayList<>()).add(p);
                    });
            var made = new ArrayList<ParameterGroup>();
            groups.forEach((settings, parameters) -> {
                ParameterGroup group = ParameterGroup.of(parameters).lrScale(settings.lrScale());
                made.add(settings.weightDecay() == null ? group : group.weightDecay(settings.weightDecay()));
            });
            return Collections.unmodifiableList(made);
        }
    }
}
