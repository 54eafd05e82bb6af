package fathom.vision.explain;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.interop.onnx.OnnxModel;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.nn.conv.Conv2d;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Finds the feature maps, the outputs [N, C, h, w] of inner layers, that a network computes. */
final class FeatureMaps {
    /** A feature map in the order of computation. */
    private record Map2d(String path, boolean isConvolution, long height, long width) {}

    private FeatureMaps() {}

    /** As {@link GradCam#lastConvolution}. */
    static String lastConvolution(Layer net, Tensor image) {
        if (net instanceof OnnxModel model) {
            return lastConvolution(model, image);
        }
        List<Map2d> maps = all(net, image);
        int last = -1;
        for (int i = 0; i < maps.size(); i++) {
            last = maps.get(i).isConvolution && maps.get(i).height * maps.get(i).width > 1 ? i : last;
        }
        if (last < 0) {
            throw new IllegalArgumentException(
                    "GradCam: the network has no convolution with more than one position; name a layer whose output is [N, C, h, w]");
        }
        Map2d found = maps.get(last);
        String path = found.path;
        while (path.contains(".")) {
            path = path.substring(0, path.lastIndexOf('.'));
            Map2d around = after(maps, last, path);
            if (around == null || around.height != found.height || around.width != found.width) {
                break;
            }
            found = around;
        }
        return found.path;
    }

    /**
     * {@return of an ONNX model, the last value whose height and width are those of the last convolution with more than
     * one position: behind its normalisation, sum and activation}
     */
    private static String lastConvolution(OnnxModel model, Tensor image) {
        var maps = new ArrayList<Map2d>();
        Runnable remove =
                model.registerValueHook((operator, name, t) -> {
                    if (t.dim() == 4) {
                        maps.add(new Map2d(name, operator.equals("Conv"), t.size(2), t.size(3)));
                    }
                    return t;
                });
        try (var _ = Autograd.noGrad();
                var _ = Scope.open()) {
            model.call(image.detach());
        } finally {
            remove.run();
        }
        Map2d last = null;
        for (Map2d m : maps) {
            last = m.isConvolution && m.height * m.width > 1 ? m : last;
        }
        if (last == null) {
            throw new IllegalArgumentException(
                    "GradCam: the model has no convolution with more than one position; name a value [N, C, h, w]");
        }
        String found = last.path;
        for (Map2d m : maps.subList(maps.indexOf(last), maps.size())) {
            found = m.height == last.height && m.width == last.width ? m.path : found;
        }
        return found;
    }

    /**
     * Lets a function see, and replace, what a layer computes, or in an ONNX model the value of this name.
     *
     * @return an action that removes it
     * @throws IllegalArgumentException if there is no such layer
     */
    static Runnable hook(Layer net, String path, UnaryOperator<Tensor> f) {
        return net instanceof OnnxModel model
                ? model.registerValueHook((operator, name, t) -> name.equals(path) ? f.apply(t) : t)
                : net.block(path, Layer.class).registerForwardHook((of, in, out) -> f.apply(out));
    }

    /** {@return the first map of a layer that is computed after another one; null if there is none} */
    private static @Nullable Map2d after(List<Map2d> maps, int index, String path) {
        return maps.subList(index + 1, maps.size()).stream().filter(m -> m.path.equals(path)).findFirst().orElse(null);
    }

    private static List<Map2d> all(Layer net, Tensor image) {
        var maps = new ArrayList<Map2d>();
        var hooks = new ArrayList<Runnable>();
        Map<Block, Boolean> modes = ClassScores.evaluate(net);
        try (var _ = Autograd.noGrad();
                var _ = Scope.open()) {
            net.namedBlocks()
                    .forEach((path, block) -> {
                        if (block instanceof Layer layer && !path.isEmpty()) {
                            hooks.add(
                                    layer.registerForwardHook((of, in, out) -> {
                                        if (out.dim() == 4) {
                                            maps.add(
                                                    new Map2d(path, layer instanceof Conv2d, out.size(2), out.size(3)));
                                        }
                                        return out;
                                    }));
                        }
                    });
            net.call(image.detach());
        } finally {
            hooks.forEach(Runnable::run);
            ClassScores.restore(modes);
        }
        return maps;
    }
}
