package fathom.nn;

import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The outputs of inner layers of a network, by name: torchvision's {@code create_feature_extractor}. They have
 * gradients as the network's output has, so that losses can be defined on them.
 *
 * {@snippet :
 * var features = Features.of(ResNet.resnet18(), "layer2", "layer4");
 * Map<String, Tensor> maps = features.outputs(images);   // layer2: [N, 128, H/8, W/8], layer4: [N, 512, H/32, W/32]
 * Tensor last = Features.of(net, "layer4").output(images);
 * }
 *
 * <p>The network is run, in its own mode, until the last of these outputs is there; what follows is not computed. A
 * layer that runs several times counts the first time. A name is the path of a layer, as in {@link Block#block}; the
 * layer must be called, or be one of this library, since its {@linkplain Layer#registerForwardHook hooks} report the
 * output.
 */
public final class Features {
    /** Ends a run. It is no exception, so that layers pass it on. */
    private static final class Complete extends Error {
        private static final long serialVersionUID = 1;

        Complete() {
            super(null, null, false, false);
        }
    }

    private final Layer net;
    private final List<String> names;

    private Features(Layer net, List<String> names) {
        this.net = net;
        this.names = names;
    }

    /**
     * {@return the outputs of some layers of a network}
     *
     * @param names paths such as {@code layer1.0.conv1}
     * @throws IllegalArgumentException if there is no name, or no layer of a name
     */
    public static Features of(Layer net, String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("Features: name the layers, such as " + net.namedChildren().keySet());
        }
        for (String name : names) {
            net.block(name, Layer.class);
        }
        return new Features(net, Stream.of(names).distinct().toList());
    }

    /**
     * {@return the layers' outputs by name, in the order of the names}
     *
     * @throws IllegalStateException if a layer did not run
     */
    public Map<String, Tensor> outputs(Tensor x) {
        var complete = new Complete();
        var found = new HashMap<String, Tensor>();
        var hooks = new ArrayList<Runnable>();
        try {
            for (String name : names) {
                hooks.add(
                        net.block(name, Layer.class)
                                .registerForwardHook((layer, in, out) -> {
                                    found.putIfAbsent(name, out);
                                    if (found.size() == names.size() && !Ops.isTracing()) {
                                        throw complete;
                                    }
                                    return out;
                                }));
            }
            net.call(x);
        } catch (Complete e) {
            if (e != complete) { // of another run that this one is part of
                throw e;
            }
        } finally {
            hooks.forEach(Runnable::run);
        }
        var outputs = new LinkedHashMap<String, Tensor>();
        for (String name : names) {
            Tensor output = found.get(name);
            if (output == null) {
                throw new IllegalStateException(
                        "Features: %s did not run, or not through call(x): %s is a %s"
                                .formatted(name, name, net.block(name).reprName()));
            }
            outputs.put(name, output);
        }
        return outputs;
    }

    /**
     * {@return the output of the only layer}
     *
     * @throws IllegalStateException if there are several layers
     */
    public Tensor output(Tensor x) {
        if (names.size() != 1) {
            throw new IllegalStateException("Features: there are several layers, " + names + "; use outputs(x)");
        }
        return outputs(x).values().iterator().next();
    }
}
