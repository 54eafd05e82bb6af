package fathom.vision.explain;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Layer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The scores of chosen classes by a classifier, and their gradients, while the classifier is in evaluation mode. */
final class ClassScores implements AutoCloseable {
    /** The number of images per forward pass unless a method has an option for it. */
    static final int BATCH_SIZE = 32;

    private final String method;
    private final Layer net;
    private final Map<Block, Boolean> modes;
    private final Tensor images;
    private final Tensor classes;
    private final Tensor scores;

    /**
     * Validates the input and puts the network into evaluation mode.
     *
     * @param method the method's name, for messages
     */
    ClassScores(String method, Layer net, Tensor images, Tensor classes) {
        checkImages(method, images);
        long n = images.size(0);
        if (classes.dim() != 1 || classes.size(0) != n || classes.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected integer classes of shape [%s], one per image, got %s %s"
                            .formatted(method, n, classes.dtype(), classes.shape()));
        }
        this.method = method;
        this.net = net;
        this.images = onDeviceOf(net, images.detach());
        this.classes = onDeviceOf(net, classes.detach().to(DType.INT64));
        modes = evaluate(net);
        try {
            scores = scoresOf(this.images);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void checkImages(String method, Tensor images) {
        if (images.dim() != 4 || images.numel() == 0 || !images.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected floating images of shape [N, C, H, W] with N of at least 1, got %s %s"
                            .formatted(method, images.dtype(), images.shape()));
        }
    }

    /** {@return the predicted class of each image, int64 [N]} */
    static Tensor predicted(Layer net, Tensor images) {
        checkImages("explain", images);
        Map<Block, Boolean> modes = evaluate(net);
        try (var _ = Autograd.noGrad()) {
            var parts = new ArrayList<Tensor>();
            for (Tensor part : images.detach().split(BATCH_SIZE)) {
                Tensor x = onDeviceOf(net, part);
                parts.add(Scope.returning(() -> logits("explain", net, x).argmax(1)));
            }
            return Tensors.cat(parts);
        } finally {
            restore(modes);
        }
    }

    private static Tensor onDeviceOf(Layer net, Tensor x) {
        List<Tensor> parameters = net.parameters();
        return parameters.isEmpty() ? x : x.to(parameters.getFirst().device());
    }

    /** {@return the modes of all blocks, which are in evaluation mode thereafter} */
    static Map<Block, Boolean> evaluate(Block net) {
        var modes = new LinkedHashMap<Block, Boolean>();
        net.blocks().forEach(b -> modes.put(b, b.isTraining()));
        net.eval();
        return modes;
    }

    /** Restores modes: parents come before children, so that a child may have another one. */
    static void restore(Map<Block, Boolean> modes) {
        modes.forEach((block, training) -> {
            if (block.isTraining() != training) {
                block.train(training);
            }
        });
    }

    private static Tensor logits(String method, Layer net, Tensor x) {
        Tensor y = net.call(x);
        if (y.dim() != 2 || y.size(0) != x.size(0)) {
            throw new IllegalArgumentException(
                    "%s: expected a classifier, from images %s to logits [%s, classes], got %s"
                            .formatted(method, x.shape(), x.size(0), y.shape()));
        }
        return y;
    }

    /** {@return the images, detached, on the network's device} */
    Tensor images() {
        return images;
    }

    /** {@return the explained classes, on the network's device} */
    Tensor classes() {
        return classes;
    }

    /** {@return the class scores of the images, [N]} */
    Tensor scores() {
        return scores;
    }

    Layer net() {
        return net;
    }

    /** {@return the attribution with these values} */
    Attribution attribution(Tensor values) {
        return new Attribution(values, classes, scores, null);
    }

    /** {@return the attribution with these values, meant to sum to the difference to the scores of a baseline} */
    Attribution attribution(Tensor values, Tensor baselineScores) {
        return new Attribution(values, classes, scores, baselineScores);
    }

    /**
     * {@return the class scores of images, [n], with their graph if gradients are enabled}
     *
     * @param labels the classes, int64 [n]
     */
    Tensor of(Tensor x, Tensor labels) {
        Tensor y = logits(method, net, x);
        long[] found = labels.toLongArray();
        for (long k : found) {
            if (k < 0 || k >= y.size(1)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: class %d does not exist; the network has the classes 0 to %d",
                                method,
                                k,
                                y.size(1) - 1));
            }
        }
        return y.gather(1, labels.unsqueeze(1)).squeeze(1);
    }

    /** {@return the scores of the explained classes for other images, [N]} */
    Tensor scoresOf(Tensor x) {
        return inBatches(x, this::scoresOnly);
    }

    private Tensor scoresOnly(Tensor x, Tensor labels) {
        try (var _ = Autograd.noGrad()) {
            return of(x, labels);
        }
    }

    /** {@return the gradients of the class scores with respect to the images, of x's shape} */
    Tensor gradient(Tensor x, Tensor labels) {
        try (var _ = Autograd.enableGrad()) {
            Tensor at = x.detach().requiresGrad_();
            Tensor score = of(at, labels);
            if (!score.requiresGrad()) {
                return Tensors.zerosLike(at.detach());
            }
            List<Tensor> g = Autograd.grad(score.sum(), List.of(at), o -> o.allowUnused(true));
            Tensor first = g.getFirst();
            return first == null ? Tensors.zerosLike(at.detach()) : first;
        }
    }

    /** A function of a batch of inputs and of their classes. */
    @FunctionalInterface
    interface BatchFunction {
        Tensor of(Tensor x, Tensor labels);
    }

    /** {@return the results of a function for batches of the images, concatenated} */
    Tensor inBatches(BatchFunction function) {
        return inBatches(images, function);
    }

    private Tensor inBatches(Tensor all, BatchFunction function) {
        var parts = new ArrayList<Tensor>();
        for (long from = 0; from < all.size(0); from += BATCH_SIZE) {
            long n = Math.min(BATCH_SIZE, all.size(0) - from);
            Tensor x = all.narrow(0, from, n);
            Tensor labels = classes.narrow(0, from, n);
            parts.add(Scope.returning(() -> function.of(x, labels)));
        }
        return parts.size() == 1 ? parts.getFirst() : Tensors.cat(parts);
    }

    /** Restores the network's mode. */
    @Override
    public void close() {
        restore(modes);
    }
}
